#include <algorithm>

#include "engine/runtime/look_calls.hpp"
#include "engine/simulation/check_call.hpp"
#include "engine/simulation/simulation.hpp"

// Runs that carry the state on.

namespace nengine::engine {
namespace {

/// Samples that wait until their chunk is whole.
class HeldSamples {
public:
    HeldSamples(const Model& model, DType dtype, const ProbeSink& sink)
        : model_(model), itemsize_(static_cast<Index>(itemsize(dtype))), sink_(sink) {}

    /// As a sink: copies what it gets.
    void operator()(int probe, Index first_item, Index items, Index first_row,
                    Index rows, const void* values) {
        const SignalId signal = model_.probe(probe).signal;
        const auto* from = static_cast<const std::byte*>(values);
        std::vector<std::byte> copy(
            from, from + items * rows * model_.signal(signal).size() * itemsize_);
        held_.push_back([=, this, copy = std::move(copy)] {
            sink_(probe, first_item, items, first_row, rows, copy.data());
        });
    }

    void release() {
        for (const auto& emit : held_) {
            emit();
        }
        held_.clear();
    }
    void drop() { held_.clear(); }

private:
    const Model& model_;
    Index itemsize_;
    const ProbeSink& sink_;
    std::vector<std::function<void()>> held_;
};

}  // namespace

/// Chunk by chunk: each is committed when it is whole, its state, its samples and its
/// steps. One in which a call of the host's throws is run once more up to that step,
/// with the results that its calls have given, so that what came before is kept and
/// nothing is called twice. Looks see a chunk before it is committed, so that one that
/// throws is such a call.
class Simulation::StatefulRun {
public:
    StatefulRun(Simulation& simulation, PlanRunner& runner, Index n_steps,
                const Batch& batch, const ProbeSink& sink)
        : simulation_(simulation),
          replica_(*simulation.replica_),
          runner_(runner),
          n_steps_(n_steps),
          batch_(batch),
          samples_(replica_.model(), replica_.options().dtype, sink),
          looks_(runner, replica_.device(), batch.valid, batch.valid),
          may_fail_(runner.plan().calls_host()),
          working_(may_fail_ ? replica_.processes()
                             : ProcessStates(replica_.minibatch(), 0)) {
        runner.load_state(replica_.state());
        runner.use(may_fail_ ? working_ : replica_.processes(), may_fail_);
    }

    void run() {
        while (done_ < n_steps_) {
            try {
                simulate(std::min(runner_.chunk().steps, n_steps_ - done_));
            } catch (...) {
                keep_until(failed_step());
                throw;
            }
        }
    }

private:
    /// The step that threw what has been caught.
    Index failed_step() {
        const std::optional<Index> looking = looks_.take_failed_step();
        return looking ? *looking : runner_.failed_step().value_or(replica_.step());
    }

    void simulate(Index steps) {
        // To probes that keep one sample, every chunk may hold the last one of a run
        // that may fail, or that functions look at.
        const Index so_far = may_fail_ ? done_ + steps : n_steps_;
        for (const ChunkExtent& extent : replica_.tiles(runner_, steps, batch_)) {
            replica_.forward(runner_, batch_, extent, done_);
            simulation_.emit_samples(runner_, extent, done_, so_far, 0, batch_.valid,
                                     std::ref(samples_));
            looks_.after_tile(extent);
        }
        commit(steps);
    }

    void commit(Index steps) {
        replica_.carry_on(runner_, steps);
        done_ += steps;
        if (may_fail_) {
            working_.calls.forget_before(replica_.step());
            replica_.processes() = working_;
        }
        samples_.release();
    }

    /// Goes back to the last commit and on to the beginning of step `failed`. If that
    /// fails too, in a tile that had not been reached, throws what that step throws.
    void keep_until(Index failed) {
        samples_.drop();
        if (!may_fail_) {
            return;
        }
        working_.rewind(runner_.plan(), replica_.processes(), failed);
        replica_.processes() = working_;
        if (failed == replica_.step()) {
            return;
        }
        runner_.load_state(replica_.state());
        try {
            simulate(failed - replica_.step());
        } catch (...) {
            keep_until(failed_step());
            throw;
        }
    }

    Simulation& simulation_;
    Replica& replica_;
    PlanRunner& runner_;
    Index n_steps_, done_ = 0;
    const Batch& batch_;
    HeldSamples samples_;
    LookCalls looks_;
    bool may_fail_;
    ProcessStates working_;
};

void Simulation::run(Index n_steps, const Feeds& feeds, const ProbeSink& sink,
                     Phase phase) {
    const Index minibatch = options().minibatch;
    check_feeds(replica_->model(), n_steps, feeds, minibatch);
    const auto entered = replica_->enter("run");
    const DataSet data(device(), feeds, {}, {});
    const PlanKey key = plan_key(data, all_probes(), phase);
    // Functions that are called within the steps may look at what is recorded: there
    // it has to be up to their step.
    const bool step_by_step = replica_->plan_for(key)->calls_within_steps;
    const auto runner = replica_->runner_for(step_by_step ? 1 : n_steps, key);
    const ItemOrder order(device(), minibatch, minibatch);
    const Batch batch{data, order.of_minibatch(0), minibatch};
    StatefulRun(*this, *runner, n_steps, batch, sink).run();
}

}  // namespace nengine::engine

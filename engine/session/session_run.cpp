#include <algorithm>

#include "engine/session/look_calls.hpp"
#include "engine/session/session_core.hpp"

// Runs that carry the session's state on.

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
class SessionCore::StatefulRun {
public:
    StatefulRun(SessionCore& session, Runner& runner, Index n_steps,
                const Sources& sources, const Index* items, const ProbeSink& sink)
        : session_(session),
          runner_(runner),
          n_steps_(n_steps),
          sources_(sources),
          items_(items),
          samples_(*session.model_, session.options_.dtype, sink),
          looks_(runner, session.device_, session.options_.minibatch,
                 session.options_.minibatch),
          may_fail_(runner.plan().calls_host()),
          working_(may_fail_ ? session.processes_
                             : ProcessStates(session.options_.minibatch, 0)) {
        runner.load_state(session.state_);
        runner.use(may_fail_ ? working_ : session.processes_, may_fail_);
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
        return looking ? *looking : runner_.failed_step().value_or(session_.step_);
    }

    void simulate(Index steps) {
        // To probes that keep one sample, every chunk may hold the last one of a run
        // that may fail, or that functions look at.
        const Index so_far = may_fail_ ? done_ + steps : n_steps_;
        session_.run_chunk(runner_, session_.step_, steps, sources_, items_, done_,
                           [&](const ChunkExtent& extent, Index call_step) {
                               session_.emit_samples(runner_, extent, call_step, so_far,
                                                     0, session_.options_.minibatch,
                                                     std::ref(samples_));
                               looks_.after_tile(extent);
                           });
        commit(steps);
    }

    void commit(Index steps) {
        runner_.save_state(session_.state_);
        session_.step_ += steps;
        done_ += steps;
        if (may_fail_) {
            working_.calls.forget_before(session_.step_);
            session_.processes_ = working_;
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
        working_.rewind(runner_.plan(), session_.processes_, failed);
        session_.processes_ = working_;
        if (failed == session_.step_) {
            return;
        }
        runner_.load_state(session_.state_);
        try {
            simulate(failed - session_.step_);
        } catch (...) {
            keep_until(failed_step());
            throw;
        }
    }

    SessionCore& session_;
    Runner& runner_;
    Index n_steps_, done_ = 0;
    const Sources& sources_;
    const Index* items_;
    HeldSamples samples_;
    LookCalls looks_;
    bool may_fail_;
    ProcessStates working_;
};

void SessionCore::run(Index n_steps, const Feeds& feeds, const ProbeSink& sink,
                      Phase phase) {
    const PlanMode mode{phase};
    // Functions that are called within the steps may look at what is recorded: there
    // it has to be up to their step.
    const std::shared_ptr<const Plan> plan =
        plan_for(plan_key(feeds, all_probes(), mode));
    Runner& runner =
        runner_for(plan->calls_within_steps ? 1 : n_steps, feeds, all_probes(), mode);
    const Sources sources = make_sources(feeds);
    const ItemOrder order = all_in_order(options_.minibatch);
    StatefulRun(*this, runner, n_steps, sources, order.device.as<Index>(), sink).run();
}

}  // namespace nengine::engine

#include "engine/runtime/replica.hpp"

#include <algorithm>

#include "engine/planner/memory/chunk.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// Runners keep their memory: the few that a program alternates between.
constexpr std::size_t kept_runners = 4;

/// @throws BuildError  the model states another dtype than what it runs in
void check_dtypes(const Model& model, DType dtype) {
    for (const Input& input : model.inputs) {
        need_dtype(model.signal(input.signal), dtype, "input");
    }
    for (const ProbePoint& probe : model.probes) {
        need_dtype(model.signal(probe.signal), dtype, "probe of");
    }
    for (const Look& look : model.looks) {
        for (const SignalId seen : look.signals) {
            need_dtype(model.signal(seen), dtype, "look at");
        }
    }
}

const Model& checked(const Model& model, const ReplicaOptions& options) {
    if (options.minibatch < 1) {
        throw ValidationError("minibatch_size: got " +
                              std::to_string(options.minibatch) + ", needs at least 1");
    }
    need_real(options.dtype, "dtype");
    model.validate();
    return model;
}

}  // namespace

std::vector<int> fed_by(const Model& model, const Sources& sources) {
    std::vector<int> fed(model.inputs.size(), 0);
    for (const auto& [input, source] : sources) {
        fed[static_cast<std::size_t>(input)] = source.steps() == 1 ? 2 : 1;
    }
    return fed;
}

Replica::Replica(const std::shared_ptr<const Model>& model, Device device,
                 ReplicaOptions options)
    : built_(model),
      model_(std::make_shared<Model>(checked(*model, options).copy())),
      device_(std::move(device)),
      options_(options),
      parameters_(device_, *model_, options.dtype),
      state_(device_, *model_, options.minibatch, options.dtype),
      processes_(options.minibatch, options.seed) {
    for (const SignalId s : model_->signal_ids()) {
        const std::string& name = model_->signal(s).parameter;
        if (!name.empty() && !by_name_.emplace(name, s).second) {
            throw BuildError("parameter '" + name +
                             "': got two of this name, needs one");
        }
    }
    check_dtypes(*model_, options.dtype);
    note_memory();
}

void Replica::need_idle(const std::string& call) const {
    if (is_busy_) {
        throw SimulationError(call +
                              ": got a call from a function that a call of the same "
                              "simulator makes, needs that one to end first");
    }
}

std::shared_ptr<const Plan> Replica::plan_for(const PlanKey& key) {
    std::shared_ptr<const Plan>& plan = plans_[key];
    if (plan != nullptr && plan->relies_on_parameters && !parameters_.as_built()) {
        runners_.remove_if(
            [&](const auto& entry) { return &entry.second->plan() == plan.get(); });
        plan = nullptr;
    }
    if (plan == nullptr) {
        plan = std::make_shared<Plan>(make_plan({.model = model_,
                                                 .fed = key.fed,
                                                 .observed = key.observed,
                                                 .differentiated = key.differentiated,
                                                 .dtype = options_.dtype,
                                                 .mode = key.mode,
                                                 .as_built = parameters_.as_built(),
                                                 .options = options_.planner}));
    }
    return plan;
}

std::shared_ptr<PlanRunner> Replica::runner_for(Index n_steps, const PlanKey& key) {
    const std::shared_ptr<const Plan> plan = plan_for(key);
    const ChunkSize chunk = choose_chunk(*plan, options_.planner, n_steps,
                                         options_.minibatch, device_.is_cuda());
    const RunnerKey wanted{key, chunk.steps, chunk.items};
    auto found = std::ranges::find(runners_, wanted,
                                   [](const auto& entry) { return entry.first; });
    if (found == runners_.end()) {
        while (runners_.size() >= kept_runners) {
            runners_.pop_back();
        }
        runners_.emplace_front(
            wanted, std::make_shared<PlanRunner>(device_, plan, options_.planner, chunk,
                                                 parameters_, state_));
        note_memory();
    } else {
        runners_.splice(runners_.begin(), runners_, found);
    }
    const std::shared_ptr<PlanRunner> runner = runners_.front().second;
    runner->refresh_parameters();
    processes_.prepare(*plan);
    return runner;
}

std::shared_ptr<PlanRunner> Replica::isolated_runner(Index n_steps,
                                                     const PlanKey& key) {
    const std::shared_ptr<const Plan> plan = plan_for(key);
    const bool in_turn = plan->calls_within_steps && !plan->looks.empty();
    return runner_for(in_turn ? 1 : n_steps, key);
}

void Replica::carry_on(const PlanRunner& runner, Index steps) {
    runner.save_state(state_);
    step_ += steps;
}

void Replica::keep(Calls calls, const PlanRunner& runner, ProcessStates processes,
                   Index steps) {
    if (calls == Calls::isolated) {
        runner.save_learned(state_);
        return;
    }
    carry_on(runner, steps);
    processes.calls.forget_before(step_);
    processes_ = std::move(processes);
}

void Replica::forget_plans() {
    plans_.clear();
    runners_.clear();
    ++plans_version_;
}

void Replica::forward(PlanRunner& runner, const Batch& batch, const ChunkExtent& extent,
                      Index call_step) const {
    for (const PlanInput& input : runner.plan().inputs) {
        const ItemSource& source = batch.data.feeds.at(input.input);
        source.select(device_, call_step, batch.items + extent.first_item,
                      runner.block(input.rows, extent));
    }
    runner.forward(extent);
}

}  // namespace nengine::engine

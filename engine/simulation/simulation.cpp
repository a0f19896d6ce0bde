#include "engine/simulation/simulation.hpp"

#include <algorithm>
#include <numeric>

#include "engine/runtime/look_calls.hpp"
#include "engine/simulation/check_call.hpp"

namespace nengine::engine {

Simulation::Simulation(const std::shared_ptr<const Model>& model, const Device& device,
                       const ReplicaOptions& options)
    : replica_(std::make_unique<Replica>(model, device, options)),
      runs_(std::make_unique<ObjectiveRuns>(*replica_)),
      trainer_(std::make_unique<Trainer>(*replica_, *runs_)) {}

void Simulation::reset(bool parameters, std::optional<std::uint64_t> seed,
                       bool processes) {
    const auto entered = replica_->enter("reset");
    replica_->reset(parameters, seed, processes);
    trainer_->reset();
}

void Simulation::set_parameters(
    const std::map<std::string, std::vector<double>>& values) {
    const auto entered = replica_->enter("set_parameters");
    replica_->set_parameters(values);
}

Observed Simulation::all_probes() const {
    std::vector<int> probes(replica_->model().probes.size());
    std::iota(probes.begin(), probes.end(), 0);
    return {.probes = std::move(probes)};
}

PlanKey Simulation::plan_key(const DataSet& data, Observed observed,
                             Phase phase) const {
    return {.fed = fed_by(replica_->model(), data.feeds),
            .observed = std::move(observed),
            .mode = {phase}};
}

DataSet Simulation::data_for(Index n_steps, const Feeds& feeds, const Targets& targets,
                             const Objective& objective, const Weights& weights) const {
    check(n_steps, {feeds, targets, weights}, objective);
    return DataSet(device(), feeds, targets, weights);
}

void Simulation::check(Index n_steps, const HostData& data,
                       const Objective& objective) const {
    check_feeds(replica_->model(), n_steps, data.feeds, 0);
    check_objective(replica_->model(), step(), n_steps, data.feeds, data.targets,
                    objective);
}

MinibatchData Simulation::minibatches_of(Index n_steps, const HostData& data,
                                         const Objective& objective,
                                         DataBudget& budget) const {
    check(n_steps, data, objective);
    return MinibatchData(device(), data, options().minibatch, budget);
}

void Simulation::predict(Index n_steps, const Feeds& feeds,
                         const std::vector<int>& probes, const ProbeSink& sink,
                         const Progress& progress, Phase phase) {
    check_feeds(replica_->model(), n_steps, feeds, 0);
    const auto entered = replica_->enter("predict");
    const Index minibatch = options().minibatch;
    DataBudget budget = data_budget();
    MinibatchData data(device(), {.feeds = feeds}, minibatch, budget);
    data.set_given_order();
    const auto runner = replica_->isolated_runner(
        n_steps,
        plan_key(data.example(),
                 probes.empty() ? all_probes() : Observed{.probes = probes}, phase));
    for (Index m = 0; m < data.minibatches(); ++m) {
        const Index first = m * minibatch;
        const Batch batch = data.batch(m);
        run_minibatch(*runner, n_steps, batch, Calls::isolated,
                      [&](const ChunkExtent& extent, Index call_step) {
                          emit_samples(*runner, extent, call_step, n_steps, first,
                                       batch.valid, sink);
                      });
        if (progress) {
            progress(first + batch.valid, data.items());
        }
    }
}

/// From the state at hand.
void Simulation::run_minibatch(PlanRunner& runner, Index n_steps, const Batch& batch,
                               Calls calls, const AfterTile& each) {
    runner.load_state(replica_->state());
    ProcessStates processes = replica_->processes();
    runner.use(processes);
    LookCalls looks(runner, device(), options().minibatch, batch.valid);
    for (const ChunkExtent& extent : replica_->tiles(runner, n_steps, batch)) {
        const Index call_step = extent.first_step - replica_->step();
        replica_->forward(runner, batch, extent, call_step);
        looks.after_tile(extent);
        each(extent, call_step);
    }
    replica_->keep(calls, runner, std::move(processes), n_steps);
}

Scores Simulation::evaluate(Index n_steps, MinibatchData& data,
                            const Objective& objective, const Progress& progress,
                            Phase phase, Calls calls) {
    const auto entered = replica_->enter("evaluate");
    data.set_given_order();
    Scoring scoring(*replica_, *runs_, std::make_shared<Objective>(objective), n_steps,
                    false);
    const auto runner = replica_->isolated_runner(
        n_steps, plan_key(data.example(), scoring.observed(), phase));
    const Index minibatch = options().minibatch;
    if (calls == Calls::stateful) {
        need_whole_minibatches("evaluate", data.items(), minibatch);
    }
    scoring.check(calls);
    scoring.add_penalty(data.items());
    for (Index m = 0; m < data.minibatches(); ++m) {
        const Batch batch = data.batch(m);
        if (m == 0 || calls == Calls::stateful) {
            scoring.use(runner);
        }
        run_minibatch(
            *runner, n_steps, batch, calls,
            [&](const ChunkExtent& extent, Index) { scoring.add(batch, extent); });
        if (progress) {
            progress(m * minibatch + batch.valid, data.items());
        }
    }
    return scoring.scores(scoring.read(), data.items());
}

Scores Simulation::evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                            const Objective& objective, const Progress& progress,
                            Phase phase) {
    DataBudget budget = data_budget();
    MinibatchData data =
        minibatches_of(n_steps, {feeds, targets, {}}, objective, budget);
    return evaluate(n_steps, data, objective, progress, phase);
}

Gradients Simulation::gradients(Index n_steps, const Feeds& feeds,
                                const Targets& targets, const Objective& objective,
                                bool by_inputs) {
    const DataSet data = data_for(n_steps, feeds, targets, objective);
    const auto entered = replica_->enter("gradients");
    return trainer_->gradients(n_steps, data, objective, by_inputs);
}

std::string Simulation::explain(Index n_steps, const Feeds& feeds, bool training) {
    check_feeds(replica_->model(), n_steps, feeds, 0);
    const auto entered = replica_->enter("explain");
    PlanKey key =
        plan_key(DataSet(device(), feeds, {}, {}), all_probes(), Phase::inference);
    key.mode = training ? to_train : to_run;
    return replica_->explain(key);
}

}  // namespace nengine::engine

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/runtime/minibatch_data.hpp"
#include "engine/train/trainer.hpp"

namespace nengine::engine {

/// Receives samples of a probe: `values` [items, rows, size], of the simulation's
/// dtype, for items [first_item, first_item + items) and samples [first_row, first_row
/// + rows) of the call. Of a probe without a history it may get several, one after the
/// other: the last one counts.
using ProbeSink = std::function<void(int probe, Index first_item, Index items,
                                     Index first_row, Index rows, const void* values)>;

/// Runs a model on a device, by the indices of its inputs and probes, and trains it.
/// Everything the front-end's Simulator does rests on these calls. Not thread-safe;
/// simulations are independent of each other.
class Simulation {
public:
    /// @throws BuildError, DeviceError, MemoryError
    Simulation(const std::shared_ptr<const Model>& model, const Device& device,
               const ReplicaOptions& options);

    const ReplicaOptions& options() const { return replica_->options(); }
    const Device& device() const { return replica_->device(); }
    /// Steps simulated so far by stateful calls; while one runs, those before the chunk
    /// at hand.
    Index step() const { return replica_->step(); }
    /// An epoch of training is one call.
    /// @throws SimulationError  another one is under way
    [[nodiscard]] Replica::Entered enter(const char* call) {
        return replica_->enter(call);
    }
    /// @throws SimulationError  a call is under way
    void need_idle(const std::string& call) const { replica_->need_idle(call); }
    /// Back to step 0 and the initial state; `parameters` also restores every
    /// parameter. A seed takes the place of the one that random numbers have had.
    void reset(bool parameters, std::optional<std::uint64_t> seed = std::nullopt,
               bool processes = true);

    /// Runs `n_steps` for one minibatch (every feed has batch == minibatch), carrying
    /// state on, and hands the samples to `sink`. An exception from a host function
    /// leaves the simulation before the step that threw: step(), state and what was
    /// handed to the sink agree, and running on begins with that step. Functions
    /// without an input are not called twice for a step. The same holds for a look that
    /// throws: it and those before it are called for that step once more. Looks have
    /// seen every step before the one that threw when an exception leaves.
    /// @throws SimulationError, and whatever a host function throws
    void run(Index n_steps, const Feeds& feeds, const ProbeSink& sink,
             Phase phase = Phase::inference);

    /// Runs `n_steps` for each minibatch of the feeds, isolated: from the state at the
    /// moment of the call, which is also the state afterwards, but for learned weights:
    /// those of each place in the minibatch go on from what was learned there before.
    /// Any number of items: the last, partial minibatch is padded and the padding is
    /// not handed to the sink, nor seen by looks. What throws, a function or a look,
    /// ends the call: looks have seen the chunks before, and, where functions are
    /// called within the steps, every step before. `probes`: indices wanted (empty:
    /// all). `progress(done, total)` counts items.
    using Progress = std::function<void(Index done, Index total)>;
    void predict(Index n_steps, const Feeds& feeds, const std::vector<int>& probes,
                 const ProbeSink& sink, const Progress& progress = {},
                 Phase phase = Phase::inference);

    /// What later calls compare, on the device for as long as it is kept.
    /// @throws ShapeError, ValidationError  data do not fit the model, the objective,
    ///     one another or `n_steps`; or there is nothing to compare
    DataSet data_for(Index n_steps, const Feeds& feeds, const Targets& targets,
                     const Objective& objective, const Weights& weights = {}) const;
    /// @throws ShapeError, ValidationError  as data_for
    void check(Index n_steps, const HostData& data, const Objective& objective) const;
    /// Memory for the data of one call, as ReplicaOptions say.
    DataBudget data_budget() const {
        return DataBudget(device(), options().data_budget);
    }
    /// What later calls compare, minibatch by minibatch; `data` is borrowed.
    /// @throws ShapeError, ValidationError  as data_for
    /// @throws MemoryError  there is no memory, not even for a minibatch
    MinibatchData minibatches_of(Index n_steps, const HostData& data,
                                 const Objective& objective, DataBudget& budget) const;
    /// Losses and metrics over all items. Stateful calls need whole minibatches; one
    /// that throws leaves the state as the minibatch before it did.
    /// @throws ShapeError  they are not whole
    Scores evaluate(Index n_steps, MinibatchData& data, const Objective& objective,
                    const Progress& progress = {}, Phase phase = Phase::inference,
                    Calls calls = Calls::isolated);
    Scores evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                    const Objective& objective, const Progress& progress = {},
                    Phase phase = Phase::inference);

    Trainer& trainer() { return *trainer_; }
    const Trainer& trainer() const { return *trainer_; }
    /// As Trainer::gradients, of the first minibatch of the feeds.
    Gradients gradients(Index n_steps, const Feeds& feeds, const Targets& targets,
                        const Objective& objective, bool by_inputs = false);

    // Of the replica.
    std::vector<ParameterInfo> parameters() const { return replica_->parameter_list(); }
    std::vector<double> parameter(const std::string& name) const {
        return replica_->parameter(name);
    }
    void set_parameters(const std::map<std::string, std::vector<double>>& values);
    void set_parameter(const std::string& name, const std::vector<double>& values) {
        set_parameters({{name, values}});
    }

    /// The plan that a call with these feeds would run, as a table; once it has run,
    /// with the time that each stage has taken.
    std::string explain(Index n_steps, const Feeds& feeds, bool training = false);
    /// Bytes of device memory that the simulation holds, and the most it has held.
    std::size_t memory_bytes() const { return replica_->memory_bytes(); }
    std::size_t peak_memory_bytes() const { return replica_->peak_memory_bytes(); }

private:
    class StatefulRun;

    Observed all_probes() const;
    PlanKey plan_key(const DataSet& data, Observed observed, Phase phase) const;
    /// `each(extent, call_step)` after the forward pass of every tile; call_step counts
    /// steps of the call before it.
    using AfterTile = std::function<void(const ChunkExtent& extent, Index call_step)>;
    void run_minibatch(PlanRunner& runner, Index n_steps, const Batch& batch,
                       Calls calls, const AfterTile& each);
    void emit_samples(PlanRunner& runner, const ChunkExtent& extent, Index call_step,
                      Index n_steps, Index first_item, Index valid,
                      const ProbeSink& sink);

    // Behind pointers: they refer to one another.
    std::unique_ptr<Replica> replica_;
    std::unique_ptr<ObjectiveRuns> runs_;
    std::unique_ptr<Trainer> trainer_;
};

}  // namespace nengine::engine

#pragma once

#include <atomic>
#include <exception>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/builder/build.hpp"
#include "api/simulator/collector.hpp"
#include "api/simulator/compiled_objective.hpp"
#include "api/simulator/progress.hpp"
#include "engine/simulation/simulation.hpp"
#include "nengine/simulator.hpp"

namespace nengine {

/// What one probe has recorded in stateful calls, in the order of the calls.
struct ProbeRecording {
    std::vector<Tensor> parts;  ///< [batch, rows, size] each
};

/// A tensor of a call's data, borrowed, and the input or probe that it is for.
struct PlacedData {
    int place;
    const Tensor* values;
    double scale;
};

/// What the run that is under way has recorded.
struct RunningRecord {
    RunningRecord(Index step, std::map<int, Collector> by_probe)
        : start(step), collectors(std::move(by_probe)) {}
    Index start;  ///< the step before its first
    std::map<int, Collector> collectors;
};

/// Data of a call, checked and borrowed; lives as long as the caller's tensors.
struct CallData {
    engine::Feeds feeds;
    engine::Targets targets;
    engine::Weights weights;
    std::vector<Tensor> owned;  ///< what of it was made for the call
    std::shared_ptr<const engine::Objective> objective;
    Index n_steps = 0, items = 0;

    engine::HostData host() const { return {feeds, targets, weights}; }
};

/// What a call compares with what probes give.
struct CallTargets {
    const Data& targets;
    const Data& sample_weight;
    const std::map<int, double>& class_weight;
};

/// Ends an evaluation whose result nobody waits for any more.
struct Interrupted : std::exception {};

struct Simulator::Impl {
    Impl(const detail::NetworkData& network, SimulatorOptions options);

    SimulatorOptions options;
    BuiltNetwork built;
    std::uint32_t seed = 0;
    std::string device_reason;                     ///< why that one
    std::optional<engine::Simulation> simulation;  ///< empty when closed
    std::vector<std::string> input_names, probe_names;
    mutable std::vector<ProbeRecording> recordings;  ///< by probe; merged when read
    std::optional<RunningRecord> running;
    Index steps = 0;  ///< as when it was closed
    CompiledObjective objective;
    bool compiled = false;
    bool has_synapses = false;     ///< on a connection
    std::uint32_t epochs_run = 0;  ///< varies the order of items

    const engine::Model& model() const { return *built.model; }
    Index minibatch() const { return options.minibatch_size.value_or(1); }
    /// Of nodes of symbolic tensors (node_ready.cpp).
    void call_ready_hooks(Simulator& simulator) const;
    bool shows_progress() const;
    void warn(const std::string& message) const;

    // Names, and which data are for what (data_places.cpp).
    void name_data();
    int input_index(const DataKey& key) const;
    int probe_index(const DataKey& key) const;
    std::vector<PlacedData> inputs_of(const Data& x, const std::string& call) const;
    /// @param compared  the probes that one tensor is for
    std::vector<PlacedData> targets_of(const Data& y, const std::set<int>& compared,
                                       const std::string& call) const;

    // Data (simulator_data.cpp).
    /// A loss for each probe that has one; probes by name where one stands for all.
    std::vector<ProbeLoss> losses_of_probes(const Losses& given) const;
    std::vector<ProbeMetric> metrics_of_probes(const Metrics& given) const;
    /// `wanted`: null for calls that do not compare.
    CallData call_data(const Data& x, const CallTargets* wanted,
                       std::optional<Index> n_steps, const std::string& call) const;

    // Targets and weights (simulator_targets.cpp).
    void add_targets(CallData& call, const Data& y, const std::string& name) const;
    void add_weights(CallData& call, const CallTargets& wanted,
                     const std::string& name) const;
    /// What the engine is to compare, for the call's shapes.
    void add_objective(CallData& call) const;
    /// Warns of a call of one step where synapses delay by at least one.
    void warn_of_delay(Index n_steps, const std::vector<int>& probes) const;

    // Recording (simulator_recording.cpp).
    std::vector<int> all_probes() const;
    Index probe_size(int probe) const;
    /// Samples of a probe in a call of `n_steps` after step `first`.
    Index samples(int probe, Index first, Index n_steps) const;
    /// @throws MemoryError  samples of a call of `n_steps` from now on would not fit
    void need_memory_to_record(const std::string& call, const std::vector<int>& probes,
                               Index items, Index n_steps) const;
    std::map<int, Collector> collectors(const std::vector<int>& probes, Index items,
                                        Index n_steps) const;
    /// @throws MemoryError  a copy of that many samples would not fit
    void need_memory_to_read(int probe, Index rows) const;
    /// A probe's samples, part after part, as one tensor.
    Tensor joined(int probe, const std::vector<Tensor>& parts) const;
    Tensor recorded(int probe) const;
    /// Samples that the run under way has recorded so far.
    Index rows_so_far(int probe) const;
    /// Takes them over when it ends.
    void keep_running();
    void record(Index n_steps, const engine::Feeds& feeds, Phase phase);
    std::map<int, Tensor> predict_isolated(const CallData& data,
                                           const std::vector<int>& probes,
                                           const std::string& call, Phase phase);
    std::map<int, Tensor> predict_stateful(const CallData& data,
                                           const std::vector<int>& probes, Phase phase);
    void clear_recordings();

    /// What training goes on from (checkpoint_file.cpp).
    engine::Checkpoint checkpoint() const;
    /// @throws ValidationError  it is another network's; nothing has changed then
    void load(const engine::Checkpoint& checkpoint);

    class ItemMinibatches;  ///< what it trains with (minibatches.hpp)
    class SourceMinibatches;
    class Fit;              ///< a call of `fit` (simulator_fit.cpp)
    class GradientChecker;  ///< one of `check_gradients` (check_gradients.cpp)
    /// @throws Interrupted  `interrupt` has become true
    /// @param items  those of `data`
    EvaluationResult evaluate(const CallData& data, engine::MinibatchData& items,
                              Phase phase, engine::Calls calls,
                              const std::atomic<bool>* interrupt = nullptr);
    /// For calls that compare: as long as it is kept, nothing that fits into the budget
    /// is uploaded again. Borrows the data.
    engine::MinibatchData minibatches_of(const CallData& data,
                                         engine::DataBudget& budget) const {
        return simulation->minibatches_of(data.n_steps, data.host(), *data.objective,
                                          budget);
    }
    EvaluationResult named(const engine::Scores& scores) const {
        return objective.named(scores, probe_names);
    }
    /// A parameter's present values; of learned weights, as in Nengo, those as built.
    std::vector<double> live(engine::SignalId signal) const;
};

// Options (simulator_options.cpp).
engine::PlannerOptions planner_options(const PlanOptions& plan);
engine::Phase engine_phase(Phase phase);
engine::Calls engine_calls(bool stateful);
void check_options(const SimulatorOptions& options);
/// @param dtype  what the simulator computes in
void check_optimizer(const AnyOptimizer& optimizer, DType dtype,
                     const std::string& where);
void check_clipping(const Clipping& clipping, const std::string& where);
/// For what is left of std::bad_alloc at the end of a public function.
/// @throws MemoryError  always, naming the call
[[noreturn]] void refuse_call(const char* call);

}  // namespace nengine

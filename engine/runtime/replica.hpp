#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ir/model.hpp"
#include "engine/planner/make_plan.hpp"
#include "engine/runtime/call_tiles.hpp"
#include "engine/runtime/item_source.hpp"
#include "engine/runtime/plan_runner.hpp"

namespace nengine::engine {

struct ReplicaOptions {
    Index minibatch = 1;
    DType dtype = DType::float32;
    std::uint64_t seed = 0;  ///< of numbers that the device draws
    PlannerOptions planner;
    /// Bytes of a GPU's memory for the data of a call; unset: see DataBudget.
    std::optional<std::size_t> data_budget = std::nullopt;
};

/// What a minibatch leaves behind: nothing, or the state that it came to, from which
/// the next one goes on, item by item, and any later call. Learned weights stay.
enum class Calls { isolated, stateful };

/// A parameter as the user sees it.
struct ParameterInfo {
    std::string name;
    Shape shape;
    bool trainable;
};

/// Which plan of a model a call needs.
struct PlanKey {
    std::vector<int> fed;  ///< PlanRequest::fed
    Observed observed;
    PlanMode mode;
    std::vector<int> differentiated = {};

    auto operator<=>(const PlanKey&) const = default;
};

/// PlanRequest::fed of a call.
std::vector<int> fed_by(const Model& model, const Sources& sources);

/// A model on one device, for minibatches of one size: its parameters, what it carries
/// from step to step, and the plans that have been made for it. It runs plans; what
/// for, its users know: Simulation and Trainer.
class Replica {
public:
    /// @throws BuildError, DeviceError, MemoryError
    Replica(const std::shared_ptr<const Model>& model, Device device,
            ReplicaOptions options);
    Replica(const Replica&) = delete;
    Replica& operator=(const Replica&) = delete;

    /// With the values that have been set since it was built.
    const Model& model() const { return *model_; }
    const Device& device() const { return device_; }
    const ReplicaOptions& options() const { return options_; }
    Index minibatch() const { return options_.minibatch; }

    ParameterStore& parameters() { return parameters_; }
    StateStore& state() { return state_; }
    const StateStore& state() const { return state_; }
    ProcessStates& processes() { return processes_; }
    /// Steps simulated so far by stateful calls; while one runs, those before the chunk
    /// at hand.
    Index step() const { return step_; }
    /// Later calls go on from what the runner has come to, so many steps further.
    void carry_on(const PlanRunner& runner, Index steps);
    /// What a minibatch of such calls, of so many steps, leaves behind.
    void keep(Calls calls, const PlanRunner& runner, ProcessStates processes,
              Index steps);

    // One call at a time.

    /// A call that is under way: no other may begin.
    class Entered {
    public:
        explicit Entered(Replica& replica) : replica_(replica) {
            replica_.is_busy_ = true;
        }
        Entered(const Entered&) = delete;
        Entered& operator=(const Entered&) = delete;
        ~Entered() { replica_.is_busy_ = false; }

    private:
        Replica& replica_;
    };
    /// @throws SimulationError  a call is under way: functions of the user's may look
    ///     at what there is, but neither run nor change it
    void need_idle(const std::string& call) const;
    Entered enter(const char* call) {
        need_idle(call);
        return Entered(*this);
    }

    // Plans.

    std::shared_ptr<const Plan> plan_for(const PlanKey& key);
    /// Ready for calls of `n_steps`. It may outlive its place among those that are
    /// kept, and then has memory of its own.
    std::shared_ptr<PlanRunner> runner_for(Index n_steps, const PlanKey& key);
    /// Of calls whose steps leave no trace: functions that are called within the steps
    /// and looks take turns.
    std::shared_ptr<PlanRunner> isolated_runner(Index n_steps, const PlanKey& key);
    /// Differs when plans that were made before are no longer right.
    std::uint64_t plans_version() const { return plans_version_; }
    /// For a text: the plan as a table, with the times of its stages if it has run.
    std::string explain(const PlanKey& key);

    /// The parts in which the next `n_steps` are computed for the batch.
    CallTiles tiles(const PlanRunner& runner, Index n_steps, const Batch& batch) const {
        return {runner.chunk(), options_.minibatch, batch.valid, step_, n_steps};
    }
    /// The forward pass of one of them. `call_step`: steps of the call, to which the
    /// batch belongs, before it.
    void forward(PlanRunner& runner, const Batch& batch, const ChunkExtent& extent,
                 Index call_step) const;

    // What there is (replica_parameters.cpp).

    /// Back to step 0 and the initial state; `parameters` also restores every
    /// parameter. A seed takes the place of the one that random numbers have had.
    /// Without `processes`, those of the host go on from where they are, with the seed
    /// that they have; what the device draws is a function of the step.
    void reset(bool parameters, std::optional<std::uint64_t> seed,
               bool processes = true);
    std::vector<ParameterInfo> parameter_list() const;
    /// Current values of a parameter by its name (Signal::parameter); of learned
    /// weights, those of the first item.
    /// @throws ValidationError  no such parameter
    std::vector<double> parameter(const std::string& name) const;
    /// All are checked before the first is changed. Those of learned weights are set
    /// for all items. A neuron state that is saved by name ("lif_1.voltage") is its
    /// initial value: it takes effect at once before the first step, else at the next
    /// reset().
    /// @throws ValidationError  no such parameter, wrong size, or a value that is not
    ///     finite
    void set_parameters(const std::map<std::string, std::vector<double>>& values);

    /// Bytes of device memory, and the most that there have been, with what its users
    /// hold beside it.
    std::size_t memory_bytes() const;
    std::size_t peak_memory_bytes() const { return peak_; }
    void note_memory() { peak_ = std::max(peak_, memory_bytes()); }
    /// Adds to what is held: `bytes` of some user of the replica's, when asked.
    void count_also(std::function<std::size_t()> bytes) {
        beside_.push_back(std::move(bytes));
    }

private:
    struct RunnerKey {
        PlanKey plan;
        Index steps, items;

        auto operator<=>(const RunnerKey&) const = default;
    };

    SignalId signal_named(const std::string& name) const;
    void check_values(const std::string& name, SignalId signal,
                      const std::vector<double>& values) const;
    void forget_plans();

    std::shared_ptr<const Model> built_;  ///< with its initial values
    std::shared_ptr<Model> model_;
    Device device_;
    ReplicaOptions options_;
    std::map<std::string, SignalId> by_name_;
    ParameterStore parameters_;
    StateStore state_;
    ProcessStates processes_;
    Index step_ = 0;
    bool is_busy_ = false;
    std::map<PlanKey, std::shared_ptr<const Plan>> plans_;
    std::list<std::pair<RunnerKey, std::shared_ptr<PlanRunner>>>
        runners_;  ///< latest first
    std::uint64_t plans_version_ = 0;
    std::vector<std::function<std::size_t()>> beside_;
    std::size_t peak_ = 0;
};

}  // namespace nengine::engine

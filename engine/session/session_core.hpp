#pragma once

#include <algorithm>
#include <limits>
#include <list>
#include <memory>
#include <optional>
#include <vector>

#include "engine/planner/make_plan.hpp"
#include "engine/runtime/plan_runner.hpp"
#include "engine/session/objective_run.hpp"
#include "engine/session/session.hpp"
#include "engine/train/optimizer_state.hpp"

namespace nengine::engine {

/// Numbers of the caller's for all items of a call, on the device.
class ItemSource {
public:
    ItemSource() = default;
    /// Borrows the caller's memory where that is possible.
    ItemSource(const Device& device, const HostTensor& tensor, DType dtype);

    Index items() const { return items_; }
    Index steps() const { return steps_; }
    Index size() const { return size_; }
    std::size_t bytes() const { return owned_.bytes(); }
    /// Rows [first_step, first_step + steps) of all items, as [steps, items, 1, size].
    AnyBlock rows(Index first_step, Index steps) const;

private:
    DType dtype_ = DType::float32;
    void* data_ = nullptr;  ///< only read
    Index items_ = 0, steps_ = 0, size_ = 0;
    std::vector<std::byte> converted_;
    Buffer owned_;
};

/// The items of a call in the order of processing, padded to whole minibatches by
/// repeating the last.
struct ItemOrder {
    std::vector<Index> host;
    Buffer device;
    Index items = 0;  ///< without padding
};

/// What evaluate() and train() add up on the device.
struct Tally {
    Buffer sums;  ///< doubles: per loss, per metric; for full minibatches, then for the
                  ///< partial one
    Buffer flag;  ///< int: where the first number was not finite (flag_code), or 0
};

/// What of training was not finite: the values that updates left are looked at last.
enum class NonFinite { loss = 1, gradient = 2, parameter = 3 };

/// For the flag of a tally: the minibatch, counted from 0, and what of it.
constexpr int flag_code(Index minibatch, NonFinite what) {
    constexpr Index most = std::numeric_limits<int>::max() / 4 - 1;
    return static_cast<int>(4 * std::min(minibatch, most)) + static_cast<int>(what);
}
constexpr Index flagged_minibatch(int code) {
    return code / 4;
}
constexpr NonFinite flagged_kind(int code) {
    return static_cast<NonFinite>(code % 4);
}

/// What a session does, once its arguments have been checked.
class SessionCore {
public:
    SessionCore(std::shared_ptr<Model> model, Device device,
                const SessionOptions& options);

    void run(Index n_steps, const Feeds& feeds, const ProbeSink& sink, Phase phase);
    void predict(Index n_steps, const Feeds& feeds, const std::vector<int>& probes,
                 const ProbeSink& sink, const Session::Progress& progress, Phase phase);
    Scores evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                    const Objective& objective, const Session::Progress& progress,
                    Phase phase);
    Scores train(Index n_steps, const Feeds& feeds, const Targets& targets,
                 const Objective& objective, const std::vector<Index>& order,
                 const Session::AfterMinibatch& after);
    Gradients gradients(Index n_steps, const Feeds& feeds, const Targets& targets,
                        const Objective& objective, bool by_inputs);
    void set_optimizer(const Optimizer& optimizer);
    void set_learning_rate(double learning_rate);
    double learning_rate() const { return optimizer_.learning_rate(); }
    void take_averages();
    void reset(bool parameters, std::optional<std::uint64_t> seed);
    std::vector<double> parameter(SignalId signal) const;
    /// All checked before; a constant that is not trainable makes plans stale.
    void set_parameters(const std::map<SignalId, std::vector<double>>& values);
    std::string explain(const Feeds& feeds, PlanMode mode);
    std::size_t memory_bytes() const;
    std::size_t peak_memory_bytes() const { return peak_; }
    Index step() const { return step_; }

private:
    using Runner = PlanRunner;
    using Sources = std::map<int, ItemSource>;
    struct RunnerKey {
        std::vector<int> fed;
        Observed observed;
        std::vector<int> differentiated = {};
        PlanMode mode;
        Index steps = 0, items = 0;
        auto operator<=>(const RunnerKey&) const = default;
    };

    RunnerKey plan_key(const Feeds& feeds, Observed observed, PlanMode mode) const;
    Observed all_probes() const;
    std::shared_ptr<const Plan> plan_for(const RunnerKey& key);
    Runner& runner_for(Index n_steps, const Feeds& feeds, Observed observed,
                       PlanMode mode, std::vector<int> differentiated = {});
    /// Of predict() and evaluate(): functions that are called within the steps and
    /// looks take turns.
    Runner& isolated_runner(Index n_steps, const Feeds& feeds, Observed observed,
                            Phase phase);
    Sources make_sources(const std::map<int, HostTensor>& tensors) const;
    ItemOrder make_order(std::vector<Index> order) const;
    /// All items of a call, in their order.
    ItemOrder all_in_order(Index items) const;
    void fill_inputs(Runner& runner, const Sources& sources, const Index* items,
                     const ChunkExtent& extent, Index call_step);
    void select(const AnyBlock& source, const Index* items,
                const AnyBlock& target) const;

    class StatefulRun;

    /// Calls `each(extent, call_step)` after the forward pass of every tile of a chunk;
    /// call_step counts steps of the call done before the chunk.
    using AfterTile = std::function<void(const ChunkExtent& extent, Index call_step)>;
    void run_chunk(Runner& runner, Index first_step, Index steps,
                   const Sources& sources, const Index* items, Index call_step,
                   const AfterTile& each);
    /// Every chunk of one minibatch.
    void run_minibatch(Runner& runner, Index n_steps, const Sources& sources,
                       const Index* items, const AfterTile& each);
    void emit_samples(Runner& runner, const ChunkExtent& extent, Index call_step,
                      Index n_steps, Index first_item, Index valid,
                      const ProbeSink& sink);

    // Losses and metrics (session_losses.cpp).
    Tally make_tally(const Objective& objective) const;
    /// What a minibatch is compared with.
    struct Comparison {
        const Objective& objective;
        const Sources& targets;
        const Index* items;
        Index n_steps, valid;
        Index minibatch;  ///< counted from 0
        bool training;
        const Tally& tally;
    };
    /// The samples that a probe gave in a tile, where their gradient goes (if
    /// anywhere), and what they should have been.
    struct Compared {
        AnyBlock prediction, gradient, target;
        Index samples = 0;           ///< of the whole call that are compared
        std::vector<Buffer> memory;  ///< of what is a copy
        /// If the gradient is one: the rows of all steps, and for each the row of the
        /// copy, which ends with a row of zeros.
        AnyBlock all_gradient;
        const Index* rows_of_gradient = nullptr;
    };
    /// A probe of a plan that one loss or metric sees.
    struct Seen {
        std::size_t at;  ///< in Plan::probes
        int probe;
        bool last_step;
    };
    void add_losses(Runner& runner, const Comparison& with, const ChunkExtent& extent);
    std::optional<Compared> compared_rows(Runner& runner, const Comparison& with,
                                          const Seen& seen,
                                          const ChunkExtent& extent) const;
    void take_rows(Compared& to, const AnyBlock& prediction, const AnyBlock& gradient,
                   const std::vector<Index>& rows) const;
    void take_targets(Compared& to, const AnyBlock& all, const Index* items,
                      Index count) const;
    AnyBlock add_memory(Compared& to, Index steps, const AnyBlock& like) const;
    const Index* add_table(Compared& to, const std::vector<Index>& table) const;
    void add_loss(const Compared& rows, const LossSpec& loss, const Comparison& with,
                  Index valid, double* sum) const;
    /// Flags a sum that is not finite.
    void flag_loss(const Comparison& with, const double* sum) const;
    void add_correct(const Compared& rows, Index valid, double* sum) const;
    /// How many samples of a call are compared.
    Index compared_samples(int probe, bool last_step, Index n_steps) const;
    Scores read_scores(const Objective& objective, const Tally& tally, Index items,
                       Index n_steps, bool training) const;

    // Losses and metrics that are programs (session_programs.cpp).
    ObjectiveRun& objective_run(const Objective& objective, bool gradients);
    /// Runs the program of a tile once all that probes give in a call is there.
    /// `first`: of its probes, in Plan::probes; `sums`: of the tally.
    void add_program(Runner& runner, const Comparison& with, const ChunkExtent& extent,
                     std::size_t first, double* sums);
    void take_samples(const ObjectiveRun& run, int input, Runner& runner,
                      const ProbeRows& probe, Index n_steps,
                      const ChunkExtent& extent) const;
    void give_gradient(const ObjectiveRun& run, int input, Runner& runner,
                       const ProbeRows& probe, Index n_steps,
                       const ChunkExtent& extent) const;
    void add_value(const ObjectiveRun& run, int value, const Comparison& with,
                   const ChunkExtent& extent, double scale, double* sum) const;

    /// The minibatches of a call of train().
    struct Epoch {
        const Objective& objective;
        const Sources& sources;
        const Sources& targets;
        const ItemOrder& order;
        Index n_steps;
        Index first;  ///< minibatches trained before
        const Tally& tally;
        Index first_update = 0;  ///< of the optimizer
    };
    Comparison comparison(const Epoch& epoch, Index minibatch) const;
    /// Gives what functions of the user's have given: the minibatch may be run again.
    /// `after` is called when a tile's gradients are there.
    CallLog train_minibatch(Runner& runner, const Epoch& epoch, Index minibatch,
                            const AfterTile& after = {});
    /// What a tile's gradients by inputs are, [items, steps, size] each.
    void read_input_gradients(const Runner& runner, const ChunkExtent& extent,
                              std::map<int, std::vector<double>>& to) const;
    /// Flags what is not finite, or overflows in the optimizer's formulas, or would
    /// make an update that is out of range.
    void check_gradients(const Epoch& epoch, Index minibatch);
    /// Flags what the last update has made of the parameters.
    void check_parameters(const Epoch& epoch);
    /// Makes the runner ready for a minibatch of training, the `number`-th of all, with
    /// processes that are to outlive its steps. `known`: calls that are not made again.
    void begin_minibatch(Runner& runner, ProcessStates& processes, Index number,
                         CallLog known);

    // What was not finite (session_faults.cpp).
    /// Where a number first became non-finite.
    struct Fault {
        Index step = -1;
        int stage = 0;
        std::string buffer;
        bool is_earlier(const Fault& other, bool backward) const;
    };
    Index bad_row_of(const Runner& runner, BufferId buffer,
                     const std::vector<char>& written, const ChunkExtent& extent,
                     bool backward) const;
    void find_fault(const Runner& runner, const ChunkExtent& extent, bool backward,
                    Fault& fault) const;
    Fault run_again(Runner& runner, const Epoch& epoch, Index minibatch, bool backward,
                    const CallLog& calls);
    std::string describe_parameters() const;
    std::string describe_gradients() const;
    /// @throws SimulationError  the flag of the tally is set
    void throw_if_not_finite(Runner& runner, const Epoch& epoch, const CallLog& calls);
    void note_memory(std::size_t extra);

    std::shared_ptr<Model> model_;
    Device device_;
    SessionOptions options_;
    ParameterStore parameters_;
    StateStore state_;
    ProcessStates processes_;
    Index trained_ = 0;  ///< minibatches: the items of each have streams of their own
    OptimizerState optimizer_;
    Index step_ = 0;
    IndexedVector<SignalId, SharedValues> built_;  ///< initial values as built
    std::map<RunnerKey, std::shared_ptr<const Plan>> plans_;
    std::list<std::pair<RunnerKey, std::unique_ptr<Runner>>>
        runners_;  ///< latest first
    /// By program, and whether it gives gradients; latest first.
    std::list<std::pair<bool, std::unique_ptr<ObjectiveRun>>> objective_runs_;
    mutable std::size_t peak_ = 0;
};

}  // namespace nengine::engine

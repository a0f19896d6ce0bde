#pragma once

#include <compare>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/runtime/binder.hpp"
#include "engine/runtime/host_call.hpp"
#include "engine/runtime/process_states.hpp"
#include "engine/runtime/stores.hpp"
#include "kernels/base/timer.hpp"
#include "kernels/convolution.hpp"

namespace nengine::engine {

/// A plan with its memory on a device: runs stages over chunks.
class PlanRunner {
public:
    PlanRunner(const Device& device, std::shared_ptr<const Plan> plan,
               const PlannerOptions& options, ChunkSize chunk,
               ParameterStore& parameters, const StateStore& layout);

    const Plan& plan() const { return *plan_; }
    ChunkSize chunk() const { return chunk_; }
    /// The numbers of an operand of the plan.
    AnyBlock block(const Operand& operand, const ChunkExtent& extent) const {
        return Binder(bindings_, extent).block(operand);
    }
    std::size_t bytes() const { return memory_.bytes(); }

    /// Takes over what other plans have left; hands back what this one leaves.
    void load_state(const StateStore& store);
    void save_state(StateStore& store) const;
    /// Learned weights alone: what an isolated call leaves.
    void save_learned(StateStore& store) const;
    /// The processes that runs advance from now on; borrowed. `keeps_calls`: what the
    /// user's functions give is kept, for steps that may be run again.
    void use(ProcessStates& processes, bool keeps_calls = false);
    /// The step in which a call of the host's has thrown, if what was thrown last came
    /// from one.
    std::optional<Index> failed_step() const { return failed_step_; }
    /// Renews packed copies if parameters have changed.
    void refresh_parameters();

    void forward(const ChunkExtent& extent);
    void backward(const ChunkExtent& extent);
    /// No gradients yet (ParameterStore::begin_minibatch).
    void begin_minibatch();
    /// None of packed copies alone: what follows is added to the parameters' own.
    void zero_packed_gradients();
    /// Adds gradients of packed copies to the parameters' own.
    void collect_gradients();

    /// Seconds that the device spent in each stage, forward then backward, since
    /// construction. Waits for it.
    std::vector<double> stage_seconds() const;

private:
    /// Where a stepped region runs.
    struct RecordingKey {
        bool backward;
        std::size_t stage;
        Index items, first_item;
        Index valid;  ///< items, where a plan's commands ask for them; else 0

        auto operator<=>(const RecordingKey&) const = default;
    };
    /// A stepped region: the calls of successive steps, as many as have been needed,
    /// and recordings of some steps each.
    struct Recorded {
        std::vector<std::vector<Call>> steps;
        /// By how many steps; null: these have only been launched call by call.
        std::map<Index, std::unique_ptr<Recording>> of_steps;
        bool can_record = true;
    };

    void run_stage(const Stage& stage, bool backward, std::size_t index,
                   const ChunkExtent& extent);
    void run_steps(const Stage& stage, bool backward, std::size_t index,
                   const ChunkExtent& extent);
    void run_commands(std::span<const Command> commands, const ChunkExtent& extent,
                      HostSteps steps);
    /// The calls of the first steps of a stepped stage, `needed` of them or more; an
    /// empty one for what the host is called for.
    Recorded& bound_steps(const Stage& stage, bool backward, std::size_t index,
                          const ChunkExtent& extent, Index needed);
    void replay_steps(const Stage& stage, bool backward, std::size_t index,
                      const ChunkExtent& extent);
    void run_group(Recorded& recorded, bool backward, Index steps);
    HostContext host_context();
    void call_host(const HostCommand& command, const ChunkExtent& extent,
                   HostSteps steps);
    void call_processes(const HostContext& context, const HostCommand& command,
                        const ChunkExtent& extent, HostSteps steps);
    /// Functions of the user's over a chunk: all of a step before any of the next.
    void call_together(std::span<const Command> commands, const ChunkExtent& extent);
    void set_origin(const ChunkExtent& extent);
    void set_counters(Index step, bool backward);
    void upload_constants();
    void make_state_tables(const StateStore& layout);
    void make_pack_calls();
    void make_table_pack(const Packed& packed, Index width);
    void make_piece_pack(const Packed& packed, const PackPiece& piece);
    /// Filters in the order that the device's convolutions want, renewed with the
    /// packed copies, where a convolution's do not change in between.
    void make_prepared_filters();
    void prepare_filter_of(const ConvArgs<Planned>& command);

    /// `size` elements of a store's row from `first` on, in the sorted table from
    /// `sorted` on.
    struct StateRun {
        Index first, size, sorted;
    };
    struct StateTable;
    void save_run(const StateTable& table, const StateRun& run,
                  StateStore& store) const;
    /// How a state buffer's elements lie in the store.
    struct StateTable {
        BufferId buffer;
        Index width;
        Buffer iota, from_store, to_store;
        std::vector<StateRun> runs;
    };
    AnyBlock state_rows(const StateTable& table, Index items) const;

    Device device_;
    std::shared_ptr<const Plan> plan_;
    PlannerOptions options_;
    ChunkSize chunk_;
    ParameterStore& parameters_;
    Index minibatch_;
    PlanMemory memory_;
    std::vector<Buffer> table_memory_, filter_memory_;
    Index steps_per_recording_;
    /// Of the steps of a recording, one each: the first is the step at hand.
    Buffer counters_;
    /// Where the random numbers of a call lie, and those of the chunk at hand.
    Buffer call_origin_, origin_;
    Bindings bindings_;
    std::vector<StateTable> state_tables_;
    ProcessStates* processes_ = nullptr;
    bool draws_ = false, keeps_calls_ = false;
    std::optional<Index> failed_step_;
    /// What was computed once for all items, in a chunk's first tile, for its others.
    std::map<const void*, std::vector<std::byte>> shared_;
    std::vector<Call> pack_, unpack_gradients_;
    std::uint64_t packed_version_ = 0;
    std::map<RecordingKey, Recorded> recorded_;
    std::unique_ptr<Timer> forward_timer_, backward_timer_;
};

}  // namespace nengine::engine

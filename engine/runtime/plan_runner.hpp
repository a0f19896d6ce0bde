#pragma once

#include <map>
#include <memory>
#include <optional>
#include <tuple>
#include <vector>

#include "engine/runtime/binder.hpp"
#include "engine/runtime/process_states.hpp"
#include "engine/runtime/stores.hpp"

namespace nengine {

/// A plan with its memory on a device: runs stages over chunks.
template <class Real>
class PlanRunner {
public:
    PlanRunner(const Device& device, std::shared_ptr<const Plan> plan,
               const PlannerOptions& options, ChunkSize chunk,
               ParameterStore<Real>& parameters, const StateStore<Real>& layout);

    const Plan& plan() const { return *plan_; }
    ChunkSize chunk() const { return chunk_; }
    const Binder<Real>& binder() const { return binder_; }
    std::size_t bytes() const { return memory_.bytes(); }

    /// Takes over what other plans have left; hands back what this one leaves.
    void load_state(const StateStore<Real>& store);
    void save_state(StateStore<Real>& store) const;
    /// Learned weights alone: what an isolated call leaves.
    void save_learned(StateStore<Real>& store) const;
    /// The processes that runs advance from now on; borrowed.
    void use(ProcessStates& processes) { processes_ = &processes; }
    /// Renews packed copies if parameters have changed.
    void refresh_parameters();

    void forward(const ChunkExtent& extent);
    void backward(const ChunkExtent& extent);
    void zero_gradients();
    /// Adds gradients of packed copies to the parameters' own.
    void collect_gradients();

    /// Seconds that the host spent in each stage, forward then backward, since
    /// construction. On CUDA that is the time to enqueue it.
    const std::vector<double>& stage_seconds() const { return seconds_; }

private:
    using RecordingKey = std::tuple<bool, std::size_t, Index, Index>;
    struct Recorded {
        std::vector<Call> calls;
        std::unique_ptr<Recording> graph;
    };

    void run_stage(const Stage& stage, bool backward, std::size_t index,
                   const ChunkExtent& extent);
    void run_steps(const Stage& stage, bool backward, std::size_t index,
                   const ChunkExtent& extent);
    void run_command(const Command& command, const ChunkExtent& chunk,
                     const ChunkExtent& now);
    void run_commands(const std::vector<Command>& commands, const ChunkExtent& extent);
    void replay_steps(const Stage& stage, bool backward, std::size_t index,
                      const ChunkExtent& extent);
    class HostBlock;
    void call_host(const HostCommand& command, const ChunkExtent& extent);
    void call_processes(const ProcessCommand& command, const ChunkExtent& extent);
    void draw(const RandomCommand& command, const ChunkExtent& extent);
    /// Where the random numbers of a chunk or a step lie.
    RandomOrigin origin(const ChunkExtent& extent) const;
    /// Says so to kernels that draw.
    void set_origin(const ChunkExtent& extent);
    void set_counter(Index step);
    std::vector<Real> read_block(const Block<Real>& block);
    void write_block(const Block<Real>& block, const std::vector<Real>& values);
    void upload_constants();
    void make_state_tables(const StateStore<Real>& layout);
    void make_pack_calls();
    void make_table_pack(const Packed& packed, Index width);
    void make_piece_pack(const Packed& packed, const PackPiece& piece);

    /// `size` elements of a store's row from `first` on, in the sorted table from
    /// `sorted` on.
    struct StateRun {
        Index first, size, sorted;
    };
    struct StateTable;
    void save_run(const StateTable& table, const StateRun& run,
                  StateStore<Real>& store) const;
    /// How a state buffer's elements lie in the store.
    struct StateTable {
        BufferId buffer;
        Index width;
        Buffer iota, from_store, to_store;
        std::vector<StateRun> runs;
    };

    Device device_;
    std::shared_ptr<const Plan> plan_;
    PlannerOptions options_;
    ChunkSize chunk_;
    ParameterStore<Real>& parameters_;
    Index minibatch_;
    PlanMemory memory_;
    std::vector<Buffer> table_memory_;
    std::vector<Index*> tables_;
    Buffer counter_, origin_;
    Binder<Real> binder_;
    std::vector<StateTable> state_tables_;
    ProcessStates* processes_ = nullptr;
    bool draws_ = false;
    /// What was called once for all items, in a chunk's first tile, for its others.
    std::map<const void*, std::vector<Real>> shared_;
    std::vector<Call> pack_, unpack_gradients_;
    std::uint64_t packed_version_ = 0;
    std::map<RecordingKey, Recorded> recorded_;
    std::vector<double> seconds_;
};

}  // namespace nengine

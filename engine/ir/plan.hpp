#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/commands.hpp"
#include "engine/ir/element_view.hpp"
#include "engine/ir/model.hpp"
#include "engine/ir/plan_mode.hpp"

namespace nengine::engine {

enum class BufferKind {
    work,       ///< lives within a chunk (or a window of training); may be reused
    state,      ///< carried from chunk to chunk; rows for the whole minibatch
    input,      ///< filled by the caller before each chunk
    parameter,  ///< what the replica trains, all of it, and statistics
    gradient,   ///< their gradients, same layout; the next values of statistics
    packed,     ///< parameters rearranged for a merged operator
    packed_gradient,
    literal,  ///< constants of the plan
};

/// Memory that a plan needs. A row has `width` elements (for each item if batched).
struct BufferSpec {
    std::string name;
    BufferKind kind{};
    Index width = 0;
    DType dtype = DType::float32;
    bool batched = false;
    bool history = false;  ///< one row per step of a chunk
    Index extra_rows = 0;  ///< carried row of a history
    /// Stages, counted through forward and backward, between which the contents matter.
    int first_stage = 0, last_stage = 0;
};

/// A piece of the parameters that a packed buffer holds: elements of `view` (in the
/// parameter buffer), each repeated `repeat` times, from element `to` on.
struct PackPiece {
    ElementView view;
    Index to = 0;
    Index repeat = 1;
};
struct Packed {
    BufferId buffer = no_buffer;
    BufferId gradient = no_buffer;
    std::vector<PackPiece> pieces;
};

/// Elements of a state buffer and the signal they belong to.
struct StatePiece {
    SignalId signal = no_signal;
    Index offset = 0;                    ///< in the buffer's row
    Index planes = 1, plane_stride = 0;  ///< [planes, size / planes] of the signal
};

enum class StageKind { once, folded, stepped };

struct Stage {
    StageKind kind{};
    bool backward = false;
    std::vector<Command> commands;
    /// Stepped stages: once before and once after the steps of a chunk.
    std::vector<Command> before, after;
    bool has_host = false;
    /// Commands of a folded stage that are the user's functions of time, called ahead
    /// of their steps: all of them for a step before any for the next.
    int first_call = 0, n_calls = 0;
};

/// Where a probe's rows are found after a chunk.
struct ProbeRows {
    int probe = 0;
    Operand rows;  ///< in_time history, or fixed if it does not vary
    Operand
        gradient;  ///< training: where dL/d(rows) goes; absent if nothing depends on it
};

/// Where a signal that a look sees is found after a chunk.
struct SeenRows {
    /// As of a probe, but of as many elements as the view spans: views of more than two
    /// dimensions are taken apart on the host.
    Operand span;
    ElementView view;  ///< in these
};

/// Where an input's rows are put before a chunk.
struct PlanInput {
    int input = 0;
    Operand rows;
    bool held = false;
    Operand gradient;  ///< dL/d(rows) afterwards; absent if nobody asked for it, or if
                       ///< nothing depends on it
};

/// What to run: the emit pass's result, and all that an executor knows.
struct Plan {
    std::shared_ptr<const Model> model;
    DType dtype = DType::float32;  ///< of signals that state none
    PlanMode mode;
    IndexedVector<BufferId, BufferSpec> buffers;
    std::vector<Packed> packed;
    std::vector<std::pair<BufferId, std::vector<double>>> literals;
    IndexedVector<TableId, std::vector<Index>> tables;
    std::vector<std::pair<BufferId, std::vector<StatePiece>>> states;
    std::vector<PlanInput> inputs;
    std::vector<ProbeRows> probes;
    /// By look of the model, then by its signals.
    std::vector<std::vector<SeenRows>> looks;
    std::vector<Stage> forward, backward;
    /// Functions of the user's are called within the steps: all items at a time, and
    /// while a run is recorded, one step at a time, so that they see what is there.
    bool calls_within_steps = false;
    bool reads_all_items = false;  ///< commands look at a whole minibatch: no tiles
    bool relies_on_parameters = false;  ///< is wrong once they change
    /// One tile, whatever fits.
    bool needs_all_items() const { return calls_within_steps || reads_all_items; }

    /// Whether functions are called that may throw, looks among them.
    bool calls_host() const;
    const BufferSpec& buffer(const Operand& operand) const {
        return buffers[operand.buffer];
    }
    /// @throws BuildError       operands of a command differ in dtype
    /// @throws ValidationError  they have one in which there is no arithmetic
    void check_dtypes() const;
    /// Bytes that a step of an item adds to histories, and that an item adds whatever
    /// the steps.
    double history_bytes() const;
    double row_bytes() const;
    std::string explain() const;
};

/// Calls `fn(command)` for every command of some stages, also of what stepped ones run
/// before and after their steps.
template <class Fn>
void for_each_command(const std::vector<Stage>& stages, const Fn& fn) {
    for (const Stage& stage : stages) {
        for (const auto* commands : {&stage.before, &stage.commands, &stage.after}) {
            for (const Command& command : *commands) {
                fn(command);
            }
        }
    }
}

/// The steps of a chunk and the items of a tile.
struct ChunkSize {
    Index steps, items;
};

/// Where the replica keeps parameters that change without a new plan, as element offset
/// by signal: those that are trained, then statistics.
using ParameterLayout = std::map<SignalId, Index>;
struct ParameterSizes {
    Index trained = 0;  ///< elements that an optimizer changes: the first ones
    Index all = 0;
};
ParameterLayout lay_out_parameters(const Model& model, ParameterSizes* sizes);

}  // namespace nengine::engine

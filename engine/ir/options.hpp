#pragma once

#include <cstddef>

#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

enum class MergePlanner { none, greedy, tree };
enum class ExecutorMode { direct, recorded };

/// How plans are made. Passes that can be switched off can be alone; results are the
/// same.
struct PlannerOptions {
    bool simplify = true;
    bool fuse = true;
    bool fold = true;  ///< false: everything stepped
    MergePlanner merge = MergePlanner::greedy;
    int tree_depth = 3;
    bool layout = true;
    bool reuse_buffers = true;

    /// Steps per chunk; 0 lets the planner choose from the budget.
    Index chunk_steps = 0;
    /// Items per tile; 0 lets the planner choose.
    Index tile_items = 0;
    /// Bytes of histories per chunk; 0 is the device kind's default (cache on a CPU,
    /// memory on CUDA).
    std::size_t chunk_bytes = 0;

    /// Recorded: one step of a stepped region is recorded and replayed by a counter (a
    /// CUDA graph; on the CPU a list of calls whose source is poisoned in between).
    ExecutorMode executor = ExecutorMode::recorded;
};

}  // namespace nengine::engine

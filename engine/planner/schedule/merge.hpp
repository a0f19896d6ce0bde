#pragma once

#include <vector>

#include "engine/ir/options.hpp"
#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Orders the nodes of each stage and groups those that may become one launch: equal
/// keys, and no path between them. Fills GraphStage::groups; members are in order of
/// the model.
///
/// greedy: always the largest ready group. tree: looks `depth` groups ahead for the
/// fewest.
/// @throws BuildError  a cycle within a step
Graph merge(Graph graph, MergePlanner planner, int tree_depth);

}  // namespace nengine::engine

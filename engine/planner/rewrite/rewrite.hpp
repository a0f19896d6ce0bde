#pragma once

#include <vector>

#include "engine/planner/graph/graph.hpp"

// Passes that make a graph smaller and leave what it computes.

namespace nengine::engine {

/// Drops products of equal matrices with one vector but for the first. Those with
/// parameters only `as_built`; not for training, in which each gets its own gradient.
Graph share_products(Graph graph);

/// Rewrites on the def-use graph, to a fixed point; by value only where the value is
/// neither trainable nor learned.
Graph simplify(Graph graph);

/// Vertical fusion of node patterns: bias and gain into the neurons that they feed, a
/// filter into those that it reads, a change of weights into the product that reads
/// them. Operators offer it (Operator::with_affine, Operator::fused_with).
Graph fuse(Graph graph);
void fuse_learning(Graph& graph);

/// Element-wise functions that feed one another become one, within a stage. Operators
/// offer it (Operator::composed_with).
Graph compose(Graph graph);

/// The slots of what two nodes become.
IndexedVector<int, Access> fused_slots(const Fusion& fusion, const Node& writer,
                                       const Node& reader);

}  // namespace nengine::engine

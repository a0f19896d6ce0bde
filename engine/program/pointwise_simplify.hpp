#pragma once

#include <optional>

#include "engine/program/pointwise_graph.hpp"

namespace nengine::engine {

/// What an operation is without computing it: a constant, an operand, or a simpler
/// operation; none, if it is what it is. `node` is brought into the form that equal
/// operations have: what commutes has its operands in the order of their nodes.
/// The value stays what it is, of infinities, NaN and -0 too: neither 0 x nor x + 0 is
/// simplified.
std::optional<PointwiseValue> simplify(PointwiseGraph& graph,
                                       PointwiseGraph::Node& node);

}  // namespace nengine::engine

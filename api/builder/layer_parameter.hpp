#pragma once

#include "api/builder/build_state.hpp"
#include "api/numerics/random_state.hpp"

namespace nengine {

/// A parameter of a layer or a node of symbolic tensors, also in `parts.parameters`. Of
/// layers that share theirs the first one makes it.
/// @throws ShapeError   an initial value, or a shared parameter, of another shape
/// @throws MemoryError  its values do not fit
engine::SignalId layer_parameter(BuildState& state, const detail::NodeData& node,
                                 BuiltNodeParts& parts, RandomState& rng,
                                 const ParameterOptions& options);

/// A statistic of such a layer or node, likewise.
/// @throws ValidationError  another of the layers that share theirs has made it: it
///     would follow the one, then the other
/// @throws MemoryError      its values do not fit
engine::SignalId layer_statistic(BuildState& state, const detail::NodeData& node,
                                 BuiltNodeParts& parts,
                                 const StatisticOptions& options);

}  // namespace nengine

#pragma once

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Strongly connected components -> once, folded and stepped stages; sums whose parts
/// are known at different times become partial sums. `fold` false: everything that
/// varies in time is stepped.
/// @throws BuildError  a cycle without a filter in it
Graph fold(Graph graph, bool fold);

}  // namespace nengine::engine

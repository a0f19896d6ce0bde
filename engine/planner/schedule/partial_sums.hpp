#pragma once

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Splits every version whose writers run in different stages, or partly for each item
/// and partly for all, into partial sums: what is known early is summed early, and
/// added where the last part is known. Readers see the sum of what reaches their
/// elements. Also settles where each version is defined, and whether it varies in time
/// and over the batch.
Graph split_partial_sums(Graph graph);

}  // namespace nengine::engine

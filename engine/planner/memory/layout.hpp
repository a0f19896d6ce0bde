#pragma once

#include <vector>

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Which versions a plan carries gradients for: those that depend on a parameter, or on
/// an input that losses are differentiated by, and reach a probe that losses see; and
/// which forward values must be kept for every step.
struct GradientNeeds {
    VersionMarks gradient;
    VersionMarks saved_value;       ///< read again by the backward pass
    IndexedVector<int, char> node;  ///< per node: has a backward
};
GradientNeeds find_gradient_needs(const Graph& graph);

/// Where a version lies in its block's row. A filter's state of order n has n planes,
/// each as wide as the filter; the planes of merged filters interleave.
struct Placement {
    int block = -1;  ///< -1: constants, which are packed per use
    Index offset = 0;
    Index planes = 1, plane_stride = 0;
};

/// Versions that lie side by side in memory, so that a merged operator's operands are
/// one piece.
struct LayoutBlock {
    std::vector<VersionId> members;  ///< in order of offset
    Index width = 0;                 ///< elements of a row, all planes
    Index planes = 1;
    bool needs_history = false;  ///< stepped: seen outside its region
    bool gradient = false;
};

struct Layout {
    IndexedVector<VersionId, Placement> of_version;
    IndexedVector<int, LayoutBlock> blocks;
};

/// Orders versions so that what a merged operator touches is contiguous, and the
/// members of each group in order of memory. `enabled` false: every version is a block
/// of its own.
Layout lay_out(Graph& graph, const GradientNeeds& needs, bool enabled);

/// Seen outside the region that defines it: by a probe, another stage, or the backward
/// pass.
VersionMarks find_history_needs(const Graph& graph, const GradientNeeds& needs);

}  // namespace nengine::engine

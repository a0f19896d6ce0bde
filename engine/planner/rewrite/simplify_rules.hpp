#pragma once

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

// Rules of simplify(). Each looks at definitions and uses, changes the graph, and says
// whether it did.

/// What reads one number that is known in all elements, as of a reset, computes with
/// that number.
bool use_known_numbers(Graph& graph);
/// Readers of a version that is nothing but a copy read the source.
bool forward_copies(Graph& graph);
/// A result that is only copied elsewhere is written there at once.
bool sink_copies(Graph& graph);

/// A node that a rule drops loses its operator; find_uses() then skips it, and
/// simplify() removes it.
inline void drop(Node& node) {
    node.op = nullptr;
    node.slots.clear();
}

}  // namespace nengine::engine

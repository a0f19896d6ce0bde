#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Which of several accesses to one version touch an element that a view names. Answers
/// in time proportional to the view, so that thousands of slices of one array stay
/// linear.
class Overlaps {
public:
    using Number = std::uint32_t;  ///< of an access among those given

    Overlaps(Index size, std::span<const ElementView* const> accesses);
    /// Appends the numbers of overlapping accesses to `found`, each once, in order.
    void find(const ElementView& view, std::vector<Number>& found);

private:
    SmallList<Number> whole_;                        ///< that cover everything
    IndexedVector<Index, SmallList<Number>> touch_;  ///< per element, the others
    SmallList<int> stamp_;
    int round_ = 0;
};

/// A directed graph over the nodes [0, n_nodes) and hubs. A hub stands for the elements
/// that some reads name: writers point to it, it points to readers, so that many
/// writers and many readers of one array cost their sum in edges, not their product.
struct Dependencies {
    int n_nodes = 0;
    IndexedVector<int, SmallList<int>> successors;
    /// The elements a hub stands for; by vertex - n_nodes.
    struct Hub {
        VersionId version;
        ElementView view;
    };
    IndexedVector<int, Hub> hubs;

    void add_edge(int from, int to) { successors[from].push_back(to); }
};

/// How edges through `updated` versions and operator states point.
enum class UpdateEdges {
    none,           ///< left out
    writer_first,   ///< the whole chunk is written before it is read: folded stages,
                    ///< recurrence
    readers_first,  ///< readers see the row before: within one step
};

/// Dependencies among the nodes listed (all if empty): set before inc, writers before
/// readers.
Dependencies find_dependencies(const Graph& graph, const std::vector<int>& nodes,
                               UpdateEdges updates);

/// Where the user's functions are called within the steps: each after the one before
/// it, although neither reads what the other writes.
/// @return  those among the nodes listed (all if empty), in order
std::vector<int> add_call_order(const Graph& graph, const std::vector<int>& nodes,
                                Dependencies& dependencies);

/// A topological order of the vertices that are nodes. Calls of the user's functions
/// come in the order that the model gives them, as far as dependencies allow.
/// @throws BuildError  a cycle, naming operators on it
std::vector<int> topological_order(const Graph& graph,
                                   const Dependencies& dependencies);

}  // namespace nengine::engine

#pragma once

#include <span>
#include <vector>

#include "engine/planner/graph/dependencies.hpp"

namespace nengine::engine {

/// The strongly connected components of a graph of dependencies, in topological order:
/// what depends on itself, over however many others.
class Components {
public:
    explicit Components(const Dependencies& dependencies);

    int count() const { return static_cast<int>(first_.size()) - 1; }
    int of(int vertex) const { return of_[vertex]; }
    /// A component's vertices, in order.
    std::span<const int> operator[](int component) const;

private:
    IndexedVector<int, int> of_;     ///< by vertex
    IndexedVector<int, int> first_;  ///< by component: where in `vertices_` it begins
    IndexedVector<int, int> vertices_;
};

}  // namespace nengine::engine

#include "engine/planner/emit/run_lowering.hpp"

namespace nengine::engine {
namespace {

/// The size of what a node writes: the number of its elements.
Index written_size(const Node& node) {
    const int result = node.result();
    return result < 0 ? 0 : node.slot(result).view.size();
}

/// Decides whether the next member of a group continues the run of those before it.
class RunRule {
public:
    RunRule(const Graph& graph, const Storage& storage)
        : graph_(graph), storage_(storage) {}

    bool continues(const std::vector<int>& run, int next) const {
        const Node& last = graph_.node(run.back());
        const Node& node = graph_.node(next);
        const OperatorProperties stated = last.properties();
        switch (stated.merging) {
            case Merging::elementwise:
                return elementwise(stated.coefficients, last, node);
            case Merging::evenly_spaced:
                return product(run, node);
            default:
                return false;
        }
    }

private:
    Index address(const Access& access) const {
        return storage_.placement(access.version).offset + access.view.offset;
    }
    bool same_block(const Access& a, const Access& b) const {
        return storage_.placement(a.version).block ==
               storage_.placement(b.version).block;
    }
    bool constant(const Access& access) const {
        return graph_.version_of(access).kind == VersionKind::constant;
    }

    bool elementwise(const SlotSet& coefficients, const Node& a, const Node& b) const {
        for (const int s : a.slots.ids()) {
            const Access& x = a.slot(s);
            const Access& y = b.slot(s);
            if (constant(x)) {
                if (!coefficients.contains(s) &&
                    !(per_element(a, x) && per_element(b, y))) {
                    return false;
                }
            } else if (x.role == Role::state) {
                const Index planes = storage_.placement(x.version).planes;
                if (!same_block(x, y) ||
                    address(y) != address(x) + graph_.version_of(x).size / planes) {
                    return false;
                }
            } else if (!adjacent(a, x, b, y)) {
                return false;
            }
        }
        return true;
    }

    static bool per_element(const Node& node, const Access& access) {
        const Index n = access.view.size();
        return n == 1 || (n == written_size(node) && access.view.dims <= 1);
    }

    bool adjacent(const Node& a, const Access& x, const Node& b,
                  const Access& y) const {
        return same_block(x, y) && x.view.contiguous() && y.view.contiguous() &&
               x.view.size() == written_size(a) && y.view.size() == written_size(b) &&
               address(y) == address(x) + x.view.size();
    }

    /// Members of a product must lie equally far apart, and not overlap in what they
    /// write.
    bool product(const std::vector<int>& run, const Node& next) const {
        const Node& first = graph_.node(run.front());
        const Node& last = graph_.node(run.back());
        for (const int s : next.slots.ids()) {
            const Access& x = last.slot(s);
            const Access& y = next.slot(s);
            if (constant(x)) {
                continue;
            }
            const Index distance = address(y) - address(x);
            const Index spacing =
                run.size() > 1
                    ? address(graph_.node(run[1]).slot(s)) - address(first.slot(s))
                    : distance;
            Index stride = 1;
            x.view.collapsible(stride);
            if (!same_block(x, y) || x.view.strides != y.view.strides ||
                distance != spacing ||
                (x.role != Role::read && distance < x.view.size() * stride)) {
                return false;
            }
        }
        return true;
    }

    const Graph& graph_;
    const Storage& storage_;
};

}  // namespace

std::vector<std::vector<int>> split_runs(const Graph& graph, const Storage& storage,
                                         const std::vector<int>& group) {
    const RunRule rule(graph, storage);
    std::vector<std::vector<int>> runs;
    for (const int n : group) {
        if (!runs.empty() && rule.continues(runs.back(), n)) {
            runs.back().push_back(n);
        } else {
            runs.push_back({n});
        }
    }
    return runs;
}

}  // namespace nengine::engine

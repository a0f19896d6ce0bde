#include <algorithm>

#include "engine/planner/memory/layout.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// Spreads marks along nodes until nothing changes; recurrent networks need a few
/// rounds.
template <class Step>
void to_fixed_point(const Graph& graph, bool backwards, Step&& step) {
    const int n = static_cast<int>(graph.nodes.size());
    for (bool changed = true; changed;) {
        changed = false;
        for (const GraphStage& stage : graph.stages) {
            for (const int i : stage.nodes) {
                changed = step(graph.node(i)) || changed;
            }
        }
        for (int i = n - 1; backwards && i >= 0; --i) {
            changed = step(graph.node(i)) || changed;
        }
    }
}

bool is_read(const Access& access) {
    return access.role == Role::read;
}

/// Weights that change while the network runs have no history to go back through.
void check_learned(const Graph& graph, const Node& node) {
    for (const Access& access : node.slots) {
        const Version& v = graph.version_of(access);
        if (v.signal != no_signal && v.kind == VersionKind::accumulated &&
            graph.model->signal(v.signal).learned) {
            throw BuildError(
                "training: got a loss whose gradient goes through '" + v.name +
                "', which a learning rule changes, needs losses that do not, or "
                "trainable = false for what comes before it");
        }
    }
}

using Marks = std::vector<char>;  // per version

/// From what a node reads to what it writes, or back.
/// @return  whether a mark is new
bool spread(const Node& node, Marks& marks, bool from_reads) {
    const bool marked = std::ranges::any_of(node.slots, [&](const Access& a) {
        return is_read(a) == from_reads && marks[static_cast<std::size_t>(a.version)];
    });
    bool changed = false;
    for (const Access& a : node.slots) {
        if (marked && is_read(a) != from_reads) {
            char& mark = marks[static_cast<std::size_t>(a.version)];
            changed = changed || mark == 0;
            mark = 1;
        }
    }
    return changed;
}

Marks depends_on_parameters(const Graph& graph) {
    Marks depends(graph.versions.size(), 0);
    for (std::size_t v = 0; v < depends.size(); ++v) {
        depends[v] = graph.trainable(graph.versions[v]);
    }
    to_fixed_point(graph, false, [&](const Node& node) {
        return !node.op->is_host() && spread(node, depends, true);
    });
    return depends;
}

Marks reaches_probes(const Graph& graph) {
    Marks reaches(graph.versions.size(), 0);
    for (const Tap& tap : graph.taps) {
        reaches[static_cast<std::size_t>(tap.version)] = 1;
    }
    to_fixed_point(graph, true, [&](const Node& node) {
        return !node.op->is_host() && spread(node, reaches, false);
    });
    return reaches;
}

}  // namespace

GradientNeeds find_gradient_needs(const Graph& graph) {
    const std::size_t n = graph.versions.size();
    GradientNeeds needs{Marks(n, 0), Marks(n, 0), Marks(graph.nodes.size(), 0)};
    if (!graph.training) {
        return needs;
    }
    const Marks depends = depends_on_parameters(graph), reaches = reaches_probes(graph);
    for (std::size_t v = 0; v < n; ++v) {
        needs.gradient[v] = depends[v] && reaches[v];
    }
    for (std::size_t i = 0; i < graph.nodes.size(); ++i) {
        const Node& node = graph.nodes[i];
        needs.node[i] = std::ranges::any_of(node.slots, [&](const Access& a) {
            return !is_read(a) && needs.gradient[static_cast<std::size_t>(a.version)];
        });
        if (!needs.node[i]) {
            continue;
        }
        check_learned(graph, node);
        for (const int s : node.op->saved_slots()) {
            needs.saved_value[static_cast<std::size_t>(node.slot(s).version)] = 1;
        }
    }
    return needs;
}

}  // namespace nengine

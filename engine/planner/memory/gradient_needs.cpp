#include <algorithm>

#include "engine/planner/memory/layout.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
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

/// What slots without a slope are to marks: the end, or like any other.
enum class Zeros { end, pass };

bool ends_at(const Node& node, std::size_t slot) {
    return is_read(node.slots[slot]) &&
           node.op->gradient(static_cast<int>(slot)) == SlotGradient::zero;
}

/// From what a node reads to what it writes, or back: by the slots that have a
/// gradient, or should have one.
/// @return  whether a mark is new
bool spread(const Node& node, Marks& marks, bool from_reads, Zeros zeros) {
    const auto each = [&](bool reads, const auto& visit) {
        for (std::size_t s = 0; s < node.slots.size(); ++s) {
            if (is_read(node.slots[s]) == reads &&
                (zeros == Zeros::pass || !ends_at(node, s))) {
                visit(marks[static_cast<std::size_t>(node.slots[s].version)]);
            }
        }
    };
    bool marked = false, changed = false;
    each(from_reads, [&](char& mark) { marked = marked || mark != 0; });
    if (marked) {
        each(!from_reads, [&](char& mark) {
            changed = changed || mark == 0;
            mark = 1;
        });
    }
    return changed;
}

/// Marks what depends on what is marked.
Marks dependents(const Graph& graph, Marks marks) {
    to_fixed_point(graph, false, [&](const Node& node) {
        return spread(node, marks, true, Zeros::end);
    });
    return marks;
}

Marks depends_on_parameters(const Graph& graph) {
    Marks parameters(graph.versions.size(), 0);
    for (std::size_t v = 0; v < parameters.size(); ++v) {
        parameters[v] = graph.trainable(graph.versions[v]);
    }
    return dependents(graph, std::move(parameters));
}

Marks reaches_probes(const Graph& graph, Zeros zeros) {
    Marks reaches(graph.versions.size(), 0);
    for (const Tap& tap : graph.taps) {
        reaches[static_cast<std::size_t>(tap.version)] = 1;
    }
    to_fixed_point(graph, true, [&](const Node& node) {
        return spread(node, reaches, false, zeros);
    });
    return reaches;
}

/// "HostFunction 'plant'": where the way from a parameter to what losses see ends.
std::string end_of(const Graph& graph, std::size_t parameter, const Marks& seen) {
    Marks marks(graph.versions.size(), 0);
    marks[parameter] = 1;
    marks = dependents(graph, std::move(marks));
    for (const Node& node : graph.nodes) {
        bool ends = false, is_seen = false;
        for (std::size_t s = 0; s < node.slots.size(); ++s) {
            const auto v = static_cast<std::size_t>(node.slots[s].version);
            ends = ends || (ends_at(node, s) && marks[v]);
            is_seen = is_seen || (!is_read(node.slots[s]) && seen[v]);
        }
        if (ends && is_seen) {
            return std::string(node.op->type()) + " '" + node.op->label + '\'';
        }
    }
    return "an operator without a gradient";
}

/// A parameter that losses see through slots without a slope alone would stay as it is,
/// in silence. One that they do not see at all is the user's business.
void check_cut_off(const Graph& graph, const Marks& reaches) {
    const bool ends = std::ranges::any_of(graph.nodes, [](const Node& node) {
        for (std::size_t s = 0; s < node.slots.size(); ++s) {
            if (ends_at(node, s)) {
                return true;
            }
        }
        return false;
    });
    if (!ends) {
        return;
    }
    const Marks seen = reaches_probes(graph, Zeros::pass);
    for (std::size_t v = 0; v < seen.size(); ++v) {
        const Version& parameter = graph.versions[v];
        if (graph.trainable(parameter) && seen[v] && !reaches[v]) {
            throw BuildError("training: got the trainable parameter '" +
                             parameter.name + "', which losses see through " +
                             end_of(graph, v, seen) +
                             " alone, where gradients end; needs trainable = false "
                             "for it, or a loss on what comes before");
        }
    }
}

}  // namespace

GradientNeeds find_gradient_needs(const Graph& graph) {
    const std::size_t n = graph.versions.size();
    GradientNeeds needs{Marks(n, 0), Marks(n, 0), Marks(graph.nodes.size(), 0)};
    if (!graph.training) {
        return needs;
    }
    const Marks depends = depends_on_parameters(graph),
                reaches = reaches_probes(graph, Zeros::end);
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
    check_cut_off(graph, reaches);
    return needs;
}

}  // namespace nengine::engine

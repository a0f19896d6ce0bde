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

/// What slots without a slope are to marks: the end, or like any other.
enum class Zeros { end, pass };

bool ends_at(const Node& node, int slot) {
    return is_read(node.slot(slot)) &&
           node.op->slot_gradient(slot) == SlotGradient::zero;
}

/// From what a node reads to what it writes, or back: by the slots that have a
/// gradient, or should have one.
/// @return  whether a mark is new
bool spread(const Node& node, VersionMarks& marks, bool from_reads, Zeros zeros) {
    const auto each = [&](bool reads, const auto& visit) {
        for (const int s : node.slots.ids()) {
            if (is_read(node.slot(s)) == reads &&
                (zeros == Zeros::pass || !ends_at(node, s))) {
                visit(marks[node.slot(s).version]);
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
VersionMarks dependents(const Graph& graph, VersionMarks marks) {
    to_fixed_point(graph, false, [&](const Node& node) {
        return spread(node, marks, true, Zeros::end);
    });
    return marks;
}

/// On a parameter, or on an input that losses are differentiated by.
VersionMarks depends_on_sources(const Graph& graph) {
    VersionMarks sources(graph.versions.size(), 0);
    for (const VersionId id : sources.ids()) {
        sources[id] = graph.trainable(graph.version(id));
    }
    for (const int input : graph.differentiated) {
        if (graph.inputs[input] != no_version) {
            sources[graph.inputs[input]] = 1;
        }
    }
    return dependents(graph, std::move(sources));
}

VersionMarks reaches_losses(const Graph& graph, Zeros zeros) {
    VersionMarks reaches(graph.versions.size(), 0);
    for (const Tap& tap : graph.taps) {
        reaches[tap.version] = reaches[tap.version] || tap.of_loss;
    }
    to_fixed_point(graph, true, [&](const Node& node) {
        return spread(node, reaches, false, zeros);
    });
    return reaches;
}

/// "HostFunction 'plant'": where the way from a parameter to what losses see ends.
std::string end_of(const Graph& graph, VersionId parameter, const VersionMarks& seen) {
    VersionMarks marks(graph.versions.size(), 0);
    marks[parameter] = 1;
    marks = dependents(graph, std::move(marks));
    for (const Node& node : graph.nodes) {
        bool ends = false, is_seen = false;
        for (const int s : node.slots.ids()) {
            const VersionId id = node.slot(s).version;
            ends = ends || (ends_at(node, s) && marks[id]);
            is_seen = is_seen || (!is_read(node.slot(s)) && seen[id]);
        }
        if (ends && is_seen) {
            return std::string(node.op->type()) + " '" + node.op->label + '\'';
        }
    }
    return "an operator without a gradient";
}

/// A parameter that losses see through slots without a slope alone would stay as it is,
/// in silence. One that they do not see at all is the user's business.
void check_cut_off(const Graph& graph, const VersionMarks& reaches) {
    const bool ends = std::ranges::any_of(graph.nodes, [](const Node& node) {
        for (const int s : node.slots.ids()) {
            if (ends_at(node, s)) {
                return true;
            }
        }
        return false;
    });
    if (!ends) {
        return;
    }
    const VersionMarks seen = reaches_losses(graph, Zeros::pass);
    for (const VersionId id : seen.ids()) {
        const Version& parameter = graph.version(id);
        if (graph.trainable(parameter) && seen[id] && !reaches[id]) {
            throw BuildError("training: got the trainable parameter '" +
                             parameter.name + "', which losses see through " +
                             end_of(graph, id, seen) +
                             " alone, where gradients end; needs trainable = false "
                             "for it, or a loss on what comes before");
        }
    }
}

}  // namespace

GradientNeeds find_gradient_needs(const Graph& graph) {
    const std::size_t n = graph.versions.size();
    GradientNeeds needs{VersionMarks(n, 0), VersionMarks(n, 0),
                        IndexedVector<int, char>(graph.nodes.size(), 0)};
    if (!graph.mode.gradients) {
        return needs;
    }
    const VersionMarks depends = depends_on_sources(graph),
                       reaches = reaches_losses(graph, Zeros::end);
    for (const VersionId id : needs.gradient.ids()) {
        needs.gradient[id] = depends[id] && reaches[id];
    }
    for (const int i : graph.nodes.ids()) {
        const Node& node = graph.node(i);
        needs.node[i] = std::ranges::any_of(node.slots, [&](const Access& a) {
            return !is_read(a) && needs.gradient[a.version];
        });
        if (!needs.node[i]) {
            continue;
        }
        check_learned(graph, node);
        for (const int s : node.op->saved_slots()) {
            needs.saved_value[node.slot(s).version] = 1;
        }
    }
    check_cut_off(graph, reaches);
    return needs;
}

}  // namespace nengine::engine

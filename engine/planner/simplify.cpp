#include <algorithm>
#include <array>

#include "engine/operators/operators.hpp"
#include "engine/planner/graph.hpp"

// Each rule looks at definitions and uses, changes the graph, and says whether it did.
// A node that a rule drops loses its operator; find_uses() then skips it, and compact()
// removes it.

namespace nengine {
namespace {

void drop(Node& node) {
    node.op = nullptr;
    node.slots.clear();
}

template <class Op>
const Op* as(const Node& node) {
    return dynamic_cast<const Op*>(node.op.get());
}

/// A constant whose value may be relied on: neither trainable nor learned.
bool fixed(const Graph& graph, const Version& v) {
    return v.kind == VersionKind::constant && !graph.trainable(v);
}

bool all_equal(const Graph& graph, const Access& access, double value) {
    const Version& v = graph.version_of(access);
    if (v.has_fill()) {
        return v.fill == value;
    }
    Index stride = 1;
    if (!access.view.collapsible(stride)) {
        return false;
    }
    for (Index i = 0; i < access.view.size(); ++i) {
        if (graph.constant_value(v, access.view.offset + i * stride) != value) {
            return false;
        }
    }
    return true;
}

/// A version set by nothing but a reset is a constant.
bool remove_unmodified_resets(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    for (std::size_t v = 0; v < graph.versions.size(); ++v) {
        Version& version = graph.versions[v];
        const auto& writers = uses.writers[v];
        if (version.kind != VersionKind::transient || writers.size() != 1) {
            continue;
        }
        Node& node = graph.node(writers[0].node);
        const auto* reset = as<Reset>(node);
        if (reset == nullptr || !graph.whole(node.slot(Reset::dst))) {
            continue;
        }
        version.kind = VersionKind::constant;
        version.fill = reset->value();
        drop(node);
        changed = true;
    }
    return changed;
}

bool adds_zero(const Graph& graph, const Node& node) {
    const auto zero = [&](int slot) {
        const Access& access = node.slot(slot);
        return fixed(graph, graph.version_of(access)) && all_equal(graph, access, 0.0);
    };
    if (as<Copy>(node) != nullptr) {
        return zero(Copy::src);
    }
    if (as<ElementwiseInc>(node) != nullptr) {
        return zero(ElementwiseInc::a) || zero(ElementwiseInc::x);
    }
    if (as<DotInc>(node) != nullptr) {
        return zero(DotInc::a) || zero(DotInc::x);
    }
    return false;
}

/// An increment by what is known to be zero does nothing; a set to it is a reset.
bool remove_zero_incs(Graph& graph) {
    bool changed = false;
    for (Node& node : graph.nodes) {
        if (node.op == nullptr || !adds_zero(graph, node)) {
            continue;
        }
        const Access written = node.slots.back();
        if (written.role == Role::inc) {
            drop(node);
        } else {
            node.op =
                std::make_shared<Reset>(graph.version(written.version).signal, 0.0);
            node.slots = {written};
        }
        changed = true;
    }
    return changed;
}

bool is_identity(const Graph& graph, const Access& access) {
    const ElementView& view = access.view;
    const Version& v = graph.version_of(access);
    if (!fixed(graph, v) || v.has_fill() || view.dims != 2 ||
        view.shape[0] != view.shape[1]) {
        return false;
    }
    for (Index r = 0; r < view.shape[0]; ++r) {
        for (Index c = 0; c < view.shape[1]; ++c) {
            const Index at = view.offset + r * view.strides[0] + c * view.strides[1];
            if (graph.constant_value(v, at) != (r == c ? 1.0 : 0.0)) {
                return false;
            }
        }
    }
    return true;
}

/// A product with one is a copy of the other factor.
bool remove_identity_muls(Graph& graph) {
    bool changed = false;
    for (Node& node : graph.nodes) {
        int kept = -1;
        if (as<DotInc>(node) != nullptr && is_identity(graph, node.slot(DotInc::a))) {
            kept = DotInc::x;
        } else if (as<ElementwiseInc>(node) != nullptr) {
            for (const int one : {ElementwiseInc::a, ElementwiseInc::x}) {
                const int other =
                    one == ElementwiseInc::a ? ElementwiseInc::x : ElementwiseInc::a;
                const Access& access = node.slot(one);
                if (fixed(graph, graph.version_of(access)) &&
                    all_equal(graph, access, 1.0) &&
                    node.slot(other).view.size() ==
                        node.slot(ElementwiseInc::y).view.size()) {
                    kept = other;
                    break;
                }
            }
        }
        if (kept < 0) {
            continue;
        }
        const Access src = node.slot(kept);
        const Access dst = node.slots[2];
        auto copy = std::make_shared<Copy>(node.op->signal(kept), node.op->signal(2),
                                           dst.role == Role::inc);
        copy->label = node.op->label;
        node.op = copy;
        node.slots = {src, dst};
        changed = true;
    }
    return changed;
}

/// The view `inner` of what `outer` names: outer's elements, taken as a vector, seen
/// through inner.
bool compose(const ElementView& outer, const ElementView& inner, ElementView& result) {
    Index stride = 1;
    if (!outer.collapsible(stride)) {
        return false;
    }
    result = inner;
    result.offset = outer.offset + inner.offset * stride;
    for (int d = 0; d < inner.dims; ++d) {
        result.strides[static_cast<std::size_t>(d)] *= stride;
    }
    return true;
}

/// A plain copy of all elements, in order, without index lists or broadcasting.
const Copy* plain_copy(const Node& node) {
    const auto* copy = as<Copy>(node);
    return copy != nullptr && !copy->indexed() &&
                   node.slot(Copy::src).view.size() == node.slot(Copy::dst).view.size()
               ? copy
               : nullptr;
}

/// The copy that is all there is to a version, if its readers may look at the source
/// instead.
const Node* forwardable(const Graph& graph, const Uses& uses, std::size_t v) {
    if (graph.versions[v].kind != VersionKind::transient ||
        uses.writers[v].size() != 1) {
        return nullptr;
    }
    const Node& node = graph.node(uses.writers[v][0].node);
    if (node.op == nullptr || plain_copy(node) == nullptr) {
        return nullptr;
    }
    const Access& src = node.slot(Copy::src);
    const VersionKind kind = graph.version_of(src).kind;
    Index stride = 1;
    if (graph.training && graph.trainable(graph.version_of(src))) {
        return nullptr;  // the copy is what gives the parameter its gradient
    }
    return node.slot(Copy::dst).role == Role::set &&
                   graph.whole(node.slot(Copy::dst)) && kind != VersionKind::state &&
                   kind != VersionKind::accumulated && src.view.collapsible(stride)
               ? &node
               : nullptr;
}

/// Records the source of a copy instead of version v.
void forward_taps(Graph& graph, std::size_t v, const Access& src) {
    for (Tap& tap : graph.taps) {
        if (tap.version == static_cast<VersionId>(v)) {
            compose(src.view, ElementView(tap.view), tap.view);
            tap.version = src.version;
            tap.after_update = graph.version_of(src).kind != VersionKind::updated;
        }
    }
}

/// Readers of a version that is nothing but a copy read the source.
bool forward_copies(Graph& graph) {
    bool changed = false;
    Uses uses = find_uses(graph);
    for (std::size_t v = 0; v < graph.versions.size(); ++v) {
        const Node* copy = forwardable(graph, uses, v);
        if (copy == nullptr) {
            continue;
        }
        const Access src = copy->slot(Copy::src);
        const auto from = static_cast<std::size_t>(src.version);
        for (const Use& use : uses.readers[v]) {
            Access& access =
                graph.node(use.node).slots[static_cast<std::size_t>(use.slot)];
            compose(src.view, ElementView(access.view), access.view);
            access.version = src.version;
            uses.readers[from].push_back(use);  // if the source is a copy too
        }
        if (uses.tapped[v]) {
            forward_taps(graph, v, src);
            uses.tapped[from] = 1;
        }
        drop(graph.node(uses.writers[v][0].node));
        changed = true;
    }
    return changed;
}

/// Whether an operator's result can be written with this role, into a part of
/// something.
bool writes_anywhere(const Node& node, Role role) {
    return can_add(node) || (role == Role::set && as<SimNeurons>(node) != nullptr);
}

/// A result that is only copied elsewhere is written there at once.
bool sink_copies(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        Node& node = graph.node(n);
        if (node.op == nullptr || plain_copy(node) == nullptr ||
            !graph.whole(node.slot(Copy::src))) {
            continue;
        }
        const auto v = static_cast<std::size_t>(node.slot(Copy::src).version);
        if (graph.versions[v].kind != VersionKind::transient || uses.tapped[v] ||
            uses.readers[v].size() != 1 || uses.writers[v].size() != 1) {
            continue;
        }
        const Use use = uses.writers[v][0];
        Node& writer = graph.node(use.node);
        if (writer.op == nullptr) {
            continue;
        }
        Access& written = writer.slots[static_cast<std::size_t>(use.slot)];
        const Access dst = node.slot(Copy::dst);
        if (written.role != Role::set || !graph.whole(written) ||
            !writes_anywhere(writer, dst.role)) {
            continue;
        }
        ElementView view;
        if (!compose(dst.view, written.view, view)) {
            continue;
        }
        written = {dst.role, dst.version, view};
        drop(node);
        changed = true;
    }
    return changed;
}

/// Marks the elements of `view` in `seen` if none was marked before; false otherwise.
bool mark_new(const ElementView& view, std::vector<char>& seen) {
    Index stride = 1;
    if (!view.collapsible(stride)) {
        return false;
    }
    const auto mark = [&](Index i) -> char& {
        return seen[static_cast<std::size_t>(view.offset + i * stride)];
    };
    for (Index i = 0; i < view.size(); ++i) {
        if (mark(i) != 0) {
            return false;
        }
    }
    for (Index i = 0; i < view.size(); ++i) {
        mark(i) = 1;
    }
    return true;
}

/// Operators that can overwrite instead of adding, whatever their type says.
bool can_set(const Node& node) {
    const auto* copy = as<Copy>(node);
    return can_add(node) && (copy == nullptr || !copy->indexed());
}

/// Where a reset to zero is followed by increments that cover everything, the first to
/// reach an element overwrites it and the reset goes.
bool remove_reset_incs(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    for (std::size_t v = 0; v < graph.versions.size(); ++v) {
        const auto& writers = uses.writers[v];
        if (graph.versions[v].kind != VersionKind::transient || writers.size() < 2) {
            continue;
        }
        Node* reset = nullptr;
        std::vector<Use> first;
        std::vector<char> seen(static_cast<std::size_t>(graph.versions[v].size), 0);
        for (const Use& use : writers) {
            Node& node = graph.node(use.node);
            const Access& access = node.slots[static_cast<std::size_t>(use.slot)];
            if (const auto* r = as<Reset>(node); r != nullptr) {
                reset = r->value() == 0.0 && graph.whole(access) ? &node : reset;
            } else if (access.role == Role::inc && can_set(node) &&
                       mark_new(access.view, seen)) {
                first.push_back(use);
            }
            if (access.role == Role::set && as<Reset>(node) == nullptr) {
                reset = nullptr;
                break;
            }
        }
        if (reset == nullptr || std::ranges::count(seen, 0) > 0) {
            continue;
        }
        for (const Use& use : first) {
            graph.node(use.node).slots[static_cast<std::size_t>(use.slot)].role =
                Role::set;
        }
        drop(*reset);
        changed = true;
    }
    return changed;
}

/// What nothing observes need not be computed. The user's functions stay: they may have
/// effects.
bool remove_dead(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    const auto observed = [&](const Node& node) {
        return std::ranges::any_of(node.slots, [&](const Access& access) {
            const auto v = static_cast<std::size_t>(access.version);
            if (access.role == Role::read) {
                return false;
            }
            return uses.tapped[v] ||
                   graph.versions[v].kind == VersionKind::accumulated ||
                   !uses.readers[v].empty();
        });
    };
    for (Node& node : graph.nodes) {
        if (node.op != nullptr && !node.op->has_effects() && !observed(node)) {
            drop(node);
            changed = true;
        }
    }
    return changed;
}

void compact(Graph& graph) {
    std::erase_if(graph.nodes, [](const Node& node) { return node.op == nullptr; });
}

}  // namespace

Graph simplify(Graph graph) {
    const std::array rules = {remove_unmodified_resets,
                              remove_zero_incs,
                              remove_identity_muls,
                              remove_reset_incs,
                              forward_copies,
                              sink_copies,
                              remove_dead};
    // In turns, until none of them finds anything.
    std::size_t without_change = 0;
    for (std::size_t turn = 0; without_change < rules.size(); ++turn) {
        ++without_change;
        if (rules[turn % rules.size()](graph)) {
            compact(graph);
            without_change = 0;
        }
    }
    return graph;
}

}  // namespace nengine

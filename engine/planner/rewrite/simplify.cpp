#include <algorithm>
#include <array>
#include <utility>

#include "engine/operators/copy.hpp"
#include "engine/operators/reset.hpp"
#include "engine/planner/rewrite/rewrite.hpp"
#include "engine/planner/rewrite/simplify_rules.hpp"

namespace nengine::engine {
namespace {

/// A constant whose value may be relied on: no parameter, and not learned.
bool fixed(const Graph& graph, const Version& v) {
    return v.kind == VersionKind::constant && !graph.is_parameter(v);
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
    for (const VersionId id : graph.versions.ids()) {
        Version& version = graph.version(id);
        const auto& writers = uses.writers[id];
        if (version.kind != VersionKind::transient || writers.size() != 1) {
            continue;
        }
        Node& node = graph.node(writers[0].node);
        const auto constant = node.properties().constant;
        if (!constant || !graph.whole(node.slot(writers[0].slot))) {
            continue;
        }
        version.kind = VersionKind::constant;
        version.fill = *constant;
        drop(node);
        changed = true;
    }
    return changed;
}

bool adds_zero(const Graph& graph, const Node& node) {
    const SlotSet linear = node.properties().linear;
    for (const int s : node.slots.ids()) {
        const Access& access = node.slot(s);
        if (linear.contains(s) && fixed(graph, graph.version_of(access)) &&
            all_equal(graph, access, 0.0)) {
            return true;
        }
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
        const Access written = node.slot(node.result());
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

/// The slot of the factor that a product leaves as it is; -1: there is none.
int kept_factor(const Graph& graph, const Node& node) {
    const Product product = node.properties().product;
    if (product.kind == Product::Kind::matrix) {
        return is_identity(graph, node.slot(product.a)) ? product.x : -1;
    }
    if (product.kind == Product::Kind::elements) {
        const Index size = node.slot(node.result()).view.size();
        for (const auto& [one, kept] :
             {std::pair(product.a, product.x), std::pair(product.x, product.a)}) {
            const Access& access = node.slot(one);
            if (fixed(graph, graph.version_of(access)) &&
                all_equal(graph, access, 1.0) && node.slot(kept).view.size() == size) {
                return kept;
            }
        }
    }
    return -1;
}

/// A product with one is a copy of the other factor.
bool remove_identity_muls(Graph& graph) {
    bool changed = false;
    for (Node& node : graph.nodes) {
        const int kept = node.op == nullptr ? -1 : kept_factor(graph, node);
        if (kept < 0) {
            continue;
        }
        const int result = node.result();
        const Access src = node.slot(kept);
        const Access dst = node.slot(result);
        auto copy = std::make_shared<Copy>(
            node.op->signal(kept), node.op->signal(result), dst.role == Role::inc);
        copy->label = node.op->label;
        node.op = copy;
        node.slots = {src, dst};
        changed = true;
    }
    return changed;
}

/// Marks the elements of `view` in `seen` if none was marked before; false otherwise.
bool mark_new(const ElementView& view, IndexedVector<Index, char>& seen) {
    Index stride = 1;
    if (!view.collapsible(stride)) {
        return false;
    }
    const auto mark = [&](Index i) -> char& { return seen[view.offset + i * stride]; };
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

/// Operators that can overwrite instead of adding, whatever role they were given.
bool can_set(const OperatorProperties& stated) {
    return stated.may_add && stated.copy.kind != CopiedElements::Kind::by_index;
}

/// Where a reset to zero is followed by increments that cover everything, the first to
/// reach an element overwrites it and the reset goes.
bool remove_reset_incs(Graph& graph) {
    bool changed = false;
    const Uses uses = find_uses(graph);
    for (const VersionId id : graph.versions.ids()) {
        const Version& version = graph.version(id);
        const auto& writers = uses.writers[id];
        if (version.kind != VersionKind::transient || writers.size() < 2) {
            continue;
        }
        Node* reset = nullptr;
        std::vector<Use> first;
        IndexedVector<Index, char> seen(static_cast<std::size_t>(version.size), 0);
        for (const Use& use : writers) {
            Node& node = graph.node(use.node);
            const Access& access = node.slot(use.slot);
            const OperatorProperties stated = node.properties();
            if (stated.constant) {
                reset = *stated.constant == 0.0 && graph.whole(access) ? &node : reset;
            } else if (access.role == Role::inc && can_set(stated) &&
                       mark_new(access.view, seen)) {
                first.push_back(use);
            }
            if (access.role == Role::set && !stated.constant) {
                reset = nullptr;
                break;
            }
        }
        if (reset == nullptr || std::ranges::count(seen, 0) > 0) {
            continue;
        }
        for (const Use& use : first) {
            graph.node(use.node).slot(use.slot).role = Role::set;
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
            if (access.role == Role::read) {
                return false;
            }
            return uses.tapped[access.version] ||
                   graph.version_of(access).kind == VersionKind::accumulated ||
                   !uses.readers[access.version].empty();
        });
    };
    for (Node& node : graph.nodes) {
        if (node.op != nullptr && !node.properties().has_effects() && !observed(node)) {
            drop(node);
            changed = true;
        }
    }
    return changed;
}

void compact(Graph& graph) {
    graph.nodes.erase_if([](const Node& node) { return node.op == nullptr; });
}

}  // namespace

Graph simplify(Graph graph) {
    const std::array rules = {remove_unmodified_resets,
                              remove_zero_incs,
                              remove_identity_muls,
                              use_known_numbers,
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

}  // namespace nengine::engine

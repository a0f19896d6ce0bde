#include <algorithm>
#include <bit>
#include <map>
#include <tuple>

#include "engine/operators/dot_inc.hpp"
#include "engine/planner/rewrite/rewrite.hpp"

// Products that are the same are computed once: ensembles decode one value for several
// connections and probes, each with decoders of its own that are equal as built.

namespace nengine {
namespace {

const SharedValues& values_of(const Graph& graph, const Access& access) {
    return graph.model->signal(graph.version_of(access).signal).initial;
}

/// The matrix is known, and the product is all there is to its result.
bool shareable(const Graph& graph, const Uses& uses, const Node& node) {
    if (dynamic_cast<const DotInc*>(node.op.get()) == nullptr) {
        return false;
    }
    const Version& a = graph.version_of(node.slot(DotInc::a));
    const Access& y = node.slot(DotInc::y);
    return a.kind == VersionKind::constant && !a.has_fill() &&
           (graph.as_built || !graph.trainable(a)) &&
           !graph.model->signal(a.signal).initial.empty() &&
           graph.version_of(y).kind == VersionKind::transient && y.role == Role::set &&
           graph.whole(y) &&
           uses.writers[static_cast<std::size_t>(y.version)].size() == 1;
}

/// Equal products have equal fingerprints.
using Fingerprint =
    std::tuple<VersionId, Index, Index, Index, std::uint64_t, std::uint64_t>;

Fingerprint fingerprint(const Graph& graph, const Node& node) {
    const Access& x = node.slot(DotInc::x);
    const Access& a = node.slot(DotInc::a);
    const SharedValues& values = values_of(graph, a);
    const auto bits = [&](std::size_t i) {
        return std::bit_cast<std::uint64_t>(values[i]);
    };
    return {x.version,       x.view.offset, a.view.offset,
            a.view.shape[0], bits(0),       bits(values.size() / 2)};
}

bool same(const Graph& graph, const Node& one, const Node& other) {
    const Access &a = one.slot(DotInc::a), &b = other.slot(DotInc::a);
    return one.slot(DotInc::x).view == other.slot(DotInc::x).view &&
           one.slot(DotInc::y).view == other.slot(DotInc::y).view && a.view == b.view &&
           values_of(graph, a) == values_of(graph, b);
}

/// Whoever looks at version `from` looks at `to`.
void redirect(Graph& graph, const Uses& uses, VersionId from, VersionId to) {
    const auto v = static_cast<std::size_t>(from);
    for (const Use& use : uses.readers[v]) {
        graph.node(use.node).slots[static_cast<std::size_t>(use.slot)].version = to;
    }
    for (std::size_t t = 0; uses.tapped[v] && t < graph.taps.size(); ++t) {
        if (graph.taps[t].version == from) {
            graph.taps[t].version = to;
        }
    }
}

}  // namespace

Graph share_products(Graph graph) {
    const Uses uses = find_uses(graph);
    std::map<Fingerprint, SmallList<int>> known;
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        Node& node = graph.node(n);
        if (!shareable(graph, uses, node)) {
            continue;
        }
        auto& alike = known[fingerprint(graph, node)];
        const auto found = std::ranges::find_if(
            alike, [&](int other) { return same(graph, graph.node(other), node); });
        if (found == alike.end()) {
            alike.push_back(n);
            continue;
        }
        const Node& first = graph.node(*found);
        redirect(graph, uses, node.slot(DotInc::y).version,
                 first.slot(DotInc::y).version);
        for (const Node* one : {&first, &std::as_const(node)}) {
            graph.relies_on_parameters =
                graph.relies_on_parameters ||
                graph.trainable(graph.version_of(one->slot(DotInc::a)));
        }
        node.op = nullptr;
    }
    std::erase_if(graph.nodes, [](const Node& node) { return node.op == nullptr; });
    return graph;
}

}  // namespace nengine

#include <algorithm>
#include <bit>
#include <compare>
#include <map>
#include <optional>

#include "engine/planner/rewrite/rewrite.hpp"

// Products that are the same are computed once: ensembles decode one value for several
// connections and probes, each with decoders of its own that are equal as built.

namespace nengine::engine {
namespace {

const SharedValues& values_of(const Graph& graph, const Access& access) {
    return graph.model->signal(graph.version_of(access).signal).initial;
}

/// The accesses of a product of a matrix and a vector.
struct MatrixProduct {
    const Access &a, &x, &y;
};

/// The matrix is known, and the product is all there is to its result.
bool shareable(const Graph& graph, const Uses& uses, const MatrixProduct& product) {
    const Version& a = graph.version_of(product.a);
    const Access& y = product.y;
    return a.kind == VersionKind::constant && !a.has_fill() &&
           (graph.as_built || !graph.trainable(a)) && !graph.statistic(a) &&
           !graph.model->signal(a.signal).initial.empty() &&
           graph.version_of(y).kind == VersionKind::transient && y.role == Role::set &&
           graph.whole(y) && uses.writers[y.version].size() == 1;
}

/// The product that a node is, if it can be shared.
std::optional<MatrixProduct> shareable_product(const Graph& graph, const Uses& uses,
                                               const Node& node) {
    const Product product = node.properties().product;
    if (product.kind != Product::Kind::matrix) {
        return {};
    }
    const MatrixProduct accesses{node.slot(product.a), node.slot(product.x),
                                 node.slot(node.result())};
    return shareable(graph, uses, accesses) ? std::optional(accesses) : std::nullopt;
}

/// Equal products have equal fingerprints.
struct Fingerprint {
    VersionId x;
    Index x_offset, a_offset, rows;
    std::uint64_t first, middle;  ///< bits of two of the matrix's elements

    auto operator<=>(const Fingerprint&) const = default;
};

Fingerprint fingerprint(const Graph& graph, const MatrixProduct& product) {
    const auto& [a, x, y] = product;
    const SharedValues& values = values_of(graph, a);
    const auto bits = [&](std::size_t i) {
        return std::bit_cast<std::uint64_t>(values[i]);
    };
    return {.x = x.version,
            .x_offset = x.view.offset,
            .a_offset = a.view.offset,
            .rows = a.view.shape[0],
            .first = bits(0),
            .middle = bits(values.size() / 2)};
}

bool same(const Graph& graph, const MatrixProduct& one, const MatrixProduct& other) {
    return one.x.view == other.x.view && one.y.view == other.y.view &&
           one.a.view == other.a.view &&
           values_of(graph, one.a) == values_of(graph, other.a);
}

/// Whoever looks at version `from` looks at `to`.
void redirect(Graph& graph, const Uses& uses, VersionId from, VersionId to) {
    for (const Use& use : uses.readers[from]) {
        graph.node(use.node).slot(use.slot).version = to;
    }
    for (std::size_t t = 0; uses.tapped[from] && t < graph.taps.size(); ++t) {
        if (graph.taps[t].version == from) {
            graph.taps[t].version = to;
        }
    }
}

}  // namespace

Graph share_products(Graph graph) {
    const Uses uses = find_uses(graph);
    std::map<Fingerprint, SmallList<MatrixProduct>> known;
    for (Node& node : graph.nodes) {
        const auto product = shareable_product(graph, uses, node);
        if (!product) {
            continue;
        }
        auto& alike = known[fingerprint(graph, *product)];
        const auto found = std::ranges::find_if(alike, [&](const MatrixProduct& other) {
            return same(graph, other, *product);
        });
        if (found == alike.end()) {
            alike.push_back(*product);
            continue;
        }
        redirect(graph, uses, product->y.version, found->y.version);
        for (const Access* a : {&found->a, &product->a}) {
            graph.relies_on_parameters =
                graph.relies_on_parameters || graph.trainable(graph.version_of(*a));
        }
        node.op = nullptr;
    }
    graph.nodes.erase_if([](const Node& node) { return node.op == nullptr; });
    return graph;
}

}  // namespace nengine::engine

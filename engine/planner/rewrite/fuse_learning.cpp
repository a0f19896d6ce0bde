#include <algorithm>

#include "engine/planner/rewrite/rewrite.hpp"

namespace nengine::engine {
namespace {

/// What node `n` adds to a value that nothing sets, and nothing else adds to: weights,
/// as far as it is a matrix. Null: it does something else.
const Access* changed_by(const Graph& graph, const Uses& uses, int n) {
    const Node& node = graph.node(n);
    const int result = node.result();
    if (result < 0 || node.slot(result).role != Role::inc) {
        return nullptr;
    }
    const Access& changed = node.slot(result);
    return uses.writers[changed.version].size() == 1 ? &changed : nullptr;
}

/// The one product that reads all of the weights, as its matrix; -1: there is none.
/// Other readers are later: they see the change either way.
int product_of(const Graph& graph, const Uses& uses, const Access& weights) {
    int found = -1;
    for (const Use& use : uses.readers[weights.version]) {
        const Node& reader = graph.node(use.node);
        const Product product =
            reader.op == nullptr ? Product{} : reader.properties().product;
        if (product.kind != Product::Kind::matrix) {
            continue;
        }
        if (found >= 0 || use.slot != product.a ||
            reader.slot(product.a).view != weights.view) {
            return -1;
        }
        found = use.node;
    }
    return found;
}

}  // namespace

void fuse_learning(Graph& graph) {
    const Uses uses = find_uses(graph);
    for (const int n : graph.nodes.ids()) {
        const Access* weights = changed_by(graph, uses, n);
        const int p = weights == nullptr ? -1 : product_of(graph, uses, *weights);
        if (p < 0) {
            continue;
        }
        Node& from = graph.node(n);
        Node& to = graph.node(p);
        const Fusion fusion = from.op->fused_with(*to.op);
        if (fusion.op == nullptr) {
            continue;
        }
        to.slots = fused_slots(fusion, from, to);
        to.op = fusion.op;
        from.op = nullptr;
        from.slots.clear();
    }
    graph.nodes.erase_if([](const Node& node) { return node.op == nullptr; });
}

}  // namespace nengine::engine

#include <algorithm>

#include "engine/operators/dot_inc.hpp"
#include "engine/operators/weight_inc.hpp"
#include "engine/operators/weight_inc_dot.hpp"
#include "engine/planner/rewrite/rewrite.hpp"

namespace nengine {
namespace {

/// The one product that reads all of the weights which node `n` changes, if nothing
/// else changes them; -1 otherwise. Other readers are later: they see the change either
/// way.
int product_of(const Graph& graph, const Uses& uses, int n) {
    const Access& weights = graph.node(n).slot(WeightInc::weights);
    const auto v = static_cast<std::size_t>(weights.version);
    if (uses.writers[v].size() != 1) {
        return -1;
    }
    int found = -1;
    for (const Use& use : uses.readers[v]) {
        const Node& reader = graph.node(use.node);
        if (dynamic_cast<const DotInc*>(reader.op.get()) == nullptr) {
            continue;
        }
        if (found >= 0 || use.slot != DotInc::a ||
            reader.slot(DotInc::a).view != weights.view) {
            return -1;
        }
        found = use.node;
    }
    return found;
}

}  // namespace

void fuse_learning(Graph& graph) {
    const Uses uses = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        const auto* change = dynamic_cast<const WeightInc*>(graph.node(n).op.get());
        const int p = change == nullptr ? -1 : product_of(graph, uses, n);
        if (p < 0) {
            continue;
        }
        Node& from = graph.node(n);
        Node& to = graph.node(p);
        const auto& product = dynamic_cast<const DotInc&>(*to.op);
        std::vector<Access> slots{from.slot(WeightInc::weights), to.slot(DotInc::x),
                                  to.slot(DotInc::y), from.slot(WeightInc::row),
                                  from.slot(WeightInc::col)};
        if (change->has_decay()) {
            slots.push_back(from.slot(WeightInc::decay));
        }
        to.op = std::make_shared<WeightIncDot>(*change, product);
        to.slots = std::move(slots);
        from.op = nullptr;
        from.slots.clear();
    }
    std::erase_if(graph.nodes, [](const Node& node) { return node.op == nullptr; });
}

}  // namespace nengine

#include <algorithm>

#include "engine/planner/rewrite/simplify_rules.hpp"

namespace nengine::engine {
namespace {

/// By slot, where what a node reads is one number that the planner made a constant of.
std::vector<std::optional<double>> known_numbers(const Graph& graph, const Node& node) {
    std::vector<std::optional<double>> numbers(node.slots.size());
    for (const int s : node.slots.ids()) {
        const Version& v = graph.version_of(node.slot(s));
        if (node.slot(s).role == Role::read && v.kind == VersionKind::constant &&
            v.has_fill()) {
            numbers[static_cast<std::size_t>(s)] = v.fill;
        }
    }
    return numbers;
}

}  // namespace

bool use_known_numbers(Graph& graph) {
    bool changed = false;
    for (Node& node : graph.nodes) {
        if (node.op == nullptr) {
            continue;
        }
        const auto numbers = known_numbers(graph, node);
        if (std::ranges::none_of(numbers, &std::optional<double>::has_value)) {
            continue;
        }
        const Remaining remaining = node.op->with_numbers(numbers);
        if (remaining.op == nullptr) {
            continue;
        }
        IndexedVector<int, Access> slots;
        for (std::size_t s = 0; s < remaining.slots.size(); ++s) {
            Access access = node.slot(remaining.slots[s]);
            access.role =
                remaining.op->slots()[s].role == Role::read ? Role::read : access.role;
            slots.push_back(access);
        }
        node.op = remaining.op;
        node.slots = std::move(slots);
        changed = true;
    }
    return changed;
}

}  // namespace nengine::engine

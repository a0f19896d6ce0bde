#include "engine/planner/graph/graph.hpp"

#include <algorithm>

namespace nengine::engine {

bool Graph::whole(const Access& access) const {
    const Version& v = version_of(access);
    return access.view.offset == 0 && access.view.size() == v.size &&
           access.view.contiguous();
}

bool Graph::trainable(const Version& v) const {
    return v.kind == VersionKind::constant && v.signal != no_signal && !v.has_fill() &&
           model->signal(v.signal).trainable;
}

bool Graph::statistic(const Version& v) const {
    return v.kind == VersionKind::constant && v.signal != no_signal && !v.has_fill() &&
           model->signal(v.signal).statistic;
}

DType Graph::dtype(const Version& v) const {
    return v.signal == no_signal ? real : model->signal(v.signal).dtype.value_or(real);
}

double Graph::constant_value(const Version& v, Index element) const {
    if (v.has_fill()) {
        return v.fill;
    }
    const auto& initial = model->signal(v.signal).initial;
    return initial.empty() ? 0.0 : initial[static_cast<std::size_t>(element)];
}

VersionId Graph::add_version(Version v) {
    return versions.push_back(std::move(v));
}

int Node::result() const {
    for (const int s : slots.ids()) {
        if (slot(s).role != Role::read && slot(s).role != Role::state) {
            return s;
        }
    }
    return -1;
}

bool Node::reads_nothing() const {
    return std::ranges::none_of(slots, [](const Access& access) {
        return access.role == Role::read || access.role == Role::state;
    });
}

Uses find_uses(const Graph& graph) {
    Uses uses;
    uses.writers.resize(graph.versions.size());
    uses.readers.resize(graph.versions.size());
    uses.tapped.assign(graph.versions.size(), 0);
    for (const int n : graph.nodes.ids()) {
        const auto& slots = graph.node(n).slots;
        for (const int s : slots.ids()) {
            auto& list = slots[s].role == Role::read ? uses.readers : uses.writers;
            list[slots[s].version].push_back({n, s});
        }
    }
    for (const Tap& tap : graph.taps) {
        uses.tapped[tap.version] = 1;
    }
    if (graph.calls_within_steps) {
        uses.calls = calls_in_order(graph);
    }
    return uses;
}

std::vector<int> calls_in_order(const Graph& graph) {
    std::vector<int> calls;
    for (const int n : graph.nodes.ids()) {
        if (graph.node(n).call >= 0) {
            calls.push_back(n);
        }
    }
    std::ranges::sort(calls, {}, [&](int n) { return graph.node(n).call; });
    return calls;
}

}  // namespace nengine::engine

#include "engine/planner/schedule/fold.hpp"

#include <algorithm>
#include <deque>
#include <span>
#include <utility>

#include "engine/planner/schedule/components.hpp"
#include "engine/planner/schedule/partial_sums.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

bool carries_state(const Node& node) {
    return std::ranges::any_of(node.slots, [](const Access& access) {
        return access.role == Role::state || access.role == Role::update;
    });
}

/// What an element range is before any operator: an input row, or what a step before
/// left.
bool starts_in_time(const Version& v) {
    return (v.kind == VersionKind::input && !v.held) ||
           v.kind == VersionKind::updated || v.kind == VersionKind::state ||
           v.kind == VersionKind::accumulated;
}

bool starts_batched(const Version& v) {
    return v.kind == VersionKind::input || v.kind == VersionKind::updated ||
           v.kind == VersionKind::state || v.kind == VersionKind::accumulated;
}

/// Matrices that change in time have no history: whoever touches one is in one
/// component.
void bind_learned(const Graph& graph, const Uses& uses, Dependencies& deps) {
    for (const VersionId id : graph.versions.ids()) {
        if (graph.version(id).kind != VersionKind::accumulated) {
            continue;
        }
        const auto& writers = uses.writers[id];
        for (const Use& writer : writers) {
            deps.add_edge(writer.node, writers.front().node);
            deps.add_edge(writers.front().node, writer.node);
            for (const Use& reader : uses.readers[id]) {
                deps.add_edge(reader.node, writer.node);
            }
            if (uses.readers[id].empty() && writers.size() == 1) {
                deps.add_edge(writer.node, writer.node);
            }
        }
    }
}

/// The same for other matrices: of operators that only know steps.
void bind_stepped(const Graph& graph, const Uses& uses, int n, Dependencies& deps) {
    deps.add_edge(n, n);
    for (const Access& access : graph.node(n).slots) {
        for (const Use& reader : uses.readers[access.version]) {
            if (access.role != Role::read && reader.node != n) {
                deps.add_edge(reader.node, n);
            }
        }
    }
}

/// A folded scan keeps its state in registers: where others want its course, it is
/// stepped.
bool state_is_observed(const Node& node, const Uses& uses) {
    return std::ranges::any_of(node.slots, [&](const Access& access) {
        return access.role == Role::state &&
               (uses.tapped[access.version] || !uses.readers[access.version].empty());
    });
}

/// Edges of recurrence: who depends on whom, over steps too.
Dependencies recurrence(const Graph& graph) {
    Dependencies deps = find_dependencies(graph, {}, UpdateEdges::writer_first);
    const Uses uses = find_uses(graph);
    bind_learned(graph, uses, deps);
    for (const int n : graph.nodes.ids()) {
        const Node& node = graph.node(n);
        if (node.properties().stepped) {
            bind_stepped(graph, uses, n, deps);
        } else if (state_is_observed(node, uses)) {
            deps.add_edge(n, n);
        }
    }
    return deps;
}

/// The user's functions may share what no edge shows: the first call of a step waits
/// for the last one of the step before, so that all are one recurrent component, and
/// with them what lies between.
Dependencies with_hidden_edges(const Graph& graph, Dependencies deps) {
    const std::vector<int> calls = add_call_order(graph, {}, deps);
    if (calls.size() > 1) {
        deps.add_edge(calls.back(), calls.front());
    }
    return deps;
}

bool self_loop(const Dependencies& deps, int n) {
    return std::ranges::count(deps.successors[n], n) > 0;
}

/// Decides what varies in time and over the batch, component by component in
/// topological order.
class Variation {
public:
    Variation(Graph& graph, const Dependencies& deps) : graph_(graph), deps_(deps) {
        in_time_.assign(deps.successors.size(), 0);
        batched_.assign(deps.successors.size(), 0);
    }

    void settle(const Components& components) {
        for (int c = 0; c < components.count(); ++c) {
            settle(components[c]);
        }
    }

private:
    void settle(std::span<const int> component) {
        char in_time = component.size() > 1 ? 1 : 0, batched = 0;
        for (const int v : component) {
            in_time = in_time || in_time_[v];
            batched = batched || batched_[v];
            if (v < deps_.n_nodes) {
                const Node& node = graph_.node(v);
                const OperatorProperties stated = node.properties();
                const bool state = carries_state(node);
                in_time = in_time || state || stated.has_clock || self_loop(deps_, v);
                batched = batched || state || stated.differs_by_item;
            } else {
                const auto& hub = deps_.hubs[v - deps_.n_nodes];
                in_time = in_time || starts_in_time(graph_.version(hub.version));
                batched = batched || starts_batched(graph_.version(hub.version));
            }
        }
        for (const int v : component) {
            char by_item = batched;
            if (v < deps_.n_nodes) {
                Node& node = graph_.node(v);
                // Its result is the same for all items, though what it reads is not.
                by_item = node.properties().reads_all_items ? 0 : batched;
                node.in_time = in_time != 0;
                node.batched = by_item != 0;
            }
            for (const int to : deps_.successors[v]) {
                in_time_[to] |= in_time;
                batched_[to] |= by_item;
            }
        }
    }

    Graph& graph_;
    const Dependencies& deps_;
    IndexedVector<int, char> in_time_, batched_;  ///< by vertex
};

/// Gives each node its stage: all that is ready and acyclic, then all recurrent
/// components that are ready together as one region, and so on.
class Scheduler {
public:
    Scheduler(Graph& graph, const Dependencies& deps, const Components& components)
        : graph_(graph),
          deps_(deps),
          components_(components),
          waiting_(static_cast<std::size_t>(components.count()), 0) {
        for (int c = 0; c < components_.count(); ++c) {
            for_each_outgoing(c, [&](int to) { ++waiting_[to]; });
        }
        for (int c = 0; c < components_.count(); ++c) {
            if (waiting_[c] == 0) {
                release(c);
            }
        }
        graph_.stages.push_back({StageKind::once, {}, {}});
        while (!folded_.empty() || !stepped_.empty()) {
            place_folded();
            place_stepped();
        }
        for (GraphStage& stage : graph_.stages) {
            std::ranges::sort(stage.nodes, {},
                              [&](int n) { return graph_.node(n).order; });
        }
    }

private:
    void place_folded() {
        const int stage = graph_.stages.push_back({StageKind::folded, {}, {}});
        while (!folded_.empty()) {
            const int c = folded_.front();
            folded_.pop_front();
            place(c, stage);
        }
    }

    void place_stepped() {
        if (stepped_.empty()) {
            return;
        }
        const int stage = graph_.stages.push_back({StageKind::stepped, {}, {}});
        for (const int c : std::exchange(stepped_, {})) {
            place(c, stage);
        }
    }

    /// Into a stage, or before all steps.
    void place(int c, int stage) {
        for (const int v : components_[c]) {
            if (v < deps_.n_nodes) {
                Node& node = graph_.node(v);
                node.stage = node.in_time ? stage : 0;
                graph_.stages[node.stage].nodes.push_back(v);
            }
        }
        for_each_outgoing(c, [&](int to) {
            if (--waiting_[to] == 0) {
                release(to);
            }
        });
    }

    void release(int c) {
        const int v = components_[c].front();
        const bool recurrent =
            components_[c].size() > 1 || (v < deps_.n_nodes && self_loop(deps_, v));
        (recurrent ? stepped_ : folded_).push_back(c);
    }

    template <class Fn>
    void for_each_outgoing(int c, const Fn& fn) {
        for (const int v : components_[c]) {
            for (const int to : deps_.successors[v]) {
                if (components_.of(to) != c) {
                    fn(components_.of(to));
                }
            }
        }
    }

    Graph& graph_;
    const Dependencies& deps_;
    const Components& components_;
    /// Per component: edges from what is not yet placed.
    IndexedVector<int, int> waiting_;
    std::deque<int> folded_, stepped_;
};

/// Everything that varies in time, in one region; but for clocks, processes and
/// functions of time, which a step counter cannot replay.
void schedule_stepped(Graph& graph) {
    graph.stages = {{StageKind::once, {}, {}},
                    {StageKind::folded, {}, {}},
                    {StageKind::stepped, {}, {}}};
    for (const int n : graph.nodes.ids()) {
        Node& node = graph.node(n);
        const bool in_order = graph.calls_within_steps && node.call >= 0;
        const bool clock =
            node.properties().has_clock && node.reads_nothing() && !in_order;
        node.stage = !node.in_time ? 0 : (clock ? 1 : 2);
        graph.stages[node.stage].nodes.push_back(n);
    }
}

}  // namespace

Graph fold(Graph graph, bool fold) {
    // Finds cycles without a filter.
    topological_order(graph, find_dependencies(graph, {}, UpdateEdges::none));
    Dependencies deps = recurrence(graph);
    const Components components(deps);
    Variation(graph, deps).settle(components);
    if (!fold) {
        schedule_stepped(graph);
    } else if (graph.calls_within_steps) {
        deps = with_hidden_edges(graph, std::move(deps));
        Scheduler(graph, deps, Components(deps));
    } else {
        Scheduler(graph, deps, components);
    }
    return split_partial_sums(std::move(graph));
}

}  // namespace nengine::engine

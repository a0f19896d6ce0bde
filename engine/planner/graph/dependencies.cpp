#include "engine/planner/graph/dependencies.hpp"

#include <algorithm>
#include <queue>
#include <tuple>

#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

bool covers(const ElementView& view, Index size) {
    return view.offset == 0 && view.size() == size && view.contiguous();
}

/// Builds the graph version by version.
class DependencyBuilder {
public:
    DependencyBuilder(const Graph& graph, const std::vector<int>& nodes,
                      UpdateEdges updates)
        : graph_(graph),
          updates_(updates),
          writers_(graph.versions.size()),
          readers_(graph.versions.size()) {
        result_.n_nodes = static_cast<int>(graph.nodes.size());
        result_.successors.resize(graph.nodes.size());
        if (nodes.empty()) {
            for (const int n : graph.nodes.ids()) {
                add_node(n);
            }
        }
        for (const int n : nodes) {
            add_node(n);
        }
        for (const VersionId id : writers_.ids()) {
            connect(id);
        }
    }

    Dependencies take() { return std::move(result_); }

private:
    struct Writer {
        int node;
        const Access* access;
        bool sets_all = false;  ///< of a version with several writers
    };
    struct Reader {
        int node;
        const ElementView* view;
        bool operator<(const Reader& other) const {
            return std::tie(*view, node) < std::tie(*other.view, other.node);
        }
    };

    void add_node(int n) {
        for (const Access& access : graph_.node(n).slots) {
            if (access.role != Role::read) {
                writers_[access.version].push_back({n, &access});
            } else if (graph_.version_of(access).kind != VersionKind::constant) {
                readers_[access.version].push_back({n, &access.view});
            }
        }
    }

    int new_hub(VersionId id, const ElementView& view) {
        result_.hubs.push_back({id, view});
        return result_.successors.emplace_back();
    }

    void connect(VersionId id) {
        const Version& version = graph_.version(id);
        auto& readers = readers_[id];
        if (readers.empty() && writers_[id].size() < 2) {
            return;
        }
        // A state that others read is to them like a result of the step: Nengo's rule.
        const bool next_step = version.kind == VersionKind::updated;
        SmallList<const ElementView*> views;
        for (const Writer& writer : writers_[id]) {
            views.push_back(&writer.access->view);
        }
        Overlaps overlaps(version.size, {views.data(), views.size()});
        if (!next_step) {
            order_sets(id, overlaps);
        }
        std::sort(readers.begin(), readers.end());
        for (std::size_t from = 0, to = 0; from < readers.size(); from = to) {
            const ElementView& view = *readers[from].view;
            while (to < readers.size() && *readers[to].view == view) {
                ++to;
            }
            found_.clear();
            overlaps.find(view, found_);
            connect_hub(new_hub(id, view), id, {&readers[from], to - from}, next_step);
        }
    }

    /// Writers that touch what a hub stands for (`found_`), the hub, and its readers.
    void connect_hub(int hub, VersionId id, std::span<const Reader> readers,
                     bool next_step) {
        if (next_step && updates_ == UpdateEdges::none) {
            return;
        }
        SmallList<int> writers;
        for (const Overlaps::Number w : found_) {
            writers.push_back(writers_[id][w].node);
        }
        if (next_step && updates_ == UpdateEdges::readers_first) {
            connect_readers_first(hub, writers, readers);
            return;
        }
        for (const int writer : writers) {
            result_.add_edge(writer, hub);
        }
        for (const Reader& reader : readers) {
            result_.add_edge(hub, reader.node);
        }
    }

    void connect_readers_first(int hub, SmallList<int>& writers,
                               std::span<const Reader> readers) {
        for (const int writer : writers) {
            result_.add_edge(hub, writer);
        }
        // An operator that reads what it updates itself is in no order with itself.
        std::sort(writers.begin(), writers.end());
        for (const Reader& reader : readers) {
            if (!std::binary_search(writers.begin(), writers.end(), reader.node)) {
                result_.add_edge(reader.node, hub);
            }
        }
    }

    /// On the same elements: what sets everything, then what sets parts, then
    /// increments.
    void order_sets(VersionId id, Overlaps& overlaps) {
        const Index size = graph_.version(id).size;
        for (Writer& writer : writers_[id]) {
            writer.sets_all = covers(writer.access->view, size) &&
                              !graph_.node(writer.node).properties().sets_some;
        }
        for (const Writer& writer : writers_[id]) {
            if (writer.access->role != Role::set) {
                continue;
            }
            found_.clear();
            overlaps.find(writer.access->view, found_);
            for (const Overlaps::Number other : found_) {
                const Writer& later = writers_[id][other];
                const bool part = writer.sets_all && !later.sets_all;
                if (later.node != writer.node &&
                    (later.access->role == Role::inc || part)) {
                    result_.add_edge(writer.node, later.node);
                }
            }
        }
    }

    const Graph& graph_;
    UpdateEdges updates_;
    Dependencies result_;
    IndexedVector<VersionId, SmallList<Writer>> writers_;
    IndexedVector<VersionId, SmallList<Reader>> readers_;
    std::vector<Overlaps::Number> found_;
};

std::string cycle_message(const Graph& graph, const std::vector<int>& stuck) {
    std::string names;
    for (std::size_t i = 0; i < std::min<std::size_t>(stuck.size(), 4); ++i) {
        const Node& node = graph.node(stuck[i]);
        names += (i > 0 ? ", " : "") + std::string(node.op->type()) + " '" +
                 node.op->label + "'";
    }
    return "planner: got a cycle without a filter among " +
           std::to_string(stuck.size()) + " operators (" + names +
           "), needs a synapse on one connection of the loop";
}

}  // namespace

Overlaps::Overlaps(Index size, std::span<const ElementView* const> accesses)
    : stamp_(accesses.size(), -1) {
    for (Number a = 0; a < accesses.size(); ++a) {
        if (covers(*accesses[a], size)) {
            whole_.push_back(a);
        } else {
            touch_.resize(static_cast<std::size_t>(size));
            for_each_element(*accesses[a], [&](Index element) {
                auto& list = touch_[element];
                if (list.empty() || list.back() != a) {
                    list.push_back(a);
                }
            });
        }
    }
}

void Overlaps::find(const ElementView& view, std::vector<Number>& found) {
    ++round_;
    if (view.size() == 0) {
        return;
    }
    found.insert(found.end(), whole_.begin(), whole_.end());
    if (touch_.empty()) {
        return;
    }
    const auto first = static_cast<std::ptrdiff_t>(found.size());
    for_each_element(view, [&](Index element) {
        for (const Number a : touch_[element]) {
            if (stamp_[a] != round_) {
                stamp_[a] = round_;
                found.push_back(a);
            }
        }
    });
    std::sort(found.begin() + first, found.end());
}

Dependencies find_dependencies(const Graph& graph, const std::vector<int>& nodes,
                               UpdateEdges updates) {
    return DependencyBuilder(graph, nodes, updates).take();
}

std::vector<int> add_call_order(const Graph& graph, const std::vector<int>& nodes,
                                Dependencies& dependencies) {
    if (!graph.calls_within_steps) {
        return {};
    }
    std::vector<int> calls = calls_in_order(graph);
    if (!nodes.empty()) {
        IndexedVector<int, char> listed(graph.nodes.size(), 0);
        for (const int n : nodes) {
            listed[n] = 1;
        }
        std::erase_if(calls, [&](int n) { return !listed[n]; });
    }
    for (std::size_t i = 1; i < calls.size(); ++i) {
        dependencies.add_edge(calls[i - 1], calls[i]);
    }
    return calls;
}

std::vector<int> topological_order(const Graph& graph,
                                   const Dependencies& dependencies) {
    IndexedVector<int, int> waiting(dependencies.successors.size(), 0);
    for (const auto& successors : dependencies.successors) {
        for (const int to : successors) {
            ++waiting[to];
        }
    }
    // Whatever else is ready goes first, so that the first call is ready in its turn.
    const auto priority = [&](int vertex) {
        if (vertex >= dependencies.n_nodes ||
            !graph.node(vertex).properties().is_ordered()) {
            return -1;
        }
        const Node& node = graph.node(vertex);
        return node.op->call_order >= 0 ? node.op->call_order : node.order;
    };
    using Entry = std::pair<int, int>;
    std::priority_queue<Entry, std::vector<Entry>, std::greater<>> ready;
    for (const int v : waiting.ids()) {
        if (waiting[v] == 0) {
            ready.emplace(priority(v), v);
        }
    }
    std::vector<int> order;
    std::size_t done = 0;
    while (!ready.empty()) {
        const int vertex = ready.top().second;
        ready.pop();
        ++done;
        if (vertex < dependencies.n_nodes) {
            order.push_back(vertex);
        }
        for (const int to : dependencies.successors[vertex]) {
            if (--waiting[to] == 0) {
                ready.emplace(priority(to), to);
            }
        }
    }
    if (done != waiting.size()) {
        std::vector<int> stuck;
        for (int v = 0; v < dependencies.n_nodes; ++v) {
            if (waiting[v] > 0) {
                stuck.push_back(v);
            }
        }
        throw BuildError(cycle_message(graph, stuck));
    }
    return order;
}

}  // namespace nengine::engine

#include "engine/planner/schedule/merge.hpp"

#include <algorithm>
#include <compare>
#include <limits>
#include <map>

#include "engine/planner/graph/dependencies.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// What two nodes must agree on beside their operators' keys.
struct FullKey {
    MergeKey op;
    std::vector<int> slots;
    bool batched, in_time;

    auto operator<=>(const FullKey&) const = default;
};

FullKey key_of(const Graph& graph, const Node& node) {
    std::vector<Shape> shapes;
    std::vector<int> slots;
    for (const Access& access : node.slots) {
        const Version& v = graph.version_of(access);
        shapes.push_back(access.view.shape_list());
        slots.push_back(static_cast<int>(access.role));
        slots.push_back(static_cast<int>(v.kind));
        slots.push_back((v.batched ? 1 : 0) + (v.in_time ? 2 : 0) +
                        (graph.trainable(v) ? 4 : 0) + (graph.statistic(v) ? 8 : 0) +
                        (v.kind == VersionKind::constant ? 0 : 8 * (v.stage + 1)));
    }
    return {node.op->merge_key(shapes), std::move(slots), node.batched, node.in_time};
}

/// Nodes whose predecessors have been taken, by key; taking can be undone.
class Ready {
public:
    Ready(const Graph& graph, const GraphStage& stage, MergePlanner planner)
        : deps_(find_dependencies(graph, stage.nodes,
                                  stage.kind == StageKind::stepped
                                      ? UpdateEdges::readers_first
                                      : UpdateEdges::writer_first)),
          waiting_(deps_.successors.size(), 0),
          key_(deps_.successors.size(), -1) {
        if (stage.kind == StageKind::stepped) {
            add_call_order(graph, stage.nodes, deps_);
        }
        std::map<FullKey, int> ids;
        for (const int n : stage.nodes) {
            const Node& node = graph.node(n);
            const int fresh = static_cast<int>(ids.size()) + singles_;
            if (planner == MergePlanner::none ||
                node.properties().merging == Merging::never) {
                key_[n] = fresh;
                ++singles_;
            } else {
                key_[n] = ids.try_emplace(key_of(graph, node), fresh).first->second;
            }
        }
        for (const auto& successors : deps_.successors) {
            for (const int to : successors) {
                ++waiting_[to];
            }
        }
        remaining_ = stage.nodes.size();
        for (const int n : stage.nodes) {
            if (waiting_[n] == 0) {
                ready_[key_[n]].push_back(n);
            }
        }
        release_hubs();
    }

    using Group = std::vector<int>;
    const std::map<int, Group>& ready() const { return ready_; }
    std::size_t remaining() const { return remaining_; }

    Group take(int key) {
        Group group = std::move(ready_.extract(key).mapped());
        remaining_ -= group.size();
        for (const int n : group) {
            finish(n);
        }
        return group;
    }

    /// Undoes the last take() that has not been undone.
    void put_back(Group group) {
        for (auto n = group.rbegin(); n != group.rend(); ++n) {
            unfinish(*n);
        }
        remaining_ += group.size();
        const int key = key_[group.front()];
        ready_.emplace(key, std::move(group));
    }

private:
    /// Hubs over elements that nothing in this stage writes are ready from the start.
    void release_hubs() {
        std::vector<int> hubs;
        for (const int h : deps_.hubs.ids()) {
            const int vertex = deps_.n_nodes + h;
            if (waiting_[vertex] == 0) {
                hubs.push_back(vertex);
            }
        }
        for (const int hub : hubs) {
            finish(hub);
        }
    }

    void finish(int vertex) {
        for (const int to : deps_.successors[vertex]) {
            if (--waiting_[to] > 0) {
                continue;
            }
            if (to < deps_.n_nodes) {
                ready_[key_[to]].push_back(to);
            } else {
                finish(to);
            }
        }
    }

    void unfinish(int vertex) {
        const auto& successors = deps_.successors[vertex];
        for (auto to = successors.rbegin(); to != successors.rend(); ++to) {
            if (++waiting_[*to] > 1) {
                continue;
            }
            if (*to >= deps_.n_nodes) {
                unfinish(*to);
                continue;
            }
            const auto made_ready = ready_.find(key_[*to]);
            made_ready->second.pop_back();  // the last that finish() added
            if (made_ready->second.empty()) {
                ready_.erase(made_ready);
            }
        }
    }

    Dependencies deps_;
    IndexedVector<int, int> waiting_, key_;  ///< by vertex
    std::map<int, Group> ready_;
    std::size_t remaining_ = 0;
    int singles_ = 0;
};

int largest(const Ready& ready) {
    return std::ranges::max_element(
               ready.ready(), {}, [](const auto& entry) { return entry.second.size(); })
        ->first;
}

/// How many groups the best plan from here needs, counting every node beyond the
/// horizon as one.
std::size_t look_ahead(Ready& ready, int depth, int* best_key) {
    if (ready.remaining() == 0) {
        return 0;
    }
    if (depth == 0 || ready.ready().empty()) {
        return ready.remaining();
    }
    std::size_t best = std::numeric_limits<std::size_t>::max();
    std::vector<int> keys;
    for (const auto& [key, nodes] : ready.ready()) {
        keys.push_back(key);
    }
    for (const int key : keys) {
        Ready::Group group = ready.take(key);
        const std::size_t cost = 1 + look_ahead(ready, depth - 1, nullptr);
        ready.put_back(std::move(group));
        if (cost < best) {
            best = cost;
            if (best_key != nullptr) {
                *best_key = key;
            }
        }
    }
    return best;
}

/// Functions of time together, in their order, behind the resets of what they write.
void gather_calls(const Graph& graph, GraphStage& stage) {
    const auto place = [&](const std::vector<int>& group) {
        const Node& node = graph.node(group.front());
        return node.reads_nothing() ? std::pair(0, node.call) : std::pair(1, 0);
    };
    std::ranges::stable_sort(stage.groups, {}, place);
}

}  // namespace

Graph merge(Graph graph, MergePlanner planner, int tree_depth) {
    for (GraphStage& stage : graph.stages) {
        Ready ready(graph, stage, planner);
        stage.groups.clear();
        while (ready.remaining() > 0) {
            if (ready.ready().empty()) {
                throw BuildError("planner: got a cycle within a step among " +
                                 std::to_string(ready.remaining()) +
                                 " operators, needs a synapse on one connection of it");
            }
            int key = largest(ready);
            if (planner == MergePlanner::tree) {
                look_ahead(ready, tree_depth, &key);
            }
            Ready::Group group = ready.take(key);
            std::ranges::sort(group, {},
                              [&](int n) { return std::pair(graph.node(n).order, n); });
            stage.groups.push_back(std::move(group));
        }
        if (stage.kind == StageKind::folded) {
            gather_calls(graph, stage);
        }
    }
    return graph;
}

}  // namespace nengine::engine

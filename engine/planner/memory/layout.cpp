#include "engine/planner/memory/layout.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <tuple>

namespace nengine::engine {
namespace {

/// A filter's state is [order, n]; everything else is one plane.
std::vector<Index> find_planes(const Graph& graph) {
    std::vector<Index> planes(graph.versions.size(), 1);
    for (const Node& node : graph.nodes) {
        for (const Access& access : node.slots) {
            if (access.role == Role::state) {
                planes[static_cast<std::size_t>(access.version)] =
                    node.properties().state_planes;
            }
        }
    }
    return planes;
}

/// Only versions that agree on all of this may share a block.
using BlockClass =
    std::tuple<VersionKind, DType, int, bool, bool, bool, char, char, Index>;

class Sets {
public:
    explicit Sets(std::size_t n) : parent_(n) {
        std::iota(parent_.begin(), parent_.end(), 0);
    }
    int find(int i) {
        while (parent_[static_cast<std::size_t>(i)] != i) {
            auto& p = parent_[static_cast<std::size_t>(i)];
            p = parent_[static_cast<std::size_t>(p)];
            i = p;
        }
        return i;
    }
    void join(int a, int b) {
        a = find(a);
        b = find(b);
        parent_[static_cast<std::size_t>(std::max(a, b))] = std::min(a, b);
    }

private:
    std::vector<int> parent_;
};

struct GroupRef {
    std::vector<int>* nodes;
    Index size;
};

class LayoutMaker {
public:
    LayoutMaker(Graph& graph, const GradientNeeds& needs)
        : graph_(graph),
          needs_(needs),
          history_(find_history_needs(graph, needs)),
          planes_(find_planes(graph)),
          sets_(graph.versions.size()),
          key_(graph.versions.size(), no_key) {}

    Layout make(bool enabled) {
        if (enabled) {
            order_versions();
        }
        build_blocks();
        for (GraphStage& stage : graph_.stages) {
            for (auto& group : stage.groups) {
                sort_members(group);
            }
        }
        return std::move(layout_);
    }

private:
    static constexpr Index no_key = -1;

    BlockClass class_of(VersionId id) const {
        const Version& v = graph_.version(id);
        const auto i = static_cast<std::size_t>(id);
        return {v.kind,      graph_.dtype(v),    v.stage,
                v.batched,   v.in_time,          v.held,
                history_[i], needs_.gradient[i], planes_[i]};
    }

    bool placed(VersionId id) const {
        return graph_.version(id).kind != VersionKind::constant;
    }
    bool shareable(VersionId id) const {
        return placed(id) && graph_.version(id).kind != VersionKind::input;
    }

    /// Large groups first: each takes the order that earlier ones have left in its
    /// operands.
    void order_versions() {
        std::vector<GroupRef> groups;
        for (GraphStage& stage : graph_.stages) {
            for (auto& group : stage.groups) {
                Index size = 0;
                for (const int n : group) {
                    for (const Access& access : graph_.node(n).slots) {
                        size += placed(access.version) ? access.view.size() : 0;
                    }
                }
                if (group.size() > 1) {
                    groups.push_back({&group, size});
                }
            }
        }
        std::ranges::stable_sort(groups, std::greater<>(), &GroupRef::size);
        for (const GroupRef& group : groups) {
            adopt_order(*group.nodes);
            assign_keys(*group.nodes);
        }
    }

    /// Sorts members by the slot in which most versions are ordered already.
    void adopt_order(std::vector<int>& group) {
        const std::size_t n_slots = graph_.node(group.front()).slots.size();
        std::size_t best = n_slots, best_count = 0;
        for (std::size_t s = 0; s < n_slots; ++s) {
            const auto keyed = static_cast<std::size_t>(std::ranges::count_if(
                group, [&](int n) { return key(n, s) != no_key; }));
            if (keyed > best_count) {
                best = s;
                best_count = keyed;
            }
        }
        if (best < n_slots) {
            std::ranges::stable_sort(group, {}, [&](int n) {
                return std::pair(key(n, best), graph_.node(n).slots[best].view.offset);
            });
        }
    }

    Index key(int n, std::size_t s) const {
        return key_[static_cast<std::size_t>(graph_.node(n).slots[s].version)];
    }

    void assign_keys(const std::vector<int>& group) {
        const std::size_t n_slots = graph_.node(group.front()).slots.size();
        for (std::size_t s = 0; s < n_slots; ++s) {
            VersionId first = no_version;
            for (const int n : group) {
                const VersionId id = graph_.node(n).slots[s].version;
                if (!shareable(id)) {
                    continue;
                }
                if (key_[static_cast<std::size_t>(id)] == no_key) {
                    key_[static_cast<std::size_t>(id)] = next_key_++;
                }
                if (first == no_version) {
                    first = id;
                } else if (class_of(first) == class_of(id)) {
                    sets_.join(first, id);
                }
            }
        }
    }

    void build_blocks() {
        layout_.of_version.resize(graph_.versions.size());
        std::map<int, std::vector<VersionId>> members;
        for (VersionId id = 0; id < static_cast<VersionId>(graph_.versions.size());
             ++id) {
            if (placed(id)) {
                members[sets_.find(id)].push_back(id);
            }
        }
        for (auto& [root, versions] : members) {
            std::ranges::stable_sort(versions, {}, [&](VersionId id) {
                return key_[static_cast<std::size_t>(id)];
            });
            add_block(std::move(versions));
        }
    }

    void add_block(std::vector<VersionId> versions) {
        const auto first = static_cast<std::size_t>(versions.front());
        LayoutBlock block;
        block.planes = planes_[first];
        block.needs_history = history_[first] != 0;
        block.gradient = needs_.gradient[first] != 0;
        Index plane = 0;
        for (const VersionId id : versions) {
            layout_.of_version[static_cast<std::size_t>(id)] = {
                static_cast<int>(layout_.blocks.size()), plane, block.planes, 0};
            plane += graph_.version(id).size / block.planes;
        }
        for (const VersionId id : versions) {
            layout_.of_version[static_cast<std::size_t>(id)].plane_stride = plane;
        }
        block.width = plane * block.planes;
        block.members = std::move(versions);
        layout_.blocks.push_back(std::move(block));
    }

    /// In order of memory, by the written operand.
    void sort_members(std::vector<int>& group) {
        const auto address = [&](int n) {
            const auto& slots = graph_.node(n).slots;
            const auto written = std::ranges::find_if(
                slots, [](const Access& access) { return access.role != Role::read; });
            if (written == slots.end()) {
                return std::pair(-1, Index{0});
            }
            const Placement& p =
                layout_.of_version[static_cast<std::size_t>(written->version)];
            return std::pair(p.block, p.offset + written->view.offset);
        };
        std::ranges::stable_sort(group, {}, address);
    }

    Graph& graph_;
    const GradientNeeds& needs_;
    std::vector<char> history_;
    std::vector<Index> planes_;
    Sets sets_;
    std::vector<Index> key_;
    Index next_key_ = 0;
    Layout layout_;
};

}  // namespace

std::vector<char> find_history_needs(const Graph& graph, const GradientNeeds& needs) {
    std::vector<char> history(graph.versions.size(), 0);
    for (const Node& node : graph.nodes) {
        for (const Access& access : node.slots) {
            const Version& v = graph.version_of(access);
            if (access.role == Role::read && v.in_time && v.stage != node.stage) {
                history[static_cast<std::size_t>(access.version)] = 1;
            }
        }
    }
    for (const Tap& tap : graph.taps) {
        history[static_cast<std::size_t>(tap.version)] = 1;
    }
    for (std::size_t v = 0; v < history.size(); ++v) {
        history[v] = history[v] || needs.saved_value[v];
    }
    return history;
}

Layout lay_out(Graph& graph, const GradientNeeds& needs, bool enabled) {
    return LayoutMaker(graph, needs).make(enabled);
}

}  // namespace nengine::engine

#include "engine/planner/memory/layout.hpp"

#include <algorithm>
#include <compare>
#include <map>

namespace nengine::engine {
namespace {

/// A filter's state is [order, n]; everything else is one plane.
IndexedVector<VersionId, Index> find_planes(const Graph& graph) {
    IndexedVector<VersionId, Index> planes(graph.versions.size(), 1);
    for (const Node& node : graph.nodes) {
        for (const Access& access : node.slots) {
            if (access.role == Role::state) {
                planes[access.version] = node.properties().state_planes;
            }
        }
    }
    return planes;
}

/// Only versions that agree on all of this may share a block.
struct BlockClass {
    VersionKind kind;
    DType dtype;
    int stage;
    bool batched, in_time, held, has_history, has_gradient;
    Index planes;

    auto operator<=>(const BlockClass&) const = default;
};

class Sets {
public:
    explicit Sets(std::size_t n) : parent_(n) {
        for (const VersionId id : parent_.ids()) {
            parent_[id] = id;
        }
    }
    VersionId find(VersionId id) {
        while (parent_[id] != id) {
            VersionId& parent = parent_[id];
            parent = parent_[parent];
            id = parent;
        }
        return id;
    }
    void join(VersionId a, VersionId b) {
        a = find(a);
        b = find(b);
        parent_[std::max(a, b)] = std::min(a, b);
    }

private:
    IndexedVector<VersionId, VersionId> parent_;
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
        return {.kind = v.kind,
                .dtype = graph_.dtype(v),
                .stage = v.stage,
                .batched = v.batched,
                .in_time = v.in_time,
                .held = v.held,
                .has_history = history_[id] != 0,
                .has_gradient = needs_.gradient[id] != 0,
                .planes = planes_[id]};
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
        int best = -1;
        std::ptrdiff_t best_count = 0;
        for (const int s : graph_.node(group.front()).slots.ids()) {
            const std::ptrdiff_t keyed = std::ranges::count_if(
                group, [&](int n) { return key(n, s) != no_key; });
            if (keyed > best_count) {
                best = s;
                best_count = keyed;
            }
        }
        if (best >= 0) {
            std::ranges::stable_sort(group, {}, [&](int n) {
                return std::pair(key(n, best), graph_.node(n).slot(best).view.offset);
            });
        }
    }

    Index key(int n, int slot) const { return key_[graph_.node(n).slot(slot).version]; }

    void assign_keys(const std::vector<int>& group) {
        for (const int s : graph_.node(group.front()).slots.ids()) {
            VersionId first = no_version;
            for (const int n : group) {
                const VersionId id = graph_.node(n).slot(s).version;
                if (!shareable(id)) {
                    continue;
                }
                if (key_[id] == no_key) {
                    key_[id] = next_key_++;
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
        std::map<VersionId, std::vector<VersionId>> members;
        for (const VersionId id : graph_.versions.ids()) {
            if (placed(id)) {
                members[sets_.find(id)].push_back(id);
            }
        }
        for (auto& [root, versions] : members) {
            std::ranges::stable_sort(versions, {},
                                     [&](VersionId id) { return key_[id]; });
            add_block(std::move(versions));
        }
    }

    void add_block(std::vector<VersionId> versions) {
        const VersionId first = versions.front();
        const int b = layout_.blocks.emplace_back();
        LayoutBlock& block = layout_.blocks[b];
        block.planes = planes_[first];
        block.needs_history = history_[first] != 0;
        block.gradient = needs_.gradient[first] != 0;
        Index plane = 0;
        for (const VersionId id : versions) {
            layout_.of_version[id] = {b, plane, block.planes, 0};
            plane += graph_.version(id).size / block.planes;
        }
        for (const VersionId id : versions) {
            layout_.of_version[id].plane_stride = plane;
        }
        block.width = plane * block.planes;
        block.members = std::move(versions);
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
            const Placement& p = layout_.of_version[written->version];
            return std::pair(p.block, p.offset + written->view.offset);
        };
        std::ranges::stable_sort(group, {}, address);
    }

    Graph& graph_;
    const GradientNeeds& needs_;
    VersionMarks history_;
    IndexedVector<VersionId, Index> planes_;
    Sets sets_;
    IndexedVector<VersionId, Index> key_;
    Index next_key_ = 0;
    Layout layout_;
};

}  // namespace

VersionMarks find_history_needs(const Graph& graph, const GradientNeeds& needs) {
    VersionMarks history(graph.versions.size(), 0);
    for (const Node& node : graph.nodes) {
        for (const Access& access : node.slots) {
            const Version& v = graph.version_of(access);
            if (access.role == Role::read && v.in_time && v.stage != node.stage) {
                history[access.version] = 1;
            }
        }
    }
    for (const Tap& tap : graph.taps) {
        history[tap.version] = 1;
    }
    for (const VersionId id : history.ids()) {
        history[id] = history[id] || needs.saved_value[id];
    }
    return history;
}

Layout lay_out(Graph& graph, const GradientNeeds& needs, bool enabled) {
    return LayoutMaker(graph, needs).make(enabled);
}

}  // namespace nengine::engine

#include "engine/planner/schedule/partial_sums.hpp"

#include <algorithm>
#include <map>

#include "engine/operators/copy.hpp"
#include "engine/operators/reset.hpp"
#include "engine/planner/graph/dependencies.hpp"

namespace nengine::engine {
namespace {

/// When and for whom a writer runs; parts are summed in this order.
struct Class {
    int stage;
    bool batched, in_time;
    auto operator<=>(const Class&) const = default;
};

Class class_of(const Node& node) {
    return {node.stage, node.batched, node.in_time};
}

/// A reset, or a copy of a constant: goes along with the first real part.
bool is_preset(const Graph& graph, const Node& node) {
    const OperatorProperties stated = node.properties();
    const int source = stated.copy.source;
    return stated.constant ||
           (source >= 0 &&
            graph.version_of(node.slot(source)).kind == VersionKind::constant);
}

class Splitter {
public:
    Splitter(Graph& graph, const Uses& uses) : graph_(graph), uses_(uses) {}

    void split(VersionId id) {
        adopt_presets(id);
        std::map<Class, std::vector<Use>> parts;
        for (const Use& use : uses_.writers[id]) {
            parts[class_of(graph_.node(use.node))].push_back(use);
        }
        if (parts.size() == 1) {
            define(id, parts.begin()->first);
            return;
        }
        const std::vector<Sum> sums = make_sums(id, parts);
        redirect_readers(id, sums);
    }

private:
    /// The sum of all parts up to one, and when and for whom it is known.
    struct Sum {
        Class part, known;
        VersionId version;
    };

    void define(VersionId id, const Class& c) {
        Version& version = graph_.version(id);
        version.stage = c.stage;
        version.batched = c.batched;
        version.in_time = c.in_time;
    }

    void adopt_presets(VersionId id) {
        const Use* first = nullptr;
        for (const Use& use : uses_.writers[id]) {
            const Node& node = graph_.node(use.node);
            if (!is_preset(graph_, node) &&
                (first == nullptr ||
                 class_of(node) < class_of(graph_.node(first->node)))) {
                first = &use;
            }
        }
        if (first == nullptr || preset_is_read(id)) {
            return;
        }
        const Class c = class_of(graph_.node(first->node));
        for (const Use& use : uses_.writers[id]) {
            Node& node = graph_.node(use.node);
            if (is_preset(graph_, node) && class_of(node) != c) {
                move(use.node, c);
            }
        }
    }

    Overlaps overlaps_of(VersionId id, const auto& uses) {
        std::vector<const ElementView*> views;
        for (const Use& use : uses) {
            views.push_back(&access_of(use).view);
        }
        return {graph_.version(id).size, views};
    }

    /// A reader of elements that nothing but a preset defines may run before the first
    /// real part.
    bool preset_is_read(VersionId id) {
        const auto& writers = uses_.writers[id];
        Overlaps overlaps = overlaps_of(id, writers);
        std::vector<Overlaps::Number> found;
        const auto preset_only = [&](const ElementView& view) {
            found.clear();
            overlaps.find(view, found);
            return std::ranges::all_of(found, [&](Overlaps::Number w) {
                return is_preset(graph_, graph_.node(writers[w].node));
            });
        };
        return std::ranges::any_of(
                   uses_.readers[id],
                   [&](const Use& use) { return preset_only(access_of(use).view); }) ||
               std::ranges::any_of(graph_.taps, [&](const Tap& tap) {
                   return uses_.tapped[id] && tap.version == id &&
                          preset_only(tap.view);
               });
    }

    void move(int n, const Class& c) {
        Node& node = graph_.node(n);
        node.stage = c.stage;
        node.batched = c.batched;
        node.in_time = c.in_time;
    }

    /// One version per class, holding the sum of all parts up to it.
    std::vector<Sum> make_sums(VersionId id,
                               const std::map<Class, std::vector<Use>>& parts) {
        std::vector<Sum> sums;
        const std::string name = graph_.version(id).name;
        for (const auto& [c, writers] : parts) {
            VersionId part = id;
            const bool own = needs_own_part(sums, c, writers);
            if (c != parts.rbegin()->first || own) {
                part = add_part(id, c, name + " (part)");
            }
            for (const Use& use : writers) {
                access_of(use).version = part;
            }
            if (sums.empty()) {
                ensure_set(part, writers);
                define(part, c);
                sums.push_back({c, c, part});
                continue;
            }
            const Class before = sums.back().known;
            const VersionId sum = sums.back().version;
            if (!own) {
                for (const Use& use : writers) {
                    access_of(use).role = Role::inc;
                }
                add_copy(sum, part, Role::set, c);
                define(part, c);
                sums.push_back({c, c, part});
                continue;
            }
            ensure_set(part, writers);
            define(part, c);
            const Class both{c.stage, c.batched || before.batched,
                             c.in_time || before.in_time};
            const VersionId total =
                c == parts.rbegin()->first ? id : add_part(id, both, name + " (sum)");
            define(total, both);
            add_copy(sum, total, Role::set, both);
            add_copy(part, total, Role::inc, both);
            sums.push_back({c, both, total});
        }
        return sums;
    }

    /// A part cannot simply go on adding to the sum before if that has one row per item
    /// and the part one row for all, or if an operator of the part can only overwrite.
    bool needs_own_part(const std::vector<Sum>& sums, const Class& c,
                        const std::vector<Use>& writers) {
        return !sums.empty() && ((sums.back().known.batched && !c.batched) ||
                                 std::ranges::any_of(writers, [&](const Use& use) {
                                     return access_of(use).role == Role::set &&
                                            !graph_.node(use.node).properties().may_add;
                                 }));
    }

    VersionId add_part(VersionId id, const Class& c, std::string name) {
        Version part = graph_.version(id);
        part.name = std::move(name);
        part.kind = VersionKind::transient;
        const VersionId added = graph_.add_version(std::move(part));
        define(added, c);
        return added;
    }

    Access& access_of(const Use& use) { return graph_.node(use.node).slot(use.slot); }

    /// The first part must be defined everywhere before something is added to it.
    void ensure_set(VersionId part, const std::vector<Use>& writers) {
        Index covered = 0;
        for (const Use& use : writers) {
            if (access_of(use).role == Role::set) {
                if (graph_.whole(access_of(use))) {
                    return;
                }
                covered += access_of(use).view.size();  // sets are disjoint
            }
        }
        if (covered >= graph_.version(part).size) {
            return;
        }
        // What can only overwrite comes after the reset, in elements of its own.
        for (const Use& use : writers) {
            access_of(use).role = graph_.node(use.node).properties().may_add
                                      ? Role::inc
                                      : access_of(use).role;
        }
        const Node& first = graph_.node(writers.front().node);
        add_node(std::make_shared<Reset>(graph_.version(part).signal, 0.0),
                 {whole_access(part, Role::set)}, class_of(first), first.order);
    }

    Access whole_access(VersionId id, Role role) const {
        return {role, id, ElementView::dense({graph_.version(id).size})};
    }

    void add_copy(VersionId from, VersionId to, Role role, const Class& c) {
        const SignalId signal = graph_.version(to).signal;
        auto copy = std::make_shared<Copy>(signal, signal, role == Role::inc);
        copy->label = graph_.version(to).name;
        add_node(copy, {whole_access(from, Role::read), whole_access(to, role)}, c, -1);
    }

    void add_node(std::shared_ptr<const Operator> op, IndexedVector<int, Access> slots,
                  const Class& c, int order) {
        graph_.nodes.push_back({.op = std::move(op),
                                .slots = std::move(slots),
                                .order = order,
                                .stage = c.stage,
                                .batched = c.batched,
                                .in_time = c.in_time});
    }

    /// A reader sees the sum up to the last class that writes one of its elements.
    void redirect_readers(VersionId id, const std::vector<Sum>& sums) {
        const auto& writers = uses_.writers[id];
        Overlaps overlaps = overlaps_of(id, writers);
        std::vector<Overlaps::Number> found;
        const auto sum_for = [&](const ElementView& view) {
            found.clear();
            overlaps.find(view, found);
            std::size_t last = 0;
            for (const Overlaps::Number w : found) {
                const Class c = class_of(graph_.node(writers[w].node));
                std::size_t at = 0;
                while (at + 1 < sums.size() && sums[at].part < c) {
                    ++at;
                }
                last = std::max(last, at);
            }
            return sums[last].version;
        };
        for (const Use& use : uses_.readers[id]) {
            access_of(use).version = sum_for(access_of(use).view);
        }
        for (Tap& tap : graph_.taps) {
            if (tap.version == id) {
                tap.version = sum_for(tap.view);
            }
        }
    }

    Graph& graph_;
    const Uses& uses_;
};

void define_unsplit(Graph& graph, const Uses& uses, VersionId id) {
    Version& version = graph.version(id);
    switch (version.kind) {
        case VersionKind::constant:
            return;
        case VersionKind::input:
            version.batched = true;
            version.in_time = !version.held;
            return;
        default:
            version.batched = true;
            version.in_time = true;
            for (const Use& use : uses.writers[id]) {
                version.stage = std::max(version.stage, graph.node(use.node).stage);
            }
    }
}

}  // namespace

Graph split_partial_sums(Graph graph) {
    const Uses uses = find_uses(graph);
    Splitter splitter(graph, uses);
    for (const VersionId id :
         graph.versions.ids()) {  // what is split off is not split again
        if (graph.version(id).kind == VersionKind::transient &&
            !uses.writers[id].empty()) {
            splitter.split(id);
        } else {
            define_unsplit(graph, uses, id);
        }
    }
    for (GraphStage& stage : graph.stages) {
        stage.nodes.clear();
    }
    for (const int n : graph.nodes.ids()) {
        graph.stages[graph.node(n).stage].nodes.push_back(n);
    }
    for (GraphStage& stage : graph.stages) {
        std::ranges::stable_sort(stage.nodes, {},
                                 [&](int node) { return graph.node(node).order; });
    }
    return graph;
}

}  // namespace nengine::engine

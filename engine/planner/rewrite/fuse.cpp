#include <algorithm>

#include "engine/operators/reset.hpp"
#include "engine/planner/rewrite/rewrite.hpp"

// Patterns around neurons, and around what else offers the same. An input current
// J = bias + gain * x becomes two more slots of the neurons, and stays in registers
// instead of memory; a filter on their output becomes a part of them. Runs before
// merging, so that what is fused merges like any other operator; values and
// trainability do not matter, since the fused form has the same gradients.

namespace nengine::engine {
namespace {

struct Chain {
    int user = -1;             ///< node that reads J in a slot that may be affine
    int bias = -1, gain = -1;  ///< nodes: bias copied to J, set; gain * x, for J
    int rest = 0;              ///< other writers of J
};

bool constant_per_neuron(const Graph& graph, const Access& access, Index n) {
    return graph.version_of(access).kind == VersionKind::constant &&
           (access.view.size() == n || access.view.size() == 1);
}

/// The chain that ends in node `n`, if J is seen by nothing else.
Chain find_chain(const Graph& graph, const Uses& uses, int n) {
    Chain chain;
    const Node& node = graph.node(n);
    const int affine = node.properties().affine;
    if (affine < 0) {
        return chain;
    }
    const Access& j = node.slot(affine);
    const VersionId id = j.version;
    if (graph.version(id).kind != VersionKind::transient || uses.tapped[id] ||
        uses.readers[id].size() != 1 || !graph.whole(j)) {
        return chain;
    }
    const Index size = j.view.size();
    for (const Use& use : uses.writers[id]) {
        const Node& writer = graph.node(use.node);
        const Access& written = writer.slot(use.slot);
        const OperatorProperties stated = writer.properties();
        if (chain.bias < 0 && stated.copy.kind == CopiedElements::Kind::in_order &&
            written.role == Role::set && graph.whole(written) &&
            constant_per_neuron(graph, writer.slot(stated.copy.source), size)) {
            chain.bias = use.node;
        } else if (chain.gain < 0 && stated.product.kind == Product::Kind::elements &&
                   graph.whole(written) &&
                   constant_per_neuron(graph, writer.slot(stated.product.a), size) &&
                   writer.slot(stated.product.x).view.size() == size) {
            chain.gain = use.node;
        } else {
            ++chain.rest;
        }
    }
    chain.user = n;
    return chain;
}

/// The gain joins only if it is all that is left besides the bias; the bias only if
/// something else remains to be J.
void fuse_chain(Graph& graph, const Chain& chain) {
    const bool gain = chain.gain >= 0 && chain.rest == 0;
    const bool bias = chain.bias >= 0 && (chain.gain >= 0 || chain.rest > 0);
    if (!gain && !bias) {
        return;
    }
    Node& node = graph.node(chain.user);
    const int affine = node.properties().affine;
    node.op = node.op->with_affine(gain, bias);
    if (gain) {
        Node& writer = graph.node(chain.gain);
        const Product product = writer.properties().product;
        node.slot(affine) = writer.slot(product.x);
        node.slots.push_back(writer.slot(product.a));
        writer.op = nullptr;
    }
    if (bias) {
        Node& writer = graph.node(chain.bias);
        node.slots.push_back(writer.slot(writer.properties().copy.source));
        writer.op = nullptr;
    }
}

/// Whether what runs after node `from` within a step, in the row before it of what is
/// updated, reaches a reader of version `id`. Such a reader would have to run both
/// before and after neurons that update it. Answers yes where a search would be long.
bool reaches_reader(const Graph& graph, const Uses& uses, int from, VersionId id) {
    constexpr std::size_t most = 64;
    std::vector<int> reached{from};
    const auto reach_node = [&](int n) {
        if (std::ranges::count(reached, n) == 0) {
            reached.push_back(n);
        }
    };
    const auto reach = [&](const SmallList<Use>& all) {
        for (const Use& use : all) {
            reach_node(use.node);
        }
    };
    for (std::size_t i = 0; i < reached.size(); ++i) {
        const int call = graph.node(reached[i]).call;
        const std::size_t next = static_cast<std::size_t>(call) + 1;
        if (call >= 0 && next < uses.calls.size()) {
            reach_node(uses.calls[next]);
        }
        for (const Access& access : graph.node(reached[i]).slots) {
            const VersionId other = access.version;
            const bool updated = graph.version(other).kind == VersionKind::updated;
            if (access.role == Role::read && other == id && i > 0) {
                return true;
            }
            if (access.role == Role::read && updated) {
                reach(uses.writers[other]);
            } else if (access.role != Role::read && !updated) {
                reach(uses.readers[other]);
            }
            if (access.role == Role::set) {  // increments come after it
                reach(uses.writers[other]);
            }
        }
        if (reached.size() > most) {
            return true;
        }
    }
    return false;
}

/// The version that a node updates, if that is all it does, and all of it; else none.
VersionId updated_by(const Graph& graph, const Node& node) {
    VersionId updated = no_version;
    for (const Access& access : node.slots) {
        const bool only =
            access.role == Role::update && updated == no_version && graph.whole(access);
        if (only) {
            updated = access.version;
        } else if (access.role != Role::read && access.role != Role::state) {
            return no_version;
        }
    }
    return updated;
}

/// The node that writes all of what node `n` reads in a slot, alone, within the step;
/// -1: there is none.
int source_of(const Graph& graph, const Uses& uses, int n, const Access& access) {
    const auto& writers = uses.writers[access.version];
    if (access.role != Role::read || !graph.whole(access) ||
        graph.version_of(access).kind != VersionKind::transient ||
        writers.size() != 1) {
        return -1;
    }
    const Use use = writers.front();
    return use.node != n && graph.whole(graph.node(use.node).slot(use.slot)) ? use.node
                                                                             : -1;
}

/// What only updates, a filter, joins the operator that computes what it reads, if that
/// offers it.
void fuse_update(Graph& graph, Uses& uses, int n) {
    Node& node = graph.node(n);
    const VersionId updated = updated_by(graph, node);
    if (updated == no_version) {
        return;
    }
    for (const Access& access : node.slots) {
        const int at = source_of(graph, uses, n, access);
        if (at < 0) {
            continue;
        }
        Node& source = graph.node(at);
        const Fusion fusion = source.op->fused_with(*node.op);
        if (fusion.op == nullptr || reaches_reader(graph, uses, at, updated)) {
            continue;
        }
        source.slots = fused_slots(fusion, source, node);
        source.op = fusion.op;
        uses.writers[updated].clear();
        for (const int slot : source.slots.ids()) {
            if (source.slot(slot).role == Role::update) {
                uses.writers[updated].push_back({at, slot});
            }
        }
        node.op = nullptr;
        node.slots.clear();
        return;
    }
}

/// A version that has lost its set begins with the first increment that covers it.
void restore_sets(Graph& graph) {
    const Uses uses = find_uses(graph);
    for (const VersionId id : graph.versions.ids()) {
        const Version& version = graph.version(id);
        const auto& writers = uses.writers[id];
        if (version.kind != VersionKind::transient || writers.empty()) {
            continue;
        }
        const auto access_of = [&](const Use& use) -> Access& {
            return graph.node(use.node).slot(use.slot);
        };
        if (std::ranges::any_of(writers, [&](const Use& use) {
                return access_of(use).role == Role::set;
            })) {
            continue;
        }
        const auto first = std::ranges::find_if(writers, [&](const Use& use) {
            return graph.whole(access_of(use)) &&
                   graph.node(use.node).properties().copy.kind !=
                       CopiedElements::Kind::by_index;
        });
        if (first != writers.end()) {
            access_of(*first).role = Role::set;
        } else {
            const Node& user = graph.node(writers.front().node);
            graph.nodes.push_back(
                {.op = std::make_shared<Reset>(version.signal, 0.0),
                 .slots = {{Role::set, id, ElementView::dense({version.size})}},
                 .order = user.order});
        }
    }
}

}  // namespace

IndexedVector<int, Access> fused_slots(const Fusion& fusion, const Node& writer,
                                       const Node& reader) {
    IndexedVector<int, Access> slots;
    slots.reserve(fusion.slots.size());
    for (const auto& [of, slot] : fusion.slots) {
        slots.push_back((of == Fusion::From::reader ? reader : writer).slot(slot));
    }
    return slots;
}

Graph fuse(Graph graph) {
    const Uses uses = find_uses(graph);
    for (const int n : graph.nodes.ids()) {
        if (graph.node(n).op == nullptr) {
            continue;
        }
        const Chain chain = find_chain(graph, uses, n);
        if (chain.user >= 0) {
            fuse_chain(graph, chain);
        }
    }
    const auto gone = [](const Node& node) { return node.op == nullptr; };
    graph.nodes.erase_if(gone);
    Uses chained = find_uses(graph);
    for (const int n : graph.nodes.ids()) {
        if (graph.node(n).op != nullptr) {
            fuse_update(graph, chained, n);
        }
    }
    graph.nodes.erase_if(gone);
    restore_sets(graph);
    fuse_learning(graph);
    return graph;
}

}  // namespace nengine::engine

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
    const auto v = static_cast<std::size_t>(j.version);
    if (graph.versions[v].kind != VersionKind::transient || uses.tapped[v] ||
        uses.readers[v].size() != 1 || !graph.whole(j)) {
        return chain;
    }
    const Index size = j.view.size();
    for (const Use& use : uses.writers[v]) {
        const Node& writer = graph.node(use.node);
        const Access& written = writer.slots[static_cast<std::size_t>(use.slot)];
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
        node.slots[static_cast<std::size_t>(affine)] = writer.slot(product.x);
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
/// updated, reaches a reader of version `v`. Such a reader would have to run both
/// before and after neurons that update v. Answers yes where a search would be long.
bool reaches_reader(const Graph& graph, const Uses& uses, int from, std::size_t v) {
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
        const auto next = static_cast<std::size_t>(graph.node(reached[i]).call + 1);
        if (next > 0 && next < uses.calls.size()) {
            reach_node(uses.calls[next]);
        }
        for (const Access& access : graph.node(reached[i]).slots) {
            const auto other = static_cast<std::size_t>(access.version);
            const bool updated = graph.versions[other].kind == VersionKind::updated;
            if (access.role == Role::read && other == v && i > 0) {
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
    const auto v = static_cast<std::size_t>(access.version);
    if (access.role != Role::read || !graph.whole(access) ||
        graph.versions[v].kind != VersionKind::transient ||
        uses.writers[v].size() != 1) {
        return -1;
    }
    const Use use = uses.writers[v].front();
    return use.node != n && graph.whole(graph.node(use.node).slot(use.slot)) ? use.node
                                                                             : -1;
}

/// What only updates, a filter, joins the operator that computes what it reads, if that
/// offers it.
void fuse_update(Graph& graph, Uses& uses, int n) {
    Node& node = graph.node(n);
    const VersionId updated = updated_by(graph, node);
    for (std::size_t s = 0; updated != no_version && s < node.slots.size(); ++s) {
        const int at = source_of(graph, uses, n, node.slots[s]);
        if (at < 0) {
            continue;
        }
        Node& source = graph.node(at);
        const Fusion fusion = source.op->fused_with(*node.op);
        const auto v = static_cast<std::size_t>(updated);
        if (fusion.op == nullptr || reaches_reader(graph, uses, at, v)) {
            continue;
        }
        source.slots = fused_slots(fusion, source, node);
        source.op = fusion.op;
        uses.writers[v].clear();
        for (int slot = 0; slot < static_cast<int>(source.slots.size()); ++slot) {
            if (source.slot(slot).role == Role::update) {
                uses.writers[v].push_back({at, slot});
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
    for (std::size_t v = 0; v < graph.versions.size(); ++v) {
        if (graph.versions[v].kind != VersionKind::transient ||
            uses.writers[v].empty()) {
            continue;
        }
        const auto role_of = [&](const Use& use) -> Access& {
            return graph.node(use.node).slots[static_cast<std::size_t>(use.slot)];
        };
        if (std::ranges::any_of(uses.writers[v], [&](const Use& use) {
                return role_of(use).role == Role::set;
            })) {
            continue;
        }
        const auto first = std::ranges::find_if(uses.writers[v], [&](const Use& use) {
            return graph.whole(role_of(use)) &&
                   graph.node(use.node).properties().copy.kind !=
                       CopiedElements::Kind::by_index;
        });
        if (first != uses.writers[v].end()) {
            role_of(*first).role = Role::set;
        } else {
            const SignalId signal = graph.versions[v].signal;
            const Shape shape{graph.versions[v].size};
            const Node& user = graph.node(uses.writers[v].front().node);
            graph.nodes.push_back({.op = std::make_shared<Reset>(signal, 0.0),
                                   .slots = {{Role::set, static_cast<VersionId>(v),
                                              ElementView::dense(shape)}},
                                   .order = user.order});
        }
    }
}

}  // namespace

std::vector<Access> fused_slots(const Fusion& fusion, const Node& writer,
                                const Node& reader) {
    std::vector<Access> slots;
    slots.reserve(fusion.slots.size());
    for (const auto& [of, slot] : fusion.slots) {
        slots.push_back((of == Fusion::From::reader ? reader : writer).slot(slot));
    }
    return slots;
}

Graph fuse(Graph graph) {
    const Uses uses = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        if (graph.node(n).op == nullptr) {
            continue;
        }
        const Chain chain = find_chain(graph, uses, n);
        if (chain.user >= 0) {
            fuse_chain(graph, chain);
        }
    }
    const auto gone = [](const Node& node) { return node.op == nullptr; };
    std::erase_if(graph.nodes, gone);
    Uses chained = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        if (graph.node(n).op != nullptr) {
            fuse_update(graph, chained, n);
        }
    }
    std::erase_if(graph.nodes, gone);
    restore_sets(graph);
    fuse_learning(graph);
    return graph;
}

}  // namespace nengine::engine

#include <algorithm>

#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/planner/rewrite/rewrite.hpp"

// Patterns around neurons. An input current J = bias + gain * x becomes two more slots
// of the neurons, and stays in registers instead of memory. Runs before merging, so
// that what is fused merges like any other operator; values and trainability do not
// matter, since the fused form has the same gradients.

namespace nengine {
namespace {

struct Chain {
    int neurons = -1;
    int bias = -1,
        gain = -1;  ///< nodes: Copy(bias -> J, set); ElementwiseInc(gain, x -> J)
    int rest = 0;   ///< other writers of J
};

bool constant_per_neuron(const Graph& graph, const Access& access, Index n) {
    return graph.version_of(access).kind == VersionKind::constant &&
           (access.view.size() == n || access.view.size() == 1);
}

/// The chain that ends in node `n`, if J is seen by nothing else.
Chain find_chain(const Graph& graph, const Uses& uses, int n) {
    Chain chain;
    const Node& node = graph.node(n);
    const auto* neurons = dynamic_cast<const SimNeurons*>(node.op.get());
    if (neurons == nullptr || neurons->has_gain() || neurons->has_bias()) {
        return chain;
    }
    const Access& j = node.slot(SimNeurons::j);
    const auto v = static_cast<std::size_t>(j.version);
    if (graph.versions[v].kind != VersionKind::transient || uses.tapped[v] ||
        uses.readers[v].size() != 1 || !graph.whole(j)) {
        return chain;
    }
    const Index size = j.view.size();
    for (const Use& use : uses.writers[v]) {
        const Node& writer = graph.node(use.node);
        const Access& written = writer.slots[static_cast<std::size_t>(use.slot)];
        const auto* copy = dynamic_cast<const Copy*>(writer.op.get());
        const auto* product = dynamic_cast<const ElementwiseInc*>(writer.op.get());
        if (chain.bias < 0 && copy != nullptr && !copy->indexed() &&
            written.role == Role::set && graph.whole(written) &&
            constant_per_neuron(graph, writer.slot(Copy::src), size)) {
            chain.bias = use.node;
        } else if (chain.gain < 0 && product != nullptr && graph.whole(written) &&
                   constant_per_neuron(graph, writer.slot(ElementwiseInc::a), size) &&
                   writer.slot(ElementwiseInc::x).view.size() == size) {
            chain.gain = use.node;
        } else {
            ++chain.rest;
        }
    }
    chain.neurons = n;
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
    Node& node = graph.node(chain.neurons);
    const auto& neurons = dynamic_cast<const SimNeurons&>(*node.op);
    auto fused = std::make_shared<SimNeurons>(neurons.with_affine(gain, bias));
    fused->label = neurons.label;
    if (gain) {
        Node& product = graph.node(chain.gain);
        node.slots[SimNeurons::j] = product.slot(ElementwiseInc::x);
        node.slots.push_back(product.slot(ElementwiseInc::a));
        product.op = nullptr;
    }
    if (bias) {
        Node& copy = graph.node(chain.bias);
        Access access = copy.slot(Copy::src);
        node.slots.push_back(access);
        copy.op = nullptr;
    }
    node.op = fused;
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

/// A first-order filter that reads all of what neurons put out, and nothing else, joins
/// them.
void fuse_filter(Graph& graph, Uses& uses, int n) {
    Node& node = graph.node(n);
    const auto* filter = dynamic_cast<const SimFilter*>(node.op.get());
    if (filter == nullptr || filter->form() != FilterForm::first_order ||
        node.slot(SimFilter::output).role != Role::update ||
        !graph.whole(node.slot(SimFilter::output)) ||
        !graph.whole(node.slot(SimFilter::input))) {
        return;
    }
    const auto v = static_cast<std::size_t>(node.slot(SimFilter::input).version);
    if (graph.versions[v].kind != VersionKind::transient ||
        uses.writers[v].size() != 1) {
        return;
    }
    const int at = uses.writers[v].front().node;
    const auto filtered =
        static_cast<std::size_t>(node.slot(SimFilter::output).version);
    Node& source = graph.node(at);
    const auto* neurons = dynamic_cast<const SimNeurons*>(source.op.get());
    if (neurons == nullptr || neurons->is_rate() || neurons->has_filter() ||
        !graph.whole(source.slot(SimNeurons::output)) ||
        reaches_reader(graph, uses, at, filtered)) {
        return;
    }
    uses.writers[filtered] = {{at, static_cast<int>(source.slots.size())}};
    source.op = std::make_shared<SimNeurons>(neurons->with_filter());
    for (const int slot :
         {SimFilter::output, SimFilter::coefficients, SimFilter::state}) {
        source.slots.push_back(node.slot(slot));
    }
    node.op = nullptr;
    node.slots.clear();
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
            const auto* copy = dynamic_cast<const Copy*>(graph.node(use.node).op.get());
            return graph.whole(role_of(use)) && (copy == nullptr || !copy->indexed());
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

Graph fuse(Graph graph) {
    const Uses uses = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        if (graph.node(n).op == nullptr) {
            continue;
        }
        const Chain chain = find_chain(graph, uses, n);
        if (chain.neurons >= 0) {
            fuse_chain(graph, chain);
        }
    }
    const auto gone = [](const Node& node) { return node.op == nullptr; };
    std::erase_if(graph.nodes, gone);
    Uses chained = find_uses(graph);
    for (int n = 0; n < static_cast<int>(graph.nodes.size()); ++n) {
        if (graph.node(n).op != nullptr) {
            fuse_filter(graph, chained, n);
        }
    }
    std::erase_if(graph.nodes, gone);
    restore_sets(graph);
    fuse_learning(graph);
    return graph;
}

}  // namespace nengine

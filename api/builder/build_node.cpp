#include "api/builder/build_state.hpp"
#include "engine/ir/host_call.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"

namespace nengine {

namespace {

using detail::NodeData;

/// The user's function with its result checked and copied out; a single number is for
/// all components, as numpy's are.
engine::HostCall checked_call(const NodeData& node) {
    return [call = node.output.call(), where = describe(node)](
               double t, std::span<const double> x, std::span<double> out) {
        auto values = call(t, x);
        if (values.size() == 1) {
            values.resize(out.size(), values.front());
        }
        copy_checked(values, out, where, t);
    };
}

void add_input(BuildState& state, const std::shared_ptr<NodeData>& node,
               engine::SignalId out, int producer) {
    state.model->inputs.push_back(
        {.name = detail::name(*node), .signal = out, .producer = producer});
    state.built.inputs.push_back(node);
}

void build_function(BuildState& state, const std::shared_ptr<NodeData>& node,
                    BuiltNodeParts& parts) {
    const std::string base = detail::name(*node);
    if (node->size_out > 0) {
        parts.out = state.signal(base + ".out", node->size_out);
    }
    const auto order = node->pure ? engine::HostFunction::Order::pure
                                  : engine::HostFunction::Order::automatic;
    const int producer = state.add_call(
        engine::HostFunction(checked_call(*node), parts.out, parts.in, order), base,
        *node, OrderedProcess::Role::node_output);
    if (node->size_in == 0 && node->size_out > 0) {
        add_input(state, node, parts.out, producer);
    }
}

void build_process(BuildState& state, const std::shared_ptr<NodeData>& node,
                   BuiltNodeParts& parts) {
    const std::string base = detail::name(*node);
    const Process& process = node->output.process();
    parts.out = state.signal(base + ".out", node->size_out);
    if (const auto* synapse = std::get_if<Synapse>(&process.value())) {
        if (node->size_in != node->size_out) {
            throw ValidationError(describe(*node) + ": got size_in " +
                                  std::to_string(node->size_in) + " and size_out " +
                                  std::to_string(node->size_out) +
                                  ", needs equal ones for a synapse");
        }
        add_filter(state, *synapse, parts.in, parts.out, engine::Role::set, base);
        return;
    }
    const int producer =
        add_process(state, process, *node, OrderedProcess::Role::node_output, parts.out,
                    parts.in, base, node->pure);
    if (node->size_in == 0) {
        add_input(state, node, parts.out, producer);
    }
}

}  // namespace

void build_node(BuildState& state, const std::shared_ptr<NodeData>& node) {
    BuiltNodeParts parts;
    const std::string base = detail::name(*node);
    if (node->layer) {
        build_layer(state, *node, parts);
        state.built.nodes[node.get()] = parts;
        return;
    }
    if (node->size_in > 0) {
        parts.in = state.signal(base + ".in", node->size_in);
        state.add(engine::Reset(parts.in), base + ".in");
    }
    switch (node->output.kind()) {
        case NodeOutput::Kind::passthrough:
            parts.out = parts.in;
            break;
        case NodeOutput::Kind::constant:
            parts.out = state.variable(base + ".out", {node->size_out},
                                       node->output.constant().values);
            add_input(state, node, parts.out, -1);
            break;
        case NodeOutput::Kind::process:
            build_process(state, node, parts);
            break;
        default:
            build_function(state, node, parts);
    }
    state.built.nodes[node.get()] = parts;
}

}  // namespace nengine

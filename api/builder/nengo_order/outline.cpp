#include <algorithm>

#include "api/builder/nengo_order/step_order.hpp"
#include "api/objects/neuron_parts.hpp"

namespace nengine {

namespace {

using namespace detail;
using outline::MaybeProcess;

MaybeProcess process_of(const Synapse& synapse) {
    return synapse.is_none() ? MaybeProcess() : outline::Process{};
}

outline::Process process_of(const Process& process) {
    return {.seed = process.seed()};
}

outline::Part part_of(const ObjectView& view, Side side) {
    using Kind = outline::Part::Kind;
    if (!view.key()) {
        return {};
    }
    const auto& key = view.key()->value();
    if (std::holds_alternative<std::vector<std::int64_t>>(key) ||
        std::holds_alternative<std::vector<bool>>(key)) {
        return {.kind = Kind::list};
    }
    const auto* slice = std::get_if<Slice>(&key);
    if (slice != nullptr && *slice == Slice{}) {
        return {};
    }
    if (view.learning_rule() && side == Side::out) {
        // Of a state of its own size, which nothing else has a part of.
        return {Kind::range, 0, 1, slice != nullptr ? slice->step : 1};
    }
    const Positions range = view_positions(view, side);
    return {Kind::range, range.first, range.count, range.step};
}

outline::View view_of(const ObjectView& view, Side side) {
    return {.object = view.object().get(),
            .neurons = view.is_neurons(),
            .rule = view.learning_rule()
                        ? std::optional(static_cast<int>(*view.learning_rule()))
                        : std::nullopt,
            .part = part_of(view, side)};
}

outline::Rule outline_of(const PES& rule) {
    return {.kind = outline::Rule::Kind::pes,
            .pre_synapse = process_of(rule.pre_synapse)};
}
outline::Rule outline_of(const RLS& rule) {
    return {.kind = outline::Rule::Kind::rls,
            .pre_synapse = process_of(rule.pre_synapse)};
}
outline::Rule outline_of(const BCM& rule) {
    return {.kind = outline::Rule::Kind::bcm,
            .pre_synapse = process_of(rule.pre_synapse),
            .post_synapse = process_of(rule.post_synapse.value_or(rule.pre_synapse)),
            .theta_synapse = process_of(rule.theta_synapse)};
}
outline::Rule outline_of(const Oja& rule) {
    return {.kind = outline::Rule::Kind::oja,
            .pre_synapse = process_of(rule.pre_synapse),
            .post_synapse = process_of(rule.post_synapse.value_or(rule.pre_synapse))};
}
outline::Rule outline_of(const Voja& rule) {
    return {.kind = outline::Rule::Kind::voja,
            .post_synapse = process_of(rule.post_synapse)};
}

std::vector<outline::Rule> rules_of(const ConnectionData& connection) {
    std::vector<outline::Rule> result;
    for (const auto& [name, type] : connection.learning_rules.all()) {
        result.push_back(
            std::visit([](const auto& rule) { return outline_of(rule); }, type));
    }
    return result;
}

outline::Ensemble outline_of(const EnsembleData& ensemble) {
    outline::Ensemble result = {.id = &ensemble, .direct = is_direct(ensemble)};
    if (ensemble.noise) {
        result.noise = process_of(*ensemble.noise);
    }
    if (result.direct) {
        return result;
    }
    const std::string where = describe(ensemble);
    const NeuronParts parts = neuron_parts(ensemble.neuron_type, where);
    result.states = neuron_states(ensemble.neuron_type, where);
    if (parts.spikes) {
        result.has_base_type = true;
        const kernels::NeuronInfo& base = parts.neurons->info();
        for (int i = 0; i < base.n_states; ++i) {
            result.base_states.emplace_back(
                base.states[static_cast<std::size_t>(i)].name);
        }
        std::erase_if(result.states, [&](const std::string& state) {
            return state == "rate_out" ||
                   std::ranges::find(result.base_states, state) !=
                       result.base_states.end();
        });
    }
    return result;
}

outline::Node outline_of(const NodeData& node) {
    using Kind = outline::Node::Kind;
    outline::Node result = {
        .id = &node, .has_input = node.size_in > 0, .has_output = node.size_out > 0};
    switch (node.output.kind()) {
        case NodeOutput::Kind::constant:
            result.kind = Kind::constant;
            break;
        case NodeOutput::Kind::function_of_t:
        case NodeOutput::Kind::function_of_t_and_x:
            result.kind = Kind::function;
            break;
        case NodeOutput::Kind::process:
            result.kind = Kind::process;
            result.process = process_of(node.output.process());
            break;
        case NodeOutput::Kind::passthrough:
            result.kind = node.layer ? Kind::function : Kind::passthrough;
            break;
    }
    return result;
}

outline::Connection::Transform transform_of(const Transform& transform) {
    using Kind = outline::Connection::Transform;
    if (transform.is_none()) {
        return Kind::none;
    }
    if (std::holds_alternative<Sparse>(transform.value())) {
        return Kind::sparse;
    }
    if (std::holds_alternative<Convolution>(transform.value())) {
        return Kind::convolution;
    }
    if (std::holds_alternative<ConvolutionTranspose>(transform.value())) {
        return Kind::convolution_transpose;
    }
    const auto* array = std::get_if<Array>(&transform.value());
    return array != nullptr && array->rank() < 2 ? Kind::elementwise : Kind::dense;
}

outline::Connection outline_of(const ConnectionData& connection) {
    return {.id = &connection,
            .pre = view_of(connection.pre, Side::out),
            .post = view_of(connection.post, Side::in),
            .has_function = !connection.function.is_identity(),
            .full_weights = solves_for_weights(connection),
            .transform = transform_of(connection.transform),
            .synapse = process_of(connection.synapse),
            .rules = rules_of(connection)};
}

outline::Probe outline_of(const ProbeData& probe) {
    return {.id = &probe,
            .target = view_of(probe.target, Side::out),
            .attribute = probe_attribute(probe),
            .synapse = process_of(probe.synapse)};
}

void append(outline::Network& result, const NetworkData& network) {
    for (const auto& ensemble : network.ensembles) {
        result.emplace_back(outline_of(*ensemble));
    }
    for (const auto& node : network.nodes) {
        result.emplace_back(outline_of(*node));
    }
    for (const auto& child : network.networks) {
        append(result, *child);
    }
    for (const auto& connection : network.connections) {
        result.emplace_back(outline_of(*connection));
    }
    for (const auto& probe : network.probes) {
        result.emplace_back(outline_of(*probe));
    }
}

}  // namespace

outline::Network outline_of(const NetworkData& network) {
    outline::Network result;
    append(result, network);
    return result;
}

}  // namespace nengine

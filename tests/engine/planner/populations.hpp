#pragma once

#include <memory>
#include <string>

#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_filter.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "engine/planner/graph/graph.hpp"
#include "engine/planner/normalise/normalise.hpp"

namespace nengine::test {

using namespace engine;

/// Options of `populations`.
struct PopulationOptions {
    int count = 1;
    bool feedback = false;   ///< the decoded value, filtered, comes back to the input
    bool trainable = false;  ///< encoders, biases and decoders
};

/// Populations of 5 LIF neurons in 1 dimension, as Nengo's builder writes them: an
/// input signal of one element for each, encoders, biases, decoders, a synapse, and a
/// probe on all synapses' outputs.
inline std::shared_ptr<Model> populations(const PopulationOptions& options) {
    constexpr Index neurons = 5;
    auto model = std::make_shared<Model>(0.001);
    const Index n = options.count;
    const SignalId input = model->add_signal({.name = "input", .shape = {n}});
    const SignalId output = model->add_signal({.name = "output", .shape = {n}});
    model->inputs.push_back({"input", input, -1});
    model->add(Reset(output));
    for (Index i = 0; i < n; ++i) {
        const std::string name = "ens" + std::to_string(i);
        const auto constant = [&](const char* what, Shape shape, double value) {
            const auto size = static_cast<std::size_t>(shape_size(shape));
            const bool trainable = options.trainable && size > 2;
            return model->add_signal({.name = name + what,
                                      .shape = std::move(shape),
                                      .initial = std::vector<double>(size, value),
                                      .parameter = trainable ? name + what : "",
                                      .trainable = trainable});
        };
        const auto signal = [&](const char* what, Shape shape) {
            return model->add_signal({.name = name + what, .shape = std::move(shape)});
        };
        const SignalId in = signal(".in", {1}), current = signal(".current", {neurons});
        const SignalId spikes = signal(".spikes", {neurons}),
                       decoded = signal(".decoded", {1});
        const SignalId filtered = signal(".filtered", {1});
        model->add(Reset(in));
        model->add(Copy(model->add_slice(input, i, 1), in, true));
        model->add(Copy(constant(".bias", {neurons}, 1.5), current, false));
        model->add(DotInc(constant(".encoders", {neurons, 1}, 0.7 + 0.01 * double(i)),
                          in, current));
        model->add(SimNeurons(
            neuron_type("LIF"), current, spikes,
            {signal(".voltage", {neurons}), signal(".refractory", {neurons})},
            {constant(".tau_rc", {1}, 0.02), constant(".tau_ref", {1}, 0.002),
             constant(".amplitude", {1}, 1), constant(".min_voltage", {1}, 0)}));
        model->add(Reset(decoded));
        model->add(DotInc(constant(".decoders", {1, neurons}, 0.002), spikes, decoded));
        model->add(SimFilter(FilterForm::first_order, 1, decoded, filtered,
                             constant(".filter", {2}, 0.5), signal(".memory", {1, 1})));
        model->add(Copy(filtered, model->add_slice(output, i, 1), true));
        if (options.feedback) {
            model->add(Copy(filtered, in, true));
        }
    }
    model->probes.push_back({.name = "output", .signal = output});
    return model;
}

/// The normal form with the input fed every step and every probe observed.
inline Graph normal_form(const std::shared_ptr<const Model>& model,
                         PlanMode mode = to_run) {
    std::vector<int> probes;
    for (std::size_t p = 0; p < model->probes.size(); ++p) {
        probes.push_back(static_cast<int>(p));
    }
    return normalise(model, std::vector<int>(model->inputs.size(), 1),
                     {.probes = probes}, mode);
}

/// How many nodes have an operator of this type.
inline int count(const Graph& graph, const std::string& type) {
    int n = 0;
    for (const Node& node : graph.nodes) {
        n += node.op->type() == type ? 1 : 0;
    }
    return n;
}

/// How many nodes run in stages of this kind.
inline int count(const Graph& graph, StageKind kind) {
    int n = 0;
    for (const GraphStage& stage : graph.stages) {
        n += stage.kind == kind ? static_cast<int>(stage.nodes.size()) : 0;
    }
    return n;
}

}  // namespace nengine::test

#include "api/builder/build_state.hpp"
#include "api/builder/numerics/distributions.hpp"
#include "engine/operators/operators.hpp"

namespace nengine {

namespace {

using detail::EnsembleData;

struct Neuron {
    NeuronType type;
    std::vector<double> params;  ///< in NeuronInfo's order
    const InitialState* initial = nullptr;
    double tau_rc = 0.0;  ///< 0: none
};

struct NeuronOf {
    Neuron operator()(const LIF& n) const {
        return {NeuronType::lif,
                {n.tau_rc, n.tau_ref, n.amplitude, n.min_voltage},
                &n.initial_state,
                n.tau_rc};
    }
    Neuron operator()(const LIFRate& n) const {
        return {NeuronType::lif_rate,
                {n.tau_rc, n.tau_ref, n.amplitude},
                nullptr,
                n.tau_rc};
    }
    Neuron operator()(const SoftLIFRate& n) const {
        return {NeuronType::soft_lif_rate,
                {n.tau_rc, n.tau_ref, n.amplitude, n.sigma},
                nullptr,
                n.tau_rc};
    }
    Neuron operator()(const RectifiedLinear& n) const {
        return {NeuronType::rectified_linear, {n.amplitude}};
    }
    Neuron operator()(const SpikingRectifiedLinear& n) const {
        return {NeuronType::spiking_rectified_linear, {n.amplitude}, &n.initial_state};
    }
    Neuron operator()(const Sigmoid& n) const {
        return {NeuronType::sigmoid, {n.tau_ref}};
    }
    Neuron operator()(const Tanh& n) const { return {NeuronType::tanh, {n.tau_ref}}; }
};

void check_neuron(const Neuron& neuron, const std::string& where) {
    const NeuronInfo& info = neuron_info(neuron.type);
    const auto need_above = [&](std::size_t i, bool zero_allowed) {
        const double value = neuron.params[i];
        if (!(value > 0.0) && !(zero_allowed && value == 0.0)) {
            throw ValidationError(where + ": " + std::string(info.name) + ": got " +
                                  std::string(info.params[i]) + ' ' +
                                  std::to_string(value) + ", needs a number above 0");
        }
    };
    for (std::size_t i = 0; i < neuron.params.size(); ++i) {
        const auto& name = info.params[i];
        if (name != "min_voltage") {
            need_above(i, name == "tau_ref" && neuron.tau_rc > 0.0);
        }
    }
}

void check_initial(const Neuron& neuron, const std::string& where) {
    if (neuron.initial == nullptr) {
        return;
    }
    const NeuronInfo& info = neuron_info(neuron.type);
    for (const auto& [name, values] : *neuron.initial) {
        bool known = false;
        for (int i = 0; i < info.n_states; ++i) {
            known = known || info.states[static_cast<std::size_t>(i)] == name;
        }
        if (!known) {
            throw ValidationError(where + ": initial_state: got '" + name +
                                  "', which is no state of " + std::string(info.name));
        }
    }
}

/// Voltages start from U(0, 1), everything else from 0, unless the user says otherwise.
Vector initial_values(const Neuron& neuron, const std::string& state, Index count,
                      RandomState& rng, const std::string& where) {
    if (neuron.initial != nullptr) {
        if (const auto at = neuron.initial->find(state); at != neuron.initial->end()) {
            return values_or_samples(at->second, count, rng, where + ": " + state);
        }
    }
    if (state == "voltage") {
        return sample(Uniform{}, count, rng);
    }
    return Vector::Zero(count);
}

}  // namespace

void check_neurons(const EnsembleData& ensemble) {
    const Neuron neuron = std::visit(NeuronOf{}, ensemble.neuron_type);
    check_neuron(neuron, describe(ensemble));
    check_initial(neuron, describe(ensemble));
}

void build_neurons(BuildState& state, const EnsembleData& ensemble,
                   BuiltEnsembleParts& parts) {
    const Neuron neuron = std::visit(NeuronOf{}, ensemble.neuron_type);
    const std::string where = describe(ensemble);
    const NeuronInfo& info = neuron_info(neuron.type);
    const std::string base = detail::name(ensemble);
    // Nengo gives the states a generator of their own.
    RandomState rng(state.seed(ensemble) + 1);
    std::vector<SignalId> states, params;
    for (int i = 0; i < info.n_states; ++i) {
        const std::string name(info.states[static_cast<std::size_t>(i)]);
        const Shape shape = {ensemble.n_neurons};
        auto values =
            values_of(initial_values(neuron, name, ensemble.n_neurons, rng, where));
        states.push_back(name == "voltage"
                             ? state.parameter(ensemble, name, shape, values, false)
                             : state.variable(base + '.' + name, shape, values));
        parts.states.emplace(name, states.back());
    }
    for (const double param : neuron.params) {
        params.push_back(state.scalar(param));
    }
    SimNeurons op(neuron.type, parts.neurons_in, parts.neurons_out, states, params);
    op.max_ratio = neuron.tau_rc > 0.0 ? state.dt / neuron.tau_rc : 0.0;
    state.add(std::move(op), base + ".neurons");
}

void build_ensemble(BuildState& state, const EnsembleData& ensemble) {
    BuiltEnsembleParts& parts = state.ensemble(ensemble);
    const std::string base = detail::name(ensemble);
    const bool has_input = state.ensembles_with_input.contains(&ensemble);
    if (has_input) {
        parts.in = state.signal(base + ".in", ensemble.dimensions);
        state.add(Reset(parts.in), base + ".in");
    }
    parts.neurons_in = state.signal(base + ".neurons.in", ensemble.n_neurons);
    parts.neurons_out = state.signal(base + ".neurons.out", ensemble.n_neurons);
    parts.bias_signal =
        state.parameter(ensemble, "bias", {ensemble.n_neurons}, values_of(parts.bias),
                        neurons_trainable(ensemble));
    state.add(Copy(parts.bias_signal, parts.neurons_in, false), base + ".bias");
    build_neurons(state, ensemble, parts);
    if (has_input) {
        parts.encoders_signal = state.parameter(
            ensemble, "encoders", {ensemble.n_neurons, ensemble.dimensions},
            values_of(parts.scaled_encoders), is_trainable(ensemble));
        state.add(DotInc(parts.encoders_signal, parts.in, parts.neurons_in),
                  base + ".encoders");
    }
}

}  // namespace nengine

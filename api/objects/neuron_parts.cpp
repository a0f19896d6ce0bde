#include "api/objects/neuron_parts.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>
#include <vector>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/error.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine {
namespace {

NeuronPart custom_part(const CustomNeuron& n, const std::string& where) {
    const auto type = kernels::find_neuron(n.type);
    if (!type || kernels::is_built_in(*type)) {
        std::string known;
        for (const auto name : kernels::registered_neuron_names()) {
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        throw ValidationError(where + ": got neuron type '" + n.type +
                              "', needs a registered one (" +
                              (known.empty() ? "there is none" : known) + ")");
    }
    const kernels::RegisteredNeuron& registered = kernels::registered_neuron(*type);
    NeuronPart part{{*type, {}}, &n.initial_state};
    const auto* const names = registered.info.params.data();
    const int count = registered.info.n_params;
    auto& params = part.neuron.params;
    params.assign(registered.defaults.begin(), registered.defaults.begin() + count);
    for (const auto& [name, value] : n.params) {
        const auto* const at = std::find(names, names + count, name);
        if (at == names + count) {
            throw ValidationError(where + ": " + n.type + ": got parameter '" + name +
                                  "', which it does not have");
        }
        params[static_cast<std::size_t>(at - names)] = value;
    }
    return part;
}

/// Constants of a model are finite: -infinity, which is no bound, is far below all.
double bound(double min_voltage) {
    constexpr double lowest = -1e30;
    return std::max(min_voltage, lowest);
}

/// A built-in type: its name and its parameters in the order of its functor.
NeuronPart part(const char* name, std::vector<double> params,
                const InitialState* initial = nullptr) {
    return {{kernels::neuron_type(name), std::move(params)}, initial};
}

struct PartOf {
    const std::string& where;

    NeuronPart operator()(const LIF& n) const {
        return part("LIF", {n.tau_rc, n.tau_ref, n.amplitude, bound(n.min_voltage)},
                    &n.initial_state);
    }
    NeuronPart operator()(const LIFRate& n) const {
        return part("LIFRate", {n.tau_rc, n.tau_ref, n.amplitude});
    }
    NeuronPart operator()(const SoftLIFRate& n) const {
        return part("SoftLIFRate", {n.tau_rc, n.tau_ref, n.amplitude, n.sigma});
    }
    NeuronPart operator()(const AdaptiveLIF& n) const {
        return part(
            "AdaptiveLIF",
            {n.tau_rc, n.tau_ref, n.amplitude, bound(n.min_voltage), n.tau_n, n.inc_n},
            &n.initial_state);
    }
    NeuronPart operator()(const AdaptiveLIFRate& n) const {
        return part("AdaptiveLIFRate",
                    {n.tau_rc, n.tau_ref, n.amplitude, n.tau_n, n.inc_n},
                    &n.initial_state);
    }
    NeuronPart operator()(const Izhikevich& n) const {
        return part("Izhikevich",
                    {n.tau_recovery, n.coupling, n.reset_voltage, n.reset_recovery},
                    &n.initial_state);
    }
    NeuronPart operator()(const AdaptiveExponential& n) const {
        return part("AdaptiveExponential",
                    {n.tau_rc, n.slope, n.tau_w, n.coupling, n.increment, n.v_reset},
                    &n.initial_state);
    }
    NeuronPart operator()(const RectifiedLinear& n) const {
        return part("RectifiedLinear", {n.amplitude});
    }
    NeuronPart operator()(const SpikingRectifiedLinear& n) const {
        return part("SpikingRectifiedLinear", {n.amplitude}, &n.initial_state);
    }
    NeuronPart operator()(const LeakyReLU& n) const {
        return part("LeakyReLU", {n.amplitude, n.negative_slope});
    }
    NeuronPart operator()(const SpikingLeakyReLU& n) const {
        return part("SpikingLeakyReLU", {n.amplitude, n.negative_slope},
                    &n.initial_state);
    }
    NeuronPart operator()(const Sigmoid& n) const {
        return part("Sigmoid", {n.tau_ref});
    }
    NeuronPart operator()(const Tanh& n) const { return part("Tanh", {n.tau_ref}); }
    NeuronPart operator()(const CustomNeuron& n) const { return custom_part(n, where); }
};

struct PartsOf {
    const std::string& where;

    template <class Type>
    NeuronParts operator()(const Type& n) const {
        return {PartOf{where}(n), std::nullopt};
    }
    NeuronParts operator()(const Direct&) const { return {}; }
    NeuronParts operator()(const RegularSpiking& n) const {
        return spikes(n, SpikePart::Kind::regular, "RegularSpiking");
    }
    NeuronParts operator()(const StochasticSpiking& n) const {
        return spikes(n, SpikePart::Kind::stochastic, "StochasticSpiking");
    }
    NeuronParts operator()(const PoissonSpiking& n) const {
        return spikes(n, SpikePart::Kind::poisson, "PoissonSpiking");
    }

    template <class Type>
    NeuronParts spikes(const Type& n, SpikePart::Kind kind, const char* name) const {
        return {std::visit(PartOf{where}, n.base_type),
                SpikePart{kind, name, n.amplitude, &n.initial_state}};
    }
};

/// Nengo's bounds, as the functors have them.
void check_param(std::string_view type, std::string_view name, double value,
                 kernels::ParamBound bound, const std::string& where) {
    const auto fail = [&](const char* needs) {
        throw ValidationError(where + ": " + std::string(type) + ": got " +
                              std::string(name) + ' ' + number_text(value) +
                              ", needs a number " + needs);
    };
    if (!std::isfinite(value)) {
        fail("that is finite");
    }
    if (bound == kernels::ParamBound::at_most_0 && value > 0.0) {
        fail("of at most 0");
    }
    if (bound == kernels::ParamBound::at_least_0 && value < 0.0) {
        fail("of at least 0");
    }
    if (bound == kernels::ParamBound::above_0 && !(value > 0.0)) {
        fail("above 0");
    }
}

void check_initial(const InitialState* initial, const kernels::NeuronInfo& info,
                   const std::string& type, const std::string& where) {
    if (initial == nullptr) {
        return;
    }
    for (const auto& [name, values] : *initial) {
        bool known = false;
        std::string names;
        for (int i = 0; i < info.n_states; ++i) {
            const auto& state = info.states[static_cast<std::size_t>(i)].name;
            known = known || state == name;
            names += (i == 0 ? "" : ", ") + std::string(state);
        }
        if (!known) {
            throw ValidationError(where + ": " + type + ": initial_state: got '" +
                                  name + "', which is no state of it (" +
                                  (names.empty() ? "it has none" : names) + ")");
        }
    }
}

kernels::NeuronInfo spike_info(const SpikePart& spikes) {
    if (spikes.kind == SpikePart::Kind::regular) {
        return kernels::neuron_info(kernels::neuron_type("RegularSpiking"));
    }
    kernels::NeuronInfo info =
        kernels::neuron_info(kernels::neuron_type("RegularSpiking"));
    info.n_states = 0;
    return info;
}

void check_spikes(const NeuronPart& base, const SpikePart& spikes,
                  const std::string& where) {
    check_param(spikes.name, "amplitude", spikes.amplitude,
                kernels::ParamBound::above_0, where);
    const kernels::NeuronInfo info = spike_info(spikes);
    check_initial(spikes.initial, info, spikes.name, where);
    for (int i = 0; i < info.n_states; ++i) {
        for (int k = 0; k < base.info().n_states; ++k) {
            const auto& state = info.states[static_cast<std::size_t>(i)].name;
            if (state == base.info().states[static_cast<std::size_t>(k)].name) {
                throw ValidationError(where + ": " + spikes.name + ": got base type " +
                                      std::string(base.info().name) +
                                      ", which has a state '" + std::string(state) +
                                      "' too, needs one without");
            }
        }
    }
}

}  // namespace

NeuronParts neuron_parts(const NeuronModel& model, const std::string& where) {
    return std::visit(PartsOf{where}, model);
}

void check_neuron_parts(const NeuronParts& parts, const std::string& where) {
    if (parts.direct()) {
        return;
    }
    const NeuronPart& neurons = *parts.neurons;
    const kernels::NeuronInfo& info = neurons.info();
    const std::vector<double>& params = neurons.neuron.params;
    for (std::size_t i = 0; i < params.size(); ++i) {
        check_param(info.name, info.params[i], params[i], info.bounds[i], where);
    }
    check_initial(neurons.initial, info, std::string(info.name), where);
    if (parts.spikes) {
        check_spikes(neurons, *parts.spikes, where);
    }
}

TunedNeuron tuned_neuron(const NeuronModel& model) {
    const NeuronParts parts = neuron_parts(model, "neuron type");
    assert(!parts.direct());
    return parts.neurons->neuron;
}

namespace detail {

bool is_direct(const EnsembleData& ensemble) {
    return std::holds_alternative<Direct>(ensemble.neuron_type);
}

const EnsembleData* decoded_ensemble(const ObjectView& view) {
    const EnsembleData* ensemble = as_ensemble(view);
    return ensemble != nullptr && !is_direct(*ensemble) ? ensemble : nullptr;
}

std::vector<std::string> neuron_states(const NeuronModel& neuron_type,
                                       const std::string& where) {
    const NeuronParts parts = neuron_parts(neuron_type, where);
    std::vector<std::string> names;
    const auto append = [&](const kernels::NeuronInfo& info) {
        for (int i = 0; i < info.n_states; ++i) {
            names.emplace_back(info.states[static_cast<std::size_t>(i)].name);
        }
    };
    if (parts.spikes) {
        names.emplace_back("rate_out");
        append(spike_info(*parts.spikes));
    }
    if (parts.neurons) {
        append(parts.neurons->info());
    }
    return names;
}

}  // namespace detail

}  // namespace nengine

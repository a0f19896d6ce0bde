#include "api/objects/neuron_parts.hpp"

#include <algorithm>
#include <cmath>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/error.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine {
namespace {

NeuronPart custom_part(const CustomNeuron& n, const std::string& where) {
    const auto type = find_neuron(n.type);
    if (!type || static_cast<int>(*type) < n_built_in_neurons) {
        std::string known;
        for (const auto name : registered_neuron_names()) {
            known += (known.empty() ? "" : ", ") + std::string(name);
        }
        throw ValidationError(where + ": got neuron type '" + n.type +
                              "', needs a registered one (" +
                              (known.empty() ? "there is none" : known) + ")");
    }
    const RegisteredNeuron& registered = registered_neuron(*type);
    NeuronPart part{*type, {}, &n.initial_state};
    const auto* const names = registered.info.params.data();
    const int count = registered.info.n_params;
    part.params.assign(registered.defaults.begin(),
                       registered.defaults.begin() + count);
    for (const auto& [name, value] : n.params) {
        const auto* const at = std::find(names, names + count, name);
        if (at == names + count) {
            throw ValidationError(where + ": " + n.type + ": got parameter '" + name +
                                  "', which it does not have");
        }
        part.params[static_cast<std::size_t>(at - names)] = value;
    }
    return part;
}

/// Constants of a model are finite: -infinity, which is no bound, is far below all.
double bound(double min_voltage) {
    constexpr double lowest = -1e30;
    return std::max(min_voltage, lowest);
}

struct PartOf {
    const std::string& where;

    NeuronPart operator()(const LIF& n) const {
        return {NeuronType::lif,
                {n.tau_rc, n.tau_ref, n.amplitude, bound(n.min_voltage)},
                &n.initial_state,
                n.tau_rc};
    }
    NeuronPart operator()(const LIFRate& n) const {
        return {NeuronType::lif_rate,
                {n.tau_rc, n.tau_ref, n.amplitude},
                nullptr,
                n.tau_rc};
    }
    NeuronPart operator()(const SoftLIFRate& n) const {
        return {NeuronType::soft_lif_rate,
                {n.tau_rc, n.tau_ref, n.amplitude, n.sigma},
                nullptr,
                n.tau_rc};
    }
    NeuronPart operator()(const AdaptiveLIF& n) const {
        return {
            NeuronType::adaptive_lif,
            {n.tau_rc, n.tau_ref, n.amplitude, bound(n.min_voltage), n.tau_n, n.inc_n},
            &n.initial_state,
            n.tau_rc};
    }
    NeuronPart operator()(const AdaptiveLIFRate& n) const {
        return {NeuronType::adaptive_lif_rate,
                {n.tau_rc, n.tau_ref, n.amplitude, n.tau_n, n.inc_n},
                &n.initial_state,
                n.tau_rc};
    }
    NeuronPart operator()(const Izhikevich& n) const {
        return {NeuronType::izhikevich,
                {n.tau_recovery, n.coupling, n.reset_voltage, n.reset_recovery},
                &n.initial_state};
    }
    NeuronPart operator()(const RectifiedLinear& n) const {
        return {NeuronType::rectified_linear, {n.amplitude}};
    }
    NeuronPart operator()(const SpikingRectifiedLinear& n) const {
        return {NeuronType::spiking_rectified_linear, {n.amplitude}, &n.initial_state};
    }
    NeuronPart operator()(const LeakyReLU& n) const {
        return {NeuronType::leaky_relu, {n.amplitude, n.negative_slope}};
    }
    NeuronPart operator()(const SpikingLeakyReLU& n) const {
        return {NeuronType::spiking_leaky_relu,
                {n.amplitude, n.negative_slope},
                &n.initial_state};
    }
    NeuronPart operator()(const Sigmoid& n) const {
        return {NeuronType::sigmoid, {n.tau_ref}};
    }
    NeuronPart operator()(const Tanh& n) const {
        return {NeuronType::tanh, {n.tau_ref}};
    }
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

/// Nengo's bounds; parameters that are not here may be any finite number.
void check_param(std::string_view type, std::string_view name, double value,
                 bool zero_tau_ref, const std::string& where) {
    const auto fail = [&](const char* needs) {
        throw ValidationError(where + ": " + std::string(type) + ": got " +
                              std::string(name) + ' ' + number_text(value) +
                              ", needs a number " + needs);
    };
    if (!std::isfinite(value)) {
        fail("that is finite");
    }
    if (name == "min_voltage" && value > 0.0) {
        fail("of at most 0");
    }
    const bool at_least_0 =
        name == "inc_n" || name == "coupling" || (name == "tau_ref" && zero_tau_ref);
    if (at_least_0 && value < 0.0) {
        fail("of at least 0");
    }
    const bool above_0 = name == "tau_rc" || name == "tau_n" ||
                         name == "tau_recovery" || name == "amplitude" ||
                         name == "sigma" || (name == "tau_ref" && !zero_tau_ref);
    if (above_0 && !(value > 0.0)) {
        fail("above 0");
    }
}

void check_initial(const InitialState* initial, const NeuronInfo& info,
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

NeuronInfo spike_info(const SpikePart& spikes) {
    if (spikes.kind == SpikePart::Kind::regular) {
        return neuron_info(NeuronType::regular_spiking);
    }
    NeuronInfo info = neuron_info(NeuronType::regular_spiking);
    info.n_states = 0;
    return info;
}

void check_spikes(const NeuronPart& base, const SpikePart& spikes,
                  const std::string& where) {
    check_param(spikes.name, "amplitude", spikes.amplitude, false, where);
    const NeuronInfo info = spike_info(spikes);
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

struct CurveOf {
    NeuronCurve operator()(const LIF& type) const {
        return {NeuronKind::lif, type.tau_rc, type.tau_ref, type.amplitude};
    }
    NeuronCurve operator()(const LIFRate& type) const {
        return {NeuronKind::lif_rate, type.tau_rc, type.tau_ref, type.amplitude};
    }
    NeuronCurve operator()(const AdaptiveLIF& type) const {
        return {NeuronKind::lif, type.tau_rc, type.tau_ref, type.amplitude};
    }
    NeuronCurve operator()(const AdaptiveLIFRate& type) const {
        return {NeuronKind::lif_rate, type.tau_rc, type.tau_ref, type.amplitude};
    }
    NeuronCurve operator()(const SoftLIFRate& type) const {
        return {NeuronKind::soft_lif_rate, type.tau_rc, type.tau_ref, type.amplitude,
                type.sigma};
    }
    NeuronCurve operator()(const RectifiedLinear& type) const {
        return {.kind = NeuronKind::rectified_linear, .amplitude = type.amplitude};
    }
    NeuronCurve operator()(const SpikingRectifiedLinear& type) const {
        return {.kind = NeuronKind::spiking_rectified_linear,
                .amplitude = type.amplitude};
    }
    NeuronCurve operator()(const LeakyReLU& type) const {
        return {.kind = NeuronKind::leaky_relu,
                .amplitude = type.amplitude,
                .negative_slope = type.negative_slope};
    }
    NeuronCurve operator()(const SpikingLeakyReLU& type) const {
        return {.kind = NeuronKind::leaky_relu,
                .amplitude = type.amplitude,
                .negative_slope = type.negative_slope};
    }
    NeuronCurve operator()(const Sigmoid& type) const {
        return {.kind = NeuronKind::sigmoid, .tau_ref = type.tau_ref};
    }
    NeuronCurve operator()(const Tanh& type) const {
        return {.kind = NeuronKind::tanh, .tau_ref = type.tau_ref};
    }
    NeuronCurve operator()(const Izhikevich& type) const {
        return {.kind = NeuronKind::izhikevich,
                .params = {type.tau_recovery, type.coupling, type.reset_voltage,
                           type.reset_recovery}};
    }
    NeuronCurve operator()(const CustomNeuron& type) const {
        const NeuronPart part = custom_part(type, "neuron type");
        return {.kind = NeuronKind::custom,
                .params = part.params,
                .functions = registered_neuron(part.type).curve};
    }
    NeuronCurve operator()(const RegularSpiking& type) const {
        return std::visit(CurveOf{}, type.base_type);
    }
    NeuronCurve operator()(const StochasticSpiking& type) const {
        return std::visit(CurveOf{}, type.base_type);
    }
    NeuronCurve operator()(const PoissonSpiking& type) const {
        return std::visit(CurveOf{}, type.base_type);
    }
    NeuronCurve operator()(const Direct&) const { return {.kind = NeuronKind::direct}; }
};

}  // namespace

NeuronParts neuron_parts(const NeuronModel& model, const std::string& where) {
    return std::visit(PartsOf{where}, model);
}

void check_neuron_parts(const NeuronParts& parts, const std::string& where) {
    if (parts.direct()) {
        return;
    }
    const NeuronPart& neurons = *parts.neurons;
    const NeuronInfo& info = neurons.info();
    const bool custom = static_cast<int>(neurons.type) >= n_built_in_neurons;
    for (std::size_t i = 0; i < neurons.params.size(); ++i) {
        // Of a user's type only the user knows which numbers can be.
        check_param(info.name, custom ? std::string_view() : info.params[i],
                    neurons.params[i], neurons.tau_rc > 0.0, where);
    }
    check_initial(neurons.initial, info, std::string(info.name), where);
    if (parts.spikes) {
        check_spikes(neurons, *parts.spikes, where);
    }
}

NeuronCurve neuron_curve(const NeuronModel& model) {
    return std::visit(CurveOf{}, model);
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
    const auto append = [&](const NeuronInfo& info) {
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

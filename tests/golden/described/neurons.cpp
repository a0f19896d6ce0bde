#include "tests/golden/described/values.hpp"

namespace nengine::test::described {

namespace {

/// Types that others may be based on.
template <class Base>
Kinds<Base> base_neurons() {
    return Kinds<Base>()
        .template add<LIF>("LIF", {{"tau_rc", &LIF::tau_rc},
                                   {"tau_ref", &LIF::tau_ref},
                                   {"amplitude", &LIF::amplitude},
                                   {"min_voltage", &LIF::min_voltage},
                                   {"initial_state", &LIF::initial_state}})
        .template add<LIFRate>("LIFRate", {{"tau_rc", &LIFRate::tau_rc},
                                           {"tau_ref", &LIFRate::tau_ref},
                                           {"amplitude", &LIFRate::amplitude}})
        .template add<AdaptiveLIF>("AdaptiveLIF",
                                   {{"tau_n", &AdaptiveLIF::tau_n},
                                    {"inc_n", &AdaptiveLIF::inc_n},
                                    {"tau_rc", &AdaptiveLIF::tau_rc},
                                    {"tau_ref", &AdaptiveLIF::tau_ref},
                                    {"amplitude", &AdaptiveLIF::amplitude},
                                    {"min_voltage", &AdaptiveLIF::min_voltage},
                                    {"initial_state", &AdaptiveLIF::initial_state}})
        .template add<AdaptiveLIFRate>(
            "AdaptiveLIFRate", {{"tau_n", &AdaptiveLIFRate::tau_n},
                                {"inc_n", &AdaptiveLIFRate::inc_n},
                                {"tau_rc", &AdaptiveLIFRate::tau_rc},
                                {"tau_ref", &AdaptiveLIFRate::tau_ref},
                                {"amplitude", &AdaptiveLIFRate::amplitude},
                                {"initial_state", &AdaptiveLIFRate::initial_state}})
        .template add<Izhikevich>("Izhikevich",
                                  {{"initial_state", &Izhikevich::initial_state}})
        .template add<RectifiedLinear>("RectifiedLinear",
                                       {{"amplitude", &RectifiedLinear::amplitude}})
        .template add<SpikingRectifiedLinear>(
            "SpikingRectifiedLinear",
            {{"amplitude", &SpikingRectifiedLinear::amplitude},
             {"initial_state", &SpikingRectifiedLinear::initial_state}})
        .template add<Sigmoid>("Sigmoid", {{"tau_ref", &Sigmoid::tau_ref}})
        .template add<Tanh>("Tanh", {{"tau_ref", &Tanh::tau_ref}});
}

/// RegularSpiking, StochasticSpiking and PoissonSpiking.
template <class T>
Parameters<T> spikes_of_rates() {
    return {{"base_type", &T::base_type},
            {"amplitude", &T::amplitude},
            {"initial_state", &T::initial_state}};
}

}  // namespace

const Kinds<NeuronModel>& neurons() {
    static const auto kinds =
        base_neurons<NeuronModel>()
            .add<Direct>("Direct")
            .add("RegularSpiking", spikes_of_rates<RegularSpiking>())
            .add("StochasticSpiking", spikes_of_rates<StochasticSpiking>())
            .add("PoissonSpiking", spikes_of_rates<PoissonSpiking>());
    return kinds;
}

template <>
NeuronModel read<NeuronModel>(const Json& from) {
    return neurons().make(from);
}

template <>
BaseNeuron read<BaseNeuron>(const Json& from) {
    static const auto kinds = base_neurons<BaseNeuron>();
    return kinds.make(from);
}

template <>
InitialState read<InitialState>(const Json& from) {
    InitialState result;
    for (const auto& [name, start] : from.items()) {
        result.emplace(name, read<DistributionOrArray>(start));
    }
    return result;
}

}  // namespace nengine::test::described

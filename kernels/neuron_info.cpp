#include "kernels/neuron_info.hpp"

#include "kernels/neuron_registry.hpp"

namespace nengine {
namespace {

constexpr NeuronState voltage{"voltage", 0, 1}, refractory_time{"refractory_time"},
    adaptation{"adaptation"}, recovery{"recovery"};

constexpr NeuronInfo built_in(NeuronType type) {
    using enum NeuronType;
    constexpr bool spiking = true, has_rate = true;
    switch (type) {
        case lif:
            return {"LIF",    spiking,
                    lif_rate, has_rate,
                    2,        {voltage, refractory_time},
                    4,        {"tau_rc", "tau_ref", "amplitude", "min_voltage"}};
        case lif_rate:
            return {"LIFRate", !spiking, lif_rate, has_rate,
                    0,         {},       3,        {"tau_rc", "tau_ref", "amplitude"}};
        case soft_lif_rate:
            return {"SoftLIFRate",
                    !spiking,
                    soft_lif_rate,
                    has_rate,
                    0,
                    {},
                    4,
                    {"tau_rc", "tau_ref", "amplitude", "sigma"}};
        case rectified_linear:
            return {"RectifiedLinear", !spiking, rectified_linear, has_rate, 0, {}, 1,
                    {"amplitude"}};
        case spiking_rectified_linear:
            return {"SpikingRectifiedLinear",
                    spiking,
                    rectified_linear,
                    has_rate,
                    1,
                    {voltage},
                    1,
                    {"amplitude"}};
        case sigmoid:
            return {"Sigmoid", !spiking, sigmoid, has_rate, 0, {}, 1, {"tau_ref"}};
        case tanh:
            return {"Tanh", !spiking, tanh, has_rate, 0, {}, 1, {"tau_ref"}};
        case adaptive_lif:
            return {
                "AdaptiveLIF",
                spiking,
                lif_rate,
                has_rate,
                3,
                {voltage, refractory_time, adaptation},
                6,
                {"tau_rc", "tau_ref", "amplitude", "min_voltage", "tau_n", "inc_n"}};
        case adaptive_lif_rate:
            return {"AdaptiveLIFRate",
                    !spiking,
                    lif_rate,
                    has_rate,
                    1,
                    {adaptation},
                    5,
                    {"tau_rc", "tau_ref", "amplitude", "tau_n", "inc_n"}};
        case izhikevich:
            return {"Izhikevich",
                    spiking,
                    izhikevich,
                    !has_rate,
                    2,
                    {voltage, recovery},
                    4,
                    {"tau_recovery", "coupling", "reset_voltage", "reset_recovery"}};
        case leaky_relu:
            return {"LeakyReLU", !spiking, leaky_relu, has_rate,
                    0,           {},       2,          {"amplitude", "negative_slope"}};
        case spiking_leaky_relu:
            return {"SpikingLeakyReLU",
                    spiking,
                    leaky_relu,
                    has_rate,
                    1,
                    {voltage},
                    2,
                    {"amplitude", "negative_slope"}};
        default:
            return {"RegularSpiking", spiking, regular_spiking, has_rate, 1,
                    {voltage},        1,       {"amplitude"}};
    }
}

struct BuiltIn {
    NeuronInfo info[n_built_in_neurons]{};
    constexpr BuiltIn() {
        for (int i = 0; i < n_built_in_neurons; ++i) {
            info[i] = built_in(static_cast<NeuronType>(i));
        }
    }
};

}  // namespace

const NeuronInfo& neuron_info(NeuronType type) {
    static constexpr BuiltIn table;
    const int i = static_cast<int>(type);
    return i < n_built_in_neurons ? table.info[i] : registered_neuron(type).info;
}

}  // namespace nengine

#include "kernels/neuron_scan.hpp"

namespace nengine {

const NeuronInfo& neuron_info(NeuronType type) {
    using enum NeuronType;
    static constexpr NeuronInfo info[] = {
        {"LIF",
         true,
         lif_rate,
         2,
         {"voltage", "refractory_time"},
         4,
         {"tau_rc", "tau_ref", "amplitude", "min_voltage"}},
        {"LIFRate", false, lif_rate, 0, {}, 3, {"tau_rc", "tau_ref", "amplitude"}},
        {"SoftLIFRate",
         false,
         soft_lif_rate,
         0,
         {},
         4,
         {"tau_rc", "tau_ref", "amplitude", "sigma"}},
        {"RectifiedLinear", false, rectified_linear, 0, {}, 1, {"amplitude"}},
        {"SpikingRectifiedLinear",
         true,
         rectified_linear,
         1,
         {"voltage"},
         1,
         {"amplitude"}},
        {"Sigmoid", false, sigmoid, 0, {}, 1, {"tau_ref"}},
        {"Tanh", false, tanh, 0, {}, 1, {"tau_ref"}},
    };
    return info[static_cast<int>(type)];
}

}  // namespace nengine

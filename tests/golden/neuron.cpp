#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

const std::vector<std::string> lif = {"output", "voltage", "refractory_time"};
const std::vector<std::string> rate = {"output"};

Network neurons(const NeuronModel& type, std::uint32_t seed,
                const std::vector<std::string>& attributes,
                const OrDefault<DistributionOrArray>& max_rates = {}) {
    Network net({.seed = seed});
    auto u = net.node(ramp, {.label = "u"});
    auto a = net.ensemble(10, 1,
                          {.label = "a", .max_rates = max_rates, .neuron_type = type});
    net.connect(u, a, {.label = "ua", .synapse = None});
    for (const auto& attribute : attributes) {
        net.probe(a.neurons, {.label = "neurons_" + attribute, .attr = attribute});
    }
    net.probe(a.neurons, {.label = "neurons_input", .attr = "input"});
    net.probe(a, {.label = "decoded", .synapse = 0.01});
    return net;
}

}  // namespace

GOLDEN_NETWORK(neuron_lif) {
    return neurons(LIF{}, 31, lif);
}

GOLDEN_NETWORK(neuron_lif_parameters) {
    return neurons(
        LIF{.tau_rc = 0.04, .tau_ref = 0.0015, .amplitude = 0.4, .min_voltage = -0.5},
        32, lif);
}

GOLDEN_NETWORK(neuron_lif_fast) {
    return neurons(LIF{.tau_ref = 0.0}, 33, lif, Uniform{600, 900});
}

GOLDEN_NETWORK(neuron_lifrate) {
    return neurons(LIFRate{.amplitude = 0.7}, 34, rate);
}

GOLDEN_NETWORK(neuron_relu) {
    return neurons(RectifiedLinear{.amplitude = 0.5}, 37, rate);
}

GOLDEN_NETWORK(neuron_spiking_relu) {
    return neurons(SpikingRectifiedLinear{.amplitude = 0.1}, 38, {"output", "voltage"},
                   Uniform{500, 2500});
}

GOLDEN_NETWORK(neuron_sigmoid) {
    return neurons(Sigmoid{.tau_ref = 0.002}, 39, rate, Uniform{300, 450});
}

GOLDEN_NETWORK(neuron_tanh) {
    return neurons(Tanh{}, 40, rate);
}

}  // namespace nengine::test

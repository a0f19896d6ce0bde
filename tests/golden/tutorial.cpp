#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

Network relu_sine(const NeuronModel& type) {
    constexpr double pi = 3.141592653589793;
    Network net({.seed = 2});
    net.config.ensemble.neuron_type = type;
    auto u =
        net.node([](double t) { return std::sin(2 * pi * t); }, {.label = "input"});
    auto a = net.ensemble(
        10, 1,
        {.label = "a", .max_rates = Uniform{100, 200}, .intercepts = Uniform{-1, 0.9}});
    net.connect(u, a, {.label = "input_a"});
    net.probe(u, {.label = "p_input"});
    net.probe(a, {.label = "p_decoded", .synapse = 0.01});
    net.probe(a.neurons, {.label = "p_neurons", .sample_every = 0.004});
    return net;
}

}  // namespace

GOLDEN_NETWORK(tutorial_relu_sine) {
    return relu_sine(RectifiedLinear{});
}

GOLDEN_NETWORK(tutorial_spiking_relu_sine) {
    return relu_sine(SpikingRectifiedLinear{});
}

}  // namespace nengine::test

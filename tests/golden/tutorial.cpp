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

/// sin(x^2) by two ensembles; the input signal is band-limited noise.
Network sin_square(std::int64_t n_neurons, double probe_synapse) {
    Network net({.seed = 0});
    auto u =
        net.node(WhiteSignal{.period = 1, .high = 5, .rms = 0.3}, {.label = "input"});
    auto a = net.ensemble(n_neurons, 1, {.label = "a"});
    net.connect(u, a, {.label = "input_a"});
    auto b = net.ensemble(n_neurons, 1, {.label = "b"});
    net.connect(a, b, {.label = "a_b", .function = square});
    auto out = net.node(None, {.label = "output", .size_in = 1});
    net.connect(b, out, {.label = "b_output", .function = [](double x) {
                             return std::sin(x);
                         }});
    net.probe(u, {.label = "p_input"});
    net.probe(out, {.label = "p_output", .synapse = probe_synapse});
    net.probe(a.neurons, {.label = "spikes_a", .sample_every = 0.005});
    return net;
}

}  // namespace

GOLDEN_NETWORK(tutorial_relu_sine) {
    return relu_sine(RectifiedLinear{});
}

GOLDEN_NETWORK(tutorial_spiking_relu_sine) {
    return relu_sine(SpikingRectifiedLinear{});
}

GOLDEN_NETWORK(tutorial_sin_square) {
    return sin_square(20, 0.01);
}

GOLDEN_NETWORK(tutorial_sin_square_50) {
    return sin_square(50, 0.005);
}

}  // namespace nengine::test

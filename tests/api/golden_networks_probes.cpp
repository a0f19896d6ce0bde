#include "golden_functions.hpp"
#include "golden_networks.hpp"

namespace nengine::test {

namespace {

Network probe_attributes() {
    Network net({.seed = 150});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(10, 2, {.label = "a"});
    auto b = net.ensemble(8, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    auto conn = net.connect(a, b, {.label = "ab", .function = product});
    net.probe(a, {.label = "a_decoded_output", .attr = "decoded_output"});
    net.probe(a, {.label = "a_input", .attr = "input"});
    net.probe(a, {.label = "a_scaled_encoders",
                  .attr = "scaled_encoders",
                  .sample_every = 0.05});
    for (const char* attribute : {"output", "voltage", "refractory_time", "input"}) {
        net.probe(a.neurons,
                  {.label = std::string("a_neurons_") + attribute, .attr = attribute});
    }
    net.probe(u, {.label = "u_output"});
    net.probe(conn, {.label = "ab_output"});
    net.probe(conn, {.label = "ab_input", .attr = "input"});
    net.probe(conn, {.label = "ab_weights", .attr = "weights", .sample_every = 0.05});
    return net;
}

Network probe_synapses() {
    const std::vector<std::pair<std::string, Synapse>> kinds = {
        {"none", None}, {"zero", 0.0}, {"lowpass", 0.02}, {"alpha", Alpha{0.01}}};
    Network net({.seed = 151});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    auto conn = net.connect(u, a, {.label = "ua"});
    for (const auto& [name, synapse] : kinds) {
        net.probe(a, {.label = "a_" + name, .synapse = synapse});
        net.probe(a.neurons[Slice{.stop = 3}],
                  {.label = "neurons_" + name, .synapse = synapse});
        net.probe(conn, {.label = "conn_" + name, .synapse = synapse});
    }
    return net;
}

Network probe_sample_every() {
    const std::vector<std::pair<std::string, double>> kinds = {
        {"dt", 0.001},        {"two", 0.002},      {"three", 0.003},
        {"seven", 0.007},     {"half", 0.0005},    {"two_half", 0.0025},
        {"one_half", 0.0015}, {"third", 0.01 / 3}, {"tenth", 0.1}};
    Network net({.seed = 152});
    auto u = net.node([](double t) { return t; }, {.label = "u"});
    for (const auto& [name, every] : kinds) {
        net.probe(u, {.label = name, .sample_every = every});
    }
    return net;
}

Network probe_slices() {
    Network net({.seed = 153});
    auto u = net.node(
        [](double t) {
            return Values{t, 2 * t, 3 * t, 4 * t};
        },
        {.label = "u", .size_out = 4});
    auto a = net.ensemble(20, 4, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(u[1], {.label = "u_one"});
    net.probe(u[Slice{.step = -2}], {.label = "u_step"});
    net.probe(u[{3, 3, 0}], {.label = "u_list"});
    net.probe(a[Slice{1, 3}], {.label = "a_range", .synapse = 0.01});
    net.probe(a[{2, 0}], {.label = "a_list", .synapse = 0.01});
    net.probe(a.neurons[Slice{.step = 4}], {.label = "spikes"});
    net.probe(a.neurons[{7, 1}], {.label = "voltages", .attr = "voltage"});
    net.probe(a[Slice{.start = 2}], {.label = "a_input", .attr = "input"});
    return net;
}

Network probe_solver() {
    Network net({.seed = 154});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "plain", .synapse = 0.01});
    net.probe(a, {.label = "l2", .synapse = 0.01, .solver = LstsqL2{.reg = 0.01}});
    net.probe(a, {.label = "noise", .synapse = 0.01, .solver = LstsqNoise{}});
    net.probe(
        a, {.label = "noise_seed", .synapse = 0.01, .solver = LstsqNoise{}, .seed = 5});
    return net;
}

Network config_nested() {
    Network net({.label = "top", .seed = 170});
    net.config.ensemble.neuron_type = LIFRate{};
    net.config.ensemble.radius = 1.5;
    net.config.connection.synapse = 0.02;
    net.config.probe.synapse = 0.01;
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(10, 1, {.label = "a"});
    auto inner = net.subnetwork({.label = "inner"});
    inner.config.ensemble.radius = 0.5;
    inner.config.ensemble.max_rates = Uniform{50, 60};
    auto b = inner.ensemble(10, 1, {.label = "b"});
    auto c = inner.ensemble(10, 1, {.label = "c", .intercepts = Choice{{0.2}}});
    inner.connect(b, c, {.label = "bc", .synapse = None});
    auto d = net.ensemble(10, 1, {.label = "d"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .synapse = 0.005});
    net.connect(c, d, {.label = "cd"});
    for (const auto& ensemble : {a, b, c, d}) {
        net.probe(ensemble, {.label = "p" + ensemble.label});
    }
    return net;
}

Network config_preset() {
    Network net({.seed = 171});
    net.config.connection.solver = LstsqL2{.reg = 0.02};
    net.config.ensemble.encoders = Choice{{{1.0}, {-1.0}}};
    auto u = net.node(sine, {.label = "u"});
    // The thresholding preset with threshold 0.3 and radius 1.2, written out.
    auto a = net.ensemble(25, 1,
                          {.label = "a",
                           .radius = 1.2,
                           .encoders = Choice{{{1.0}}},
                           .intercepts = Exponential{0.15, 0.3, 1.2},
                           .eval_points = Uniform{0.3 / 1.2, 1}});
    auto b = net.ensemble(25, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab"});
    net.probe(a, {.label = "pa", .synapse = 0.01});
    net.probe(b, {.label = "pb", .synapse = 0.01});
    return net;
}

auto relu_sine(NeuronModel type) {
    return [=] {
        constexpr double pi = 3.141592653589793;
        Network net({.seed = 2});
        net.config.ensemble.neuron_type = type;
        auto u =
            net.node([](double t) { return std::sin(2 * pi * t); }, {.label = "input"});
        auto a = net.ensemble(10, 1,
                              {.label = "a",
                               .max_rates = Uniform{100, 200},
                               .intercepts = Uniform{-1, 0.9}});
        net.connect(u, a, {.label = "input_a"});
        net.probe(u, {.label = "p_input"});
        net.probe(a, {.label = "p_decoded", .synapse = 0.01});
        net.probe(a.neurons, {.label = "p_neurons", .sample_every = 0.004});
        return net;
    };
}

}  // namespace

std::vector<GoldenNetwork> golden_probes() {
    return {
        {"probe", "probe_attributes", probe_attributes},
        {"probe", "probe_synapses", probe_synapses},
        {"probe", "probe_sample_every", probe_sample_every},
        {"probe", "probe_slices", probe_slices},
        {"probe", "probe_solver", probe_solver},
        {"config", "config_nested", config_nested},
        {"config", "config_preset", config_preset},
        {"tutorial", "tutorial_relu_sine", relu_sine(RectifiedLinear{})},
        {"tutorial", "tutorial_spiking_relu_sine", relu_sine(SpikingRectifiedLinear{})},
    };
}

}  // namespace nengine::test

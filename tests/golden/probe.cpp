#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(probe_attributes) {
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

GOLDEN_NETWORK(probe_sample_every) {
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

GOLDEN_NETWORK(probe_slices) {
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

GOLDEN_NETWORK(probe_solver) {
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

GOLDEN_NETWORK(probe_synapses) {
    Network net({.seed = 151});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    auto conn = net.connect(u, a, {.label = "ua"});
    for (const auto& [name, synapse] :
         std::vector<std::pair<std::string, Synapse>>{{"none", None},
                                                      {"zero", 0.0},
                                                      {"lowpass", 0.02},
                                                      {"alpha", Alpha{0.01}},
                                                      {"triangle", Triangle{0.01}}}) {
        net.probe(a, {.label = "a_" + name, .synapse = synapse});
        net.probe(a.neurons[Slice{std::nullopt, 3}],
                  {.label = "neurons_" + name, .synapse = synapse});
        net.probe(conn, {.label = "conn_" + name, .synapse = synapse});
    }
    return net;
}

}  // namespace nengine::test

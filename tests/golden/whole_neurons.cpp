#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models: neurons, what drives them, and what is recorded of them.

namespace nengine::test {

// Izhikevich spikes move in single precision, as in Nengo's own.
GOLDEN_NETWORK(whole_probes, {.float32 = Float32::chaotic}) {
    Network net({.label = "net", .seed = 216});
    auto u = net.node(sincos);
    auto a =
        net.ensemble(20, 2, {.label = "a", .neuron_type = AdaptiveLIF{.tau_n = 0.1}});
    auto b = net.ensemble(14, 1, {.label = "b", .neuron_type = Izhikevich{}});
    auto c = net.ensemble(10, 1,
                          {.label = "c",
                           .max_rates = Uniform{60, 90},
                           .neuron_type = RegularSpiking{.base_type = Tanh{}}});
    auto ua = net.connect(u, a, {.transform = {{0.5, 0.2}, {0.0, 1.0}}});
    auto ab =
        net.connect(a, b, {.function = product, .solver = LstsqL2{.weights = true}});
    auto nn = net.connect(a.neurons[Slice{.stop = 10}], c.neurons,
                          {.transform = 1e-3, .synapse = 0.002});
    net.probe(a, {.synapse = 0.01, .solver = Lstsq{.rcond = 0.1}});
    net.probe(a[1], {.synapse = LinearFilter{.num = {1.0}, .den = {1e-4, 2e-2, 1.0}},
                     .sample_every = 0.0017});
    net.probe(a, {.attr = "input", .synapse = 0.005});
    net.probe(a[Slice{.step = -1}], {.attr = "input"});
    net.probe(a, {.attr = "scaled_encoders", .sample_every = 0.05});
    for (const char* attr :
         {"output", "voltage", "refractory_time", "adaptation", "input"}) {
        net.probe(a.neurons[Slice{3, 17, 6}], {.attr = attr, .sample_every = 0.0025});
    }
    for (const char* attr : {"voltage", "recovery"}) {
        net.probe(b.neurons, {.attr = attr, .synapse = 0.001});
    }
    for (const char* attr : {"output", "rate_out", "voltage"}) {
        net.probe(c.neurons, {.attr = attr});
    }
    net.probe(u[1], {.synapse = Triangle{0.01}});
    net.probe(ua);
    net.probe(ua, {.attr = "input"});
    net.probe(ab, {.sample_every = 0.0004});
    net.probe(ab, {.attr = "weights", .sample_every = 0.04});
    net.probe(ab, {.attr = "input", .synapse = 0.01, .sample_every = 0.01});
    net.probe(nn, {.synapse = 0.004});
    return net;
}

GOLDEN_NETWORK(whole_neurons, {.float32 = Float32::chaotic}) {
    const std::vector<NeuronModel> types = {
        LIF{.tau_rc = 0.03, .tau_ref = 0.004, .amplitude = 0.8, .min_voltage = -0.5},
        AdaptiveLIFRate{.tau_n = 0.05, .inc_n = 0.02},
        SpikingRectifiedLinear{.amplitude = 0.5},
        Sigmoid{.tau_ref = 0.003},
        Tanh{},
        RegularSpiking{.base_type = LIFRate{}},
        StochasticSpiking{.base_type = RectifiedLinear{}},
        PoissonSpiking{.base_type = Sigmoid{}, .amplitude = 0.7},
        AdaptiveLIF{.inc_n = 0.02,
                    .initial_state = {{"voltage", Choice{{0.4}}},
                                      {"adaptation", Uniform{0, 0.1}}}},
        Direct{}};
    Network net({.label = "net", .seed = 218});
    auto u = net.node([](double t) { return 0.9 * std::sin(20 * t); });
    ObjectView before = u;
    for (std::size_t i = 0; i < types.size(); ++i) {
        auto ensemble = net.ensemble(16, 1,
                                     {.label = "e" + std::to_string(i),
                                      .max_rates = Uniform{210, 240},
                                      .neuron_type = types[i]});
        net.connect(before, ensemble);
        net.probe(ensemble, {.synapse = 0.01});
        before = ensemble;
    }
    const auto ensembles = net.ensembles();
    for (std::size_t i = 0; i + 1 < ensembles.size(); ++i) {
        net.probe(ensembles[i].neurons, {.sample_every = 0.002});
    }
    return net;
}

GOLDEN_NETWORK(whole_noise) {
    Network net({.label = "net", .seed = 232});
    auto w = net.node(WhiteSignal{.period = 0.3, .high = 20, .rms = 0.6},
                      {.label = "node0", .size_out = 2});
    auto n = net.node(WhiteNoise{.dist = Gaussian{0, 0.02}, .seed = 5},
                      {.label = "node1", .size_out = 1});
    auto f = net.node(FilteredNoise{.synapse = Alpha{0.02}, .dist = Uniform{-0.5, 0.5}},
                      {.label = "node2", .size_out = 1});
    auto a = net.ensemble(
        20, 2,
        {.label = "a", .noise = WhiteNoise{.dist = Gaussian{0, 0.05}, .scale = false}});
    auto b = net.ensemble(15, 1,
                          {.label = "b",
                           .neuron_type = RectifiedLinear{},
                           .noise = FilteredNoise{.synapse = 0.01, .scale = false}});
    net.connect(w, a);
    net.connect(n, b, {.synapse = 0.01});
    net.connect(f, b);
    net.connect(a, b, {.function = product});
    net.connect(b, a[0], {.transform = 0.3});
    auto inner = net.subnetwork({.label = "inner", .seed = 4});
    auto c = inner.ensemble(12, 1, {.label = "c", .noise = WhiteNoise{.seed = 9}});
    auto d = inner.node(BrownNoise{.dist = Gaussian{0, 1}},
                        {.label = "node0", .size_out = 1});
    inner.connect(d, c);
    inner.probe(c, {.synapse = 0.01});
    net.probe(w);
    net.probe(f);
    net.probe(a, {.synapse = 0.01});
    net.probe(b, {.synapse = 0.01});
    net.probe(a.neurons, {.attr = "input", .sample_every = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_presented, {.float32 = Float32::chaotic}) {
    RandomState rng(233);
    Array images = uniform(rng, -1, 1, 4, 6);
    Network net({.label = "net", .seed = 233});
    auto p = net.node(PresentInput{.inputs = images, .presentation_time = 0.0235},
                      {.label = "p"});
    auto z = net.node(Piecewise{{{0.01, 0.5}, {0.0505, -0.7}, {0.09, 0.0}}},
                      {.label = "node1"});
    auto lin =
        net.node(Piecewise{{{0.0, {0.0, 1.0}}, {0.06, {1.0, -1.0}}, {0.11, {0.5, 0.5}}},
                           Interpolation::linear},
                 {.label = "node2"});
    auto filt = net.node(Alpha{0.01}, {.label = "node3", .size_in = 2, .size_out = 2});
    auto a = net.ensemble(30, 3, {.label = "a"});
    auto b = net.ensemble(
        20, 2, {.label = "b", .neuron_type = PoissonSpiking{.base_type = LIFRate{}}});
    auto c = net.ensemble(20, 1,
                          {.label = "c",
                           .neuron_type = StochasticSpiking{
                               .base_type = AdaptiveLIFRate{.tau_n = 0.05}}});
    net.connect(p[Slice{.stop = 3}], a);
    net.connect(p[{5, 3}], b, {.synapse = 0.01});
    net.connect(z, a[2]);
    net.connect(lin, filt, {.synapse = None});
    net.connect(filt, b);
    net.connect(a, c, {.function = [](Span x) { return x[0] * x[2]; }});
    net.connect(b[0], c);
    net.probe(p);
    net.probe(z);
    net.probe(filt);
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.synapse = 0.01});
    }
    return net;
}

}  // namespace nengine::test

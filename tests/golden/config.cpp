#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(config_nested) {
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
    Config special;
    special.ensemble.intercepts = Choice{{0.2}};
    special.connection.synapse = None;
    auto c = [&] {
        const auto defaults = inner.with(special);
        auto made = inner.ensemble(10, 1, {.label = "c"});
        inner.connect(b, made, {.label = "bc"});
        return made;
    }();
    auto d = net.ensemble(10, 1, {.label = "d"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .synapse = 0.005});
    net.connect(c, d, {.label = "cd"});
    for (const auto& ensemble : {a, b, c, d}) {
        net.probe(ensemble, {.label = "p" + ensemble.label});
    }
    return net;
}

GOLDEN_NETWORK(config_preset) {
    Network net({.seed = 171});
    net.config.connection.solver = LstsqL2{.reg = 0.02};
    net.config.ensemble.encoders = Choice{{{1.0}, {-1.0}}};
    auto u = net.node(sine, {.label = "u"});
    auto a = [&] {
        const auto defaults = net.with(presets::thresholding_ensembles(0.3, 0.15, 1.2));
        return net.ensemble(25, 1, {.label = "a"});
    }();
    auto b = net.ensemble(25, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab"});
    net.probe(a, {.label = "pa", .synapse = 0.01});
    net.probe(b, {.label = "pb", .synapse = 0.01});
    return net;
}

/// Another step length and an explicit simulator seed: both are in the entry.
GOLDEN_NETWORK(config_simulator) {
    Network net({.label = "net", .seed = 172});
    auto u = net.node(WhiteSignal{.period = 0.05, .high = 100}, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    auto b =
        net.ensemble(20, 1, {.label = "b", .neuron_type = PoissonSpiking{LIFRate{}}});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .synapse = Alpha{0.004}});
    net.probe(u, {.label = "pu"});
    net.probe(a, {.label = "pa", .synapse = 0.01});
    net.probe(b, {.label = "pb", .synapse = 0.01, .sample_every = 0.002});
    return net;
}

}  // namespace nengine::test

#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

/// Each ensemble driven by u and probed.
void drive_and_probe(Network& net, const ObjectView& u,
                     const std::vector<Ensemble>& all, double synapse) {
    for (const auto& ensemble : all) {
        net.connect(u, ensemble, {.label = "u" + ensemble.label});
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = synapse});
    }
}

}  // namespace

GOLDEN_NETWORK(ensemble_default_1d) {
    Network net({.seed = 20});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(30, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.01});
    net.probe(a.neurons, {.label = "spikes"});
    return net;
}

GOLDEN_NETWORK(ensemble_default_2d) {
    Network net({.seed = 21});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(40, 2, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.01});
    net.probe(a.neurons, {.label = "spikes"});
    return net;
}

GOLDEN_NETWORK(ensemble_default_16d) {
    Network net({.seed = 22});
    auto u = net.node(linspace(-0.5, 0.5, 16), {.label = "u"});
    auto a = net.ensemble(50, 16, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

GOLDEN_NETWORK(ensemble_radius) {
    const Array points = column(linspace(-1, 1, 60));
    Network net({.seed = 23});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(25, 1, {.label = "a", .radius = 2.5});
    auto b = net.ensemble(25, 2, {.label = "b", .radius = 0.3});
    net.connect(u, a, {.label = "ua", .transform = 2.0});
    net.connect(a, b[1], {.label = "ab", .transform = 0.1, .eval_points = points});
    auto out = net.node({.label = "out", .size_in = 2});
    net.connect(a, out[0],
                {.label = "a0",
                 .function = square,
                 .eval_points = points,
                 .scale_eval_points = false});
    net.connect(b[1], out[1], {.label = "b1"});
    net.probe(out, {.label = "p", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(ensemble_encoders) {
    Network net({.seed = 24});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(
        8, 2,
        {.label = "a",
         .encoders = {
             {1, 0}, {0, 2}, {-3, 0}, {0, -0.5}, {1, 1}, {-1, 1}, {2, -2}, {3, 1}}});
    auto b = net.ensemble(9, 2, {.label = "b", .encoders = Choice{{{1, 0}, {0, -1}}}});
    auto c = net.ensemble(
        10, 2, {.label = "c", .encoders = UniformHypersphere{.surface = true}});
    drive_and_probe(net, u, {a, b, c}, 0.01);
    return net;
}

GOLDEN_NETWORK(ensemble_rates_intercepts) {
    Network net({.seed = 25});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(6, 1,
                          {.label = "a",
                           .max_rates = {50, 100, 150, 200, 250, 300},
                           .intercepts = {-0.9, -0.5, -0.1, 0.1, 0.5, 0.9}});
    auto b = net.ensemble(12, 1,
                          {.label = "b",
                           .max_rates = Gaussian{120, 10},
                           .intercepts = Exponential{0.2, -0.5, 0.9}});
    auto c = net.ensemble(
        12, 2,
        {.label = "c", .max_rates = Choice{{80.0}}, .intercepts = CosineSimilarity{4}});
    net.connect(u, a, {.label = "ua"});
    net.connect(u, b, {.label = "ub"});
    net.connect(u, c[0], {.label = "uc"});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = 0.02});
    }
    return net;
}

GOLDEN_NETWORK(ensemble_gain_bias) {
    Network net({.seed = 26});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(
        6, 1,
        {.label = "a", .gain = {1, 2, 3, 4, 5, 6}, .bias = {0, 1, 2, -1, 0.5, 1.5}});
    auto b = net.ensemble(
        20, 2, {.label = "b", .gain = Uniform{1, 4}, .bias = Uniform{0.5, 1.5}});
    auto c = net.ensemble(10, 1,
                          {.label = "c",
                           .gain = Choice{{1.0, -1.0}},
                           .bias = Uniform{-1, 1},
                           .neuron_type = RectifiedLinear{}});
    net.connect(u, a, {.label = "ua"});
    net.connect(u, b[1], {.label = "ub"});
    net.connect(u, c, {.label = "uc"});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = 0.02});
    }
    return net;
}

GOLDEN_NETWORK(ensemble_unnormalized_encoders) {
    RandomState rng(5);
    Network net({.seed = 27});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(15, 2,
                          {.label = "a",
                           .radius = 1.5,
                           .encoders = uniform(rng, -2, 2, 15, 2),
                           .normalize_encoders = false});
    auto b = net.ensemble(
        15, 2, {.label = "b", .encoders = Gaussian{0, 1}, .normalize_encoders = false});
    drive_and_probe(net, u, {a, b}, 0.01);
    return net;
}

GOLDEN_NETWORK(ensemble_eval_points) {
    Network net({.seed = 28});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a", .n_eval_points = 64});
    auto b =
        net.ensemble(20, 1, {.label = "b", .eval_points = column(linspace(0, 1, 40))});
    auto c = net.ensemble(20, 2,
                          {.label = "c",
                           .radius = 2,
                           .eval_points = Gaussian{0, 0.4},
                           .n_eval_points = 90});
    auto d = net.ensemble(500, 1, {.label = "d", .max_rates = Uniform{50, 90}});
    net.connect(u, a, {.label = "ua"});
    net.connect(u, b, {.label = "ub"});
    net.connect(u, c[0], {.label = "uc"});
    net.connect(u, d, {.label = "ud"});
    for (const auto& ensemble : {a, b, c, d}) {
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = 0.02});
    }
    return net;
}

GOLDEN_NETWORK(ensemble_noise) {
    Network net({.seed = 29});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(
        20, 1,
        {.label = "a",
         .noise = WhiteNoise{.dist = Gaussian{0, 0.5}, .scale = false, .seed = 7}});
    auto b = net.ensemble(
        20, 1,
        {.label = "b",
         .noise = FilteredNoise{.synapse = Lowpass{0.01}, .dist = Gaussian{0, 0.1}}});
    for (const auto& ens : {a, b}) {
        net.connect(u, ens, {.label = "u" + ens.label});
        net.probe(ens, {.label = "p" + ens.label, .synapse = 0.01});
    }
    net.probe(a.neurons, {.label = "input_a", .attr = "input"});
    return net;
}

}  // namespace nengine::test

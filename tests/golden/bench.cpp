#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Small forms of NengoDL's benchmark networks.

namespace nengine::test {

namespace {

Network untuned_network(const char* label, const NeuronModel& type) {
    Network net({.label = label, .seed = 0});
    net.config.ensemble.neuron_type = type;
    net.config.ensemble.gain = Choice{{1.0, -1.0}};
    net.config.ensemble.bias = Uniform{-1.0, 1.0};
    return net;
}

Network cconv(const NeuronModel& type) {
    constexpr std::size_t dimensions = 16;
    Network net = untuned_network("cconv", type);
    CircularConvolution cc(net, 32, dimensions, {.label = "cc"});
    auto a = net.node(Values(dimensions, 0.0), {.label = "a"});
    auto b = net.node(Values(dimensions, 1.0), {.label = "b"});
    net.connect(a, cc.input_a, {.label = "ca"});
    net.connect(b, cc.input_b, {.label = "cb"});
    net.probe(cc.output, {.label = "p"});
    return net;
}

Network integrator(const NeuronModel& type) {
    constexpr std::size_t dimensions = 8;
    Network net = untuned_network("integrator", type);
    EnsembleArray ea(net, 32, dimensions, {.label = "ea"});
    auto u = net.node(Values(dimensions, 1.0), {.label = "u"});
    net.connect(ea.output, ea.input, {.label = "recurrent", .synapse = 0.01});
    net.connect(u, ea.input, {.label = "input", .transform = 0.4});
    net.probe(ea.output, {.label = "p"});
    return net;
}

Network basal_ganglia(const NeuronModel& type) {
    constexpr std::size_t dimensions = 8;
    Network net({.label = "basal_ganglia", .seed = 0});
    net.config.ensemble.neuron_type = type;
    auto u = net.node(Values(dimensions, 1.0), {.label = "u"});
    BasalGanglia bg(net, dimensions, {.n_neurons_per_ensemble = 50, .label = "bg"});
    net.connect(u, bg.input, {.label = "ub"});
    net.probe(bg.output, {.label = "p"});
    return net;
}

Network pes(const NeuronModel& type) {
    constexpr std::int64_t dimensions = 4;
    Network net = untuned_network("pes", type);
    auto u = net.node(Values(dimensions, 1.0), {.label = "u"});
    auto pre = net.ensemble(32 * dimensions, dimensions, {.label = "pre"});
    auto post = net.node({.label = "post", .size_in = dimensions});
    auto err = net.node({.label = "err", .size_in = dimensions});
    net.connect(u, pre, {.label = "u_pre"});
    auto conn = net.connect(pre, post, {.label = "pre_post", .learning_rule = PES{}});
    net.connect(post, err, {.label = "post_err"});
    net.connect(u, err, {.label = "u_err", .transform = -1});
    net.connect(err, conn.learning_rule, {.label = "learn"});
    net.probe(post, {.label = "p"});
    return net;
}

Network random_network(const NeuronModel& type, double scale) {
    constexpr std::int64_t dimensions = 4, n = 32, n_ensembles = 10, fan = 3;
    Network net = untuned_network("random", type);
    net.config.connection.solver =
        NoSolver{.values = Array({n, dimensions}, Values(n * dimensions, scale / n))};
    auto u = net.node(Values(dimensions, 1.0), {.label = "u"});
    auto out = net.node({.label = "out", .size_in = dimensions});
    std::vector<Ensemble> ensembles;
    for (int i = 0; i < n_ensembles; ++i) {
        ensembles.push_back(
            net.ensemble(n, dimensions, {.label = "e" + std::to_string(i)}));
    }
    RandomState rng(0);
    for (const auto& ensemble : ensembles) {
        net.connect(u, ensemble, {.label = "u_" + ensemble.label});
        net.connect(ensemble, out, {.label = ensemble.label + "_out"});
        for (const auto j : rng.choice_unique(n_ensembles, fan)) {
            const auto& other = ensembles[static_cast<std::size_t>(j)];
            net.connect(ensemble, other, {.label = ensemble.label + '_' + other.label});
        }
    }
    net.probe(out, {.label = "p"});
    return net;
}

}  // namespace

GOLDEN_NETWORK(bench_cconv_lif) {
    return cconv(LIF{});
}
GOLDEN_NETWORK(bench_cconv_relu) {
    return cconv(RectifiedLinear{});
}
GOLDEN_NETWORK(bench_integrator_lif) {
    return integrator(LIF{});
}
GOLDEN_NETWORK(bench_integrator_relu) {
    return integrator(RectifiedLinear{});
}
GOLDEN_NETWORK(bench_basal_ganglia_lif) {
    return basal_ganglia(LIF{});
}
GOLDEN_NETWORK(bench_basal_ganglia_relu) {
    return basal_ganglia(RectifiedLinear{});
}
GOLDEN_NETWORK(bench_pes_lif) {
    return pes(LIF{});
}
GOLDEN_NETWORK(bench_pes_relu) {
    return pes(RectifiedLinear{});
}
GOLDEN_NETWORK(bench_random_lif) {
    return random_network(LIF{}, 0.05);
}
GOLDEN_NETWORK(bench_random_relu) {
    return random_network(RectifiedLinear{}, 0.5);
}

}  // namespace nengine::test

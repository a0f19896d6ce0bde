#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models: Networks of networks.

namespace nengine::test {

namespace {

Array identity(std::int64_t size) {
    Array result = full(size, size, 0.0);
    for (std::int64_t i = 0; i < size; ++i) {
        result.values[static_cast<std::size_t>(i * size + i)] = 1.0;
    }
    return result;
}

}  // namespace

GOLDEN_NETWORK(whole_nested_networks) {
    Network net({.label = "outer", .seed = 207});
    net.config.ensemble.radius = 1.2;
    net.config.connection.synapse = Alpha{0.004};
    auto u = net.node(sincos, {.label = "u"});
    auto middle = net.subnetwork({.label = "middle", .seed = 44});
    middle.config.ensemble.neuron_type = LIFRate{.tau_rc = 0.03};
    middle.config.ensemble.max_rates = Choice{{80.0}};
    middle.config.probe.synapse = 0.02;
    auto inp = middle.node({.label = "inp", .size_in = 2});
    auto inner = middle.subnetwork({.label = "inner"});
    inner.config.connection.solver = LstsqL2nz{.reg = 0.05};
    inner.config.ensemble.intercepts = Uniform{-0.5, 0.5};
    auto x = inner.ensemble(20, 2, {.label = "x"});
    auto y = inner.ensemble(20, 2, {.label = "y", .radius = 0.7, .neuron_type = LIF{}});
    inner.connect(x, y, {.function = [](Span v) { return Values{v[1], v[0]}; }});
    auto unnamed = middle.subnetwork();
    auto z = unnamed.ensemble(15, 1, {.seed = 3});
    unnamed.probe(z);
    middle.connect(inp, x, {.synapse = None});
    middle.connect(y, z, {.function = product});
    auto p = middle.ensemble(10, 1, {.label = "p", .n_eval_points = 77});
    middle.connect(z, p, {.transform = -1});
    middle.probe(p);
    auto second = net.subnetwork({.label = "middle"});
    auto q = second.ensemble(12, 1);
    second.connect(y[1], q);
    second.probe(q, {.synapse = 0.005});
    net.connect(u, inp);
    net.connect(q, p);
    net.probe(y, {.synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_ensemble_array) {
    Network net({.label = "net", .seed = 212});
    auto u = net.node(
        [](double t) {
            return Values{std::sin(20 * t), 0.5, -0.5, std::cos(20 * t)};
        },
        {.size_out = 4});
    auto stop = net.node([](double t) { return t < 0.06 ? 0.0 : 1.0; });
    EnsembleArray ea(net, 12, 4,
                     {.label = "ea", .ensembles = {.intercepts = Uniform{-0.5, 0.8}}});
    EnsembleArray pairs(
        net, 20, 2,
        {.ens_dimensions = 2,
         .label = "pairs",
         .seed = 7,
         .ensembles = {
             .radius = 1.4, .max_rates = Choice{{100.0}}, .neuron_type = LIFRate{}}});
    auto cube =
        ea.add_output("cube", [](double x) { return x * x * x; }, {.synapse = 0.003});
    auto dot = pairs.add_output("dot", product);
    auto mixed = ea.add_output(
        "mixed", {square, [](double x) { return -x; },
                  [](double x) { return std::sin(x); }, [](double) { return 1.0; }});
    net.connect(u, ea.input);
    net.connect(stop, ea.add_neuron_input(), {.transform = full(48, 1, -2.0)});
    net.connect(ea.output[Slice{.step = -1}], pairs.input[{0, 2, 1, 3}],
                {.synapse = 0.01});
    net.connect(pairs.ensembles[0].neurons, ea.ensembles[1].neurons[Slice{.stop = 2}],
                {.transform = full(2, 20, -1e-4)});
    for (const auto& node : {cube, dot, mixed}) {
        net.probe(node, {.synapse = 0.01});
    }
    net.probe(ea.ensembles[3].neurons, {.attr = "refractory_time"});
    return net;
}

GOLDEN_NETWORK(whole_associative_memory) {
    const Array other = {{1.0, 0.0}, {0.0, 1.0}, {0.7, 0.7}};
    Network net({.label = "net", .seed = 213});
    auto u = net.node(
        [](double t) {
            return t < 0.08 ? Values{0.9, 0.4, 0.0} : Values{0.1, 0.6, 0.7};
        },
        {.size_out = 3});
    auto v = net.node({0.3, 0.0});
    AssociativeMemory am(net, identity(3),
                         {.n_neurons = 15,
                          .threshold = {0.1, 0.2, 0.3},
                          .input_scales = {1.0, 0.8, 1.2},
                          .label = "am",
                          .seed = 33});
    auto cue = am.add_input_mapping("cue", other, 0.5);
    auto answer = am.add_output_mapping("answer", other);
    am.add_wta_network(2.0, 0.01);
    am.add_default_output_vector({-1.0, -1.0}, "answer", 12, 0.4);
    am.add_threshold_to_outputs(15);
    net.connect(u, am.input);
    net.connect(v, cue);
    net.probe(am.output, {.synapse = 0.01});
    net.probe(answer, {.synapse = 0.01});
    net.probe(am.elem_input);
    return net;
}

GOLDEN_NETWORK(whole_action_selection) {
    const std::int64_t d = 3;
    Network net({.label = "net", .seed = 214});
    EnsembleArray state(net, 20, d, {.label = "state"});
    BasalGanglia bg(net, d, {.n_neurons_per_ensemble = 15});
    Thalamus th(net, d,
                {.n_neurons_per_ensemble = 15, .mutual_inhib = 0.8, .threshold = 0.1});
    auto start = net.node(
        [](double t) {
            return t < 0.03 ? Values{1.0, 0.0, 0.0} : Values{0.0, 0.0, 0.0};
        },
        {.size_out = 3});
    net.connect(start, state.input);
    net.connect(state.output, bg.input, {.synapse = 0.01});
    net.connect(bg.output, th.input, {.synapse = 0.008});
    net.connect(th.output, state.input,
                {.transform = {{0.0, 0.0, 1.0}, {1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}},
                 .synapse = 0.03});
    net.probe(bg.output, {.synapse = 0.02});
    net.probe(th.output, {.synapse = 0.02});
    net.probe(state.output, {.synapse = 0.02, .sample_every = 0.003});
    return net;
}

GOLDEN_NETWORK(whole_basal_ganglia_config) {
    Network net({.label = "net", .seed = 215});
    Config ampa, gaba;
    ampa.connection.synapse = Alpha{0.003};
    gaba.connection.synapse = 0.01;
    gaba.ensemble.neuron_type = LIFRate{};
    net.config.ensemble.neuron_type = AdaptiveLIF{};
    BasalGanglia bg(net, 2,
                    {.n_neurons_per_ensemble = 12,
                     .output_weight = -2,
                     .input_bias = 0.1,
                     .ampa_config = ampa,
                     .gaba_config = gaba,
                     .seed = 5});
    auto u = net.node({0.8, 0.5});
    net.connect(u, bg.input, {.synapse = None});
    net.probe(bg.output);
    net.probe(bg.stn.output, {.synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_gated_memories) {
    Network net({.label = "net", .seed = 226});
    auto u = net.node(
        [](double t) {
            return t < 0.1 ? Values{0.8, -0.3} : Values{-0.5, 0.5};
        },
        {.size_out = 2});
    auto gate = net.node(
        [](double t) {
            return t < 0.08 ? Values{0, 1} : t < 0.16 ? Values{1, 0} : Values{1, 1};
        },
        {.size_out = 2});
    InputGatedMemory first(net, 15, 2, {.difference_gain = 4.0, .label = "first"});
    InputGatedMemory second(net, 15, 2,
                            {.feedback = 0.98,
                             .difference_gain = 3.0,
                             .recurrent_synapse = 0.05,
                             .difference_synapse = 0.02,
                             .seed = 2});
    net.connect(u, first.input);
    net.connect(gate[0], first.gate);
    net.connect(gate[1], second.gate);
    net.connect(first.output, second.input);
    net.probe(first.output, {.synapse = 0.01});
    net.probe(second.output, {.synapse = 0.01});
    net.probe(second.diff.output);
    return net;
}

GOLDEN_NETWORK(whole_matrix_multiplication) {
    Network net({.label = "Matrix Multiplication", .seed = 224});
    EnsembleArray a(net, 15, 2, {.label = "A", .ensembles = {.radius = 1.0}});
    EnsembleArray b(net, 15, 4, {.label = "B", .ensembles = {.radius = 1.0}});
    Product c(net, 30, 4);
    EnsembleArray d(net, 15, 2, {.label = "D"});
    auto na = net.node({0.5, -0.5});
    auto nb = net.node({0.58, -1.0, 0.7, 0.1});
    net.connect(na, a.input);
    net.connect(nb, b.input);
    Array ta = full(4, 2, 0.0), tb = full(4, 4, 0.0), td = full(2, 4, 0.0);
    for (std::size_t j = 0; j < 2; ++j) {
        for (std::size_t k = 0; k < 2; ++k) {
            ta.values[(j * 2 + k) * 2 + k] = 1.0;
            tb.values[(j * 2 + k) * 4 + k * 2 + j] = 1.0;
            td.values[j * 4 + j * 2 + k] = 1.0;
        }
    }
    net.connect(a.output, c.input_a, {.transform = ta});
    net.connect(b.output, c.input_b, {.transform = tb});
    net.connect(c.output, d.input, {.transform = td});
    net.probe(a.output, {.synapse = 0.01, .sample_every = 0.01});
    net.probe(d.output, {.synapse = 0.01, .sample_every = 0.01});
    return net;
}

}  // namespace nengine::test

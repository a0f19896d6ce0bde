#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models: Nengo's examples, and networks that mix many of its constructs.

namespace nengine::test {

namespace {

Values zeros(std::int64_t size) {
    return Values(static_cast<std::size_t>(size));
}

Values row(const Array& matrix, std::int64_t index) {
    const std::int64_t columns = matrix.extent(1);
    const auto begin = matrix.values.begin() + index * columns;
    return {begin, begin + columns};
}

Array full(std::int64_t rows, std::int64_t columns, double value) {
    return Array({rows, columns},
                 Values(static_cast<std::size_t>(rows * columns), value));
}

Array identity(std::int64_t size) {
    Array result = full(size, size, 0.0);
    for (std::int64_t i = 0; i < size; ++i) {
        result.values[static_cast<std::size_t>(i * size + i)] = 1.0;
    }
    return result;
}

}  // namespace

GOLDEN_NETWORK(whole_lorenz) {
    const double tau = 0.1, sigma = 10.0, beta = 8.0 / 3, rho = 28.0;
    const auto feedback = [=](Span x) {
        const double dx0 = -sigma * x[0] + sigma * x[1];
        const double dx1 = -x[0] * x[2] - x[1];
        const double dx2 = x[0] * x[1] - beta * (x[2] + rho) - rho;
        return Values{dx0 * tau + x[0], dx1 * tau + x[1], dx2 * tau + x[2]};
    };
    Network net({.label = "Lorenz attractor", .seed = 201});
    auto state = net.ensemble(300, 3, {.label = "state", .radius = 60.0});
    net.connect(state, state, {.function = feedback, .synapse = tau});
    net.probe(state, {.synapse = tau});
    net.probe(state.neurons[Slice{.stop = 40}]);
    return net;
}

GOLDEN_NETWORK(whole_inhibitory_gating) {
    const std::int64_t n = 30;
    Network net({.label = "Inhibitory Gating", .seed = 202});
    auto a = net.ensemble(n, 1, {.label = "A"});
    auto b = net.ensemble(n, 1, {.label = "B"});
    auto c = net.ensemble(n, 1, {.label = "C"});
    auto sin = net.node([](double t) { return std::sin(t); });
    auto inhib = net.node(
        [](double t) { return t < 0.05 || (0.1 <= t && t < 0.15) ? 0.0 : 1.0; });
    net.connect(sin, a);
    net.connect(sin, b);
    net.connect(inhib, a.neurons, {.transform = full(n, 1, -2.5)});
    net.connect(inhib, c);
    net.connect(c, b.neurons, {.transform = full(n, 1, -2.5)});
    net.probe(sin);
    net.probe(inhib);
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.synapse = 0.01});
    }
    return net;
}

GOLDEN_NETWORK(whole_question_answering) {
    const std::int64_t d = 16;
    RandomState rng(203);
    Array vocab({4, d}, Values(4 * d));
    for (double& value : vocab.values) {
        value = rng.standard_normal();
    }
    for (std::int64_t item = 0; item < 4; ++item) {
        double squares = 0.0;
        for (const double value : row(vocab, item)) {
            squares += value * value;
        }
        for (std::int64_t i = 0; i < d; ++i) {
            vocab.values[static_cast<std::size_t>(item * d + i)] /= std::sqrt(squares);
        }
    }
    const Values red = row(vocab, 0), circle = row(vocab, 1), blue = row(vocab, 2),
                 square_ = row(vocab, 3);
    Network net({.label = "Question answering", .seed = 203});
    net.config.ensemble.max_rates = Uniform{150, 250};
    auto color =
        net.node([=](double t) { return t < 0.05  ? red
                                        : t < 0.1 ? blue
                                                  : zeros(d); },
                 {.label = "color", .size_out = d});
    auto shape = net.node(
        [=](double t) { return t < 0.05  ? circle
                               : t < 0.1 ? square_
                                         : zeros(d); },
        {.label = "shape", .size_out = d});
    auto cue = net.node([=](double t) { return t < 0.15 ? circle : square_; },
                        {.label = "cue", .size_out = d});
    CircularConvolution bind(net, 15, d, {.label = "bind"});
    CircularConvolution unbind(net, 15, d, {.invert_b = true, .label = "unbind"});
    EnsembleArray memory(net, 12, d, {.label = "memory", .seed = 9});
    AssociativeMemory clean(net, Array(std::vector<Values>{red, blue}),
                            {.n_neurons = 12, .threshold = 0.1, .label = "clean"});
    clean.add_wta_network();
    net.connect(color, bind.input_a);
    net.connect(shape, bind.input_b);
    net.connect(bind.output, memory.input, {.transform = 0.5});
    net.connect(memory.output, memory.input, {.synapse = 0.1});
    net.connect(memory.output, unbind.input_a, {.synapse = None});
    net.connect(cue, unbind.input_b);
    net.connect(unbind.output, clean.input, {.synapse = 0.02});
    net.probe(memory.output, {.synapse = 0.03, .sample_every = 0.005});
    net.probe(clean.output, {.synapse = 0.03, .sample_every = 0.005});
    net.probe(clean.utilities);
    return net;
}

GOLDEN_NETWORK(whole_multiplication) {
    Network net({.label = "Multiplication", .seed = 204});
    auto a = net.ensemble(40, 1, {.label = "A", .radius = 10.0});
    auto b = net.ensemble(40, 1, {.label = "B", .radius = 10.0});
    auto combined = net.ensemble(
        80, 2,
        {.label = "Combined",
         .radius = 15.0,
         .encoders =
             Choice{Array{{1.0, 1.0}, {-1.0, 1.0}, {1.0, -1.0}, {-1.0, -1.0}}}});
    auto prod = net.ensemble(40, 1, {.label = "Product", .radius = 20.0});
    auto ia = net.node([](double t) {
        return t < 0.05 ? 0.0 : t < 0.1 ? 10.0 : -10.0;
    });
    auto ib = net.node([](double t) {
        return t < 0.07 ? 10.0 : t < 0.15 ? 2.0 : -2.0;
    });
    net.connect(ia, a);
    net.connect(ib, b);
    net.connect(a, combined[0]);
    net.connect(b, combined[1]);
    net.connect(combined, prod, {.function = product});
    net.probe(ia);
    net.probe(a, {.synapse = 0.01});
    net.probe(combined, {.synapse = 0.01});
    net.probe(prod, {.synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_controlled_oscillator) {
    const double tau = 0.1, w = 10.0;
    const auto turn = [=](Span x) {
        return Values{x[0] + -tau * w * x[2] * x[1], x[1] + tau * w * x[2] * x[0], 0.0};
    };
    Network net({.label = "Controlled Oscillator", .seed = 205});
    auto osc = net.ensemble(150, 3, {.label = "oscillator", .radius = 1.7});
    net.connect(osc, osc, {.function = turn, .synapse = tau});
    auto frequency = net.node([](double t) {
        return t < 0.1 ? 1.0 : t < 0.2 ? 0.0 : -1.0;
    });
    net.connect(frequency, osc[2]);
    auto start = net.node([](double t) { return t < 0.05 ? 1.0 : 0.0; });
    net.connect(start, osc[0]);
    net.probe(osc, {.synapse = 0.03});
    net.probe(osc[{2, 0}], {.synapse = Alpha{0.01}, .sample_every = 0.0025});
    return net;
}

GOLDEN_NETWORK(whole_controlled_integrator) {
    Network net({.label = "Controlled Integrator", .seed = 206});
    auto a = net.ensemble(120, 2, {.label = "A", .radius = 1.5});
    auto signal = net.node([](double t) {
        return 0.02 <= t && t < 0.06 ? 5.0 : 0.1 <= t && t < 0.12 ? -10.0 : 0.0;
    });
    auto control = net.node([](double t) { return t < 0.15 ? 1.0 : 0.5; });
    net.connect(signal, a[0], {.transform = {{0.1}}, .synapse = 0.1});
    net.connect(control, a[1], {.synapse = 0.005});
    net.connect(a, a[0], {.function = product, .synapse = 0.1});
    net.probe(a, {.attr = "decoded_output", .synapse = 0.01});
    return net;
}

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

GOLDEN_NETWORK(whole_slices) {
    RandomState rng(208);
    Network net({.label = "net", .seed = 208});
    auto u = net.node(
        [](double t) {
            return Values{std::sin(15 * t), std::cos(15 * t), t, -0.3, 0.8};
        },
        {.size_out = 5});
    auto a = net.ensemble(30, 5, {.label = "a", .radius = 1.6});
    auto b = net.ensemble(16, 3, {.label = "b", .neuron_type = RectifiedLinear{}});
    auto out = net.node({.size_in = 6});
    net.connect(u[Slice{.step = -1}], a);
    net.connect(u[Slice{.start = -3}], b, {.transform = {0.5, 0.25, -1}});
    net.connect(a[{4, 0, 0}], out[{1, 2, 3}], {.transform = -0.5});
    net.connect(a[Slice{1, 4, 2}], out[Slice{.start = -2}],
                {.transform = uniform(rng, -1, 1, 2, 2)});
    net.connect(a[-1], out[0], {.function = square});
    net.connect(a[Slice{3, 0, -1}], b[{2, 1}], {.function = [](Span x) {
                    return Values{x[0] * x[1], x[2]};
                }});
    net.connect(u[3], b.neurons[Slice{2, 5}], {.transform = {{1.0}, {0.5}, {-1.0}}});
    net.connect(u[{0, 1}], b.neurons[{1, -1}], {.synapse = None});
    net.connect(a.neurons[Slice{.step = 10}], out[Slice{.stop = 3}],
                {.transform = 0.003});
    net.connect(a.neurons[{5, 3}], b.neurons[Slice{8, 4, -2}], {.transform = 1e-3});
    net.connect(b.neurons, out[1], {.transform = full(1, 16, 1e-4)});
    net.connect(b[Slice{.step = 2}], a[{3, 1}],
                {.transform = {{0.1, -0.2}, {0.3, 0.1}}});
    net.probe(a, {.synapse = 0.01});
    net.probe(b[Slice{.start = 1}], {.synapse = 0.01});
    net.probe(out);
    net.probe(out[{5, 0, 0}], {.synapse = 0.002});
    net.probe(a.neurons[{3, 1, -1}]);
    net.probe(b.neurons[Slice{.step = 5}], {.attr = "input"});
    return net;
}

GOLDEN_NETWORK(whole_functions) {
    RandomState rng(209);
    const Array points = uniform(rng, -1, 1, 60, 2);
    Values targets;
    for (std::size_t i = 0; i < 60; ++i) {
        const double x = points.values[2 * i], y = points.values[2 * i + 1];
        targets.insert(targets.end(), {x * y, x * x, y});
    }
    Network net({.label = "net", .seed = 209});
    auto u = net.node(sincos);
    auto f = net.node(
        [](double t, Span x) {
            return Values{x[0] + t, x[1] * x[2], 1.0, -x[0]};
        },
        {.size_in = 3});
    auto nothing = net.node([](double, Span) {}, {.size_in = 1});
    auto a = net.ensemble(35, 2, {.label = "a"});
    auto b = net.ensemble(25, 3, {.label = "b"});
    net.connect(u, f[Slice{.stop = 2}], {.synapse = None});
    net.connect(u[1], f[2],
                {.function = [](double x) { return x * x * x; }, .synapse = 0.003});
    net.connect(u, nothing, {.function = [](Span x) { return x[0] - x[1]; }});
    net.connect(f, a,
                {.function =
                     [](Span x) {
                         return Values{x[0] * x[3], x[1]};
                     },
                 .synapse = Lowpass{0}});
    net.connect(a, b, {.function = Array({60, 3}, targets), .eval_points = points});
    net.connect(a, b,
                {.function = [](Span) { return Values{1.0}; },
                 .transform = {{0.2}, {0.0}, {-0.1}}});
    net.connect(b, a,
                {.function =
                     [](Span x) {
                         return Values{std::sin(x[0]), std::sin(x[1])};
                     },
                 .transform = 0.3,
                 .eval_points = Uniform{-0.5, 0.5}});
    net.connect(
        b, f[2],
        {.function = [](Span x) { return *std::max_element(x.begin(), x.end()); },
         .eval_points = uniform(rng, -1, 1, 30, 3),
         .scale_eval_points = false});
    net.probe(f);
    net.probe(a, {.synapse = 0.01});
    net.probe(b, {.synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_passthrough) {
    Network net({.label = "net", .seed = 210});
    auto u = net.node({0.4, -0.7, 0.2});
    auto s = net.node(sine);
    auto hub = net.node({.label = "hub", .size_in = 4});
    auto relay = net.node({.label = "relay", .size_in = 2});
    auto deep = net.node({.label = "deep", .size_in = 2});
    auto e = net.ensemble(20, 2, {.label = "e"});
    auto n =
        net.ensemble(10, 1, {.label = "n", .neuron_type = SpikingRectifiedLinear{}});
    net.connect(u, hub[Slice{.start = 1}], {.synapse = None});
    net.connect(s, hub[0], {.synapse = 0.01});
    net.connect(s, hub[2], {.transform = 2, .synapse = None});
    net.connect(hub[{0, 2}], relay, {.synapse = None});
    net.connect(hub[Slice{.stop = 2}], relay[Slice{.step = -1}], {.transform = 0.3});
    net.connect(relay, deep, {.transform = {{0.0, 1.0}, {1.0, 0.0}}, .synapse = None});
    net.connect(deep, e, {.synapse = None});
    net.connect(deep[0], n);
    net.connect(n.neurons, deep[1], {.transform = full(1, 10, 1e-3), .synapse = 0.02});
    net.connect(e, relay, {.transform = 0.1});
    net.probe(hub);
    net.probe(relay, {.synapse = 0.0});
    net.probe(deep);
    net.probe(e, {.synapse = 0.01});
    net.probe(n.neurons);
    return net;
}

GOLDEN_NETWORK(whole_recurrent) {
    Network net({.label = "net", .seed = 211});
    auto u = net.node(sine);
    auto a = net.ensemble(25, 2, {.label = "a"});
    auto b = net.ensemble(20, 1, {.label = "b", .neuron_type = AdaptiveLIF{}});
    auto delay = net.node([](double, Span x) { return 0.5 * x[0]; },
                          {.size_in = 1, .size_out = 1});
    net.connect(u, a[0], {.transform = 0.1, .synapse = 0.1});
    net.connect(a, a, {.transform = {{1.0, -0.3}, {0.3, 1.0}}, .synapse = 0.1});
    net.connect(a, b, {.function = [](Span x) { return x[0] * x[0]; }});
    net.connect(b, a[1]);
    net.connect(b.neurons, b.neurons,
                {.transform = Gaussian{0, 2e-3}, .synapse = 0.01});
    net.connect(a.neurons, b.neurons,
                {.transform = Uniform{-1e-3, 1e-3}, .synapse = Alpha{0.01}});
    net.connect(b, delay);
    net.connect(delay, b);
    net.probe(a, {.synapse = 0.01});
    net.probe(b, {.synapse = 0.01});
    net.probe(b.neurons, {.attr = "adaptation", .sample_every = 0.004});
    net.probe(delay);
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

GOLDEN_NETWORK(whole_weight_solvers) {
    Network net({.label = "net", .seed = 217});
    auto u = net.node(sincos);
    auto a = net.ensemble(20, 2, {.label = "a"});
    auto b =
        net.ensemble(16, 2,
                     {.label = "b",
                      .radius = 1.3,
                      .encoders = Choice{Array{{1.0, 0.0}, {0.0, 1.0}, {-1.0, -1.0}}}});
    auto c = net.ensemble(12, 1, {.label = "c", .neuron_type = RectifiedLinear{}});
    net.connect(u, a);
    net.connect(a, b, {.solver = LstsqL2{.reg = 0.05, .weights = true}});
    net.connect(
        a[1], b[0],
        {.function = square, .transform = -0.5, .solver = LstsqNoise{.weights = true}});
    net.connect(b, c,
                {.function = product,
                 .transform = 1,
                 .synapse = 0.01,
                 .solver = Nnls{.weights = true}});
    net.connect(
        c, c, {.transform = 0.6, .synapse = 0.1, .solver = LstsqDrop{.weights = true}});
    net.connect(c, b[std::vector<std::int64_t>{1}],
                {.transform = {{0.4}}, .solver = LstsqL2nz{.weights = true}});
    net.connect(a, c,
                {.transform = {{0.2, -0.3}},
                 .solver = NnlsL2{.weights = true},
                 .eval_points = Uniform{-0.6, 0.6}});
    auto u2 = net.node({.size_in = 2});
    net.connect(b, u2, {.solver = LstsqMultNoise{.noise = 0.2}});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.synapse = 0.01});
    }
    net.probe(u2);
    return net;
}

GOLDEN_NETWORK(whole_coarse_steps) {
    Network net({.label = "net", .seed = 219});
    auto u = net.node(sincos);
    auto a = net.ensemble(30, 2, {.label = "a", .max_rates = Uniform{50, 100}});
    auto b = net.ensemble(20, 1, {.label = "b", .neuron_type = LIF{.tau_ref = 0.001}});
    net.connect(u, a);
    net.connect(a, b, {.function = product, .synapse = Alpha{0.02}});
    net.connect(b, b, {.synapse = 0.1});
    net.probe(a, {.synapse = 0.02});
    net.probe(b, {.synapse = 0.02, .sample_every = 0.006});
    net.probe(b.neurons, {.attr = "voltage"});
    return net;
}

GOLDEN_NETWORK(whole_direct) {
    Network net({.label = "net", .seed = 222});
    auto u = net.node(sincos);
    auto d = net.ensemble(1, 2, {.label = "d", .radius = 3.0, .neuron_type = Direct{}});
    auto n = net.ensemble(20, 2, {.label = "n"});
    auto d2 = net.ensemble(7, 3, {.label = "d2", .neuron_type = Direct{}});
    Config direct;
    direct.ensemble.neuron_type = Direct{};
    auto prod = [&] {
        const auto defaults = net.with(direct);
        return Product(net, 30, 2);
    }();
    net.connect(u, d);
    net.connect(d[Slice{.step = -1}], n, {.function = [](Span x) {
                    return Values{x[0] * x[1], x[0] - 0.2};
                }});
    net.connect(n, d2[{2, 0}], {.function = [](double x) { return x * x; }});
    net.connect(d, d2[1], {.function = product, .transform = -1, .synapse = None});
    net.connect(d2, d2, {.transform = 0.5, .synapse = 0.01});
    net.connect(d2[Slice{.stop = 2}], prod.input_a, {.synapse = None});
    net.connect(n, prod.input_b);
    net.probe(d);
    net.probe(d2, {.synapse = 0.01});
    net.probe(n, {.synapse = 0.01});
    net.probe(prod.output);
    return net;
}

GOLDEN_NETWORK(whole_single_neurons) {
    Network net({.label = "Neurons", .seed = 223});
    auto cos = net.node([](double t) { return std::cos(8 * t); });
    auto one = net.ensemble(1, 1,
                            {.label = "one",
                             .encoders = Array{{1.0}},
                             .max_rates = Uniform{100, 100},
                             .intercepts = Uniform{-0.5, -0.5}});
    auto two = net.ensemble(2, 1,
                            {.label = "two",
                             .encoders = Array{{1.0}, {-1.0}},
                             .max_rates = Uniform{100, 100},
                             .intercepts = Uniform{-0.5, -0.5}});
    auto many = net.ensemble(40, 1, {.label = "many"});
    auto given = net.ensemble(5, 2,
                              {.label = "given",
                               .encoders = UniformHypersphere{},
                               .gain = Uniform{1, 2},
                               .bias = {0.5, 1.0, 1.5, -0.2, 0.0},
                               .eval_points = Uniform{-1, 1},
                               .n_eval_points = 50,
                               .normalize_encoders = false});
    for (const ObjectView& target :
         {ObjectView(one), ObjectView(two), ObjectView(many), given[1]}) {
        net.connect(cos, target);
    }
    for (const auto& ensemble : {one, two, many, given}) {
        net.probe(ensemble, {.synapse = 0.01});
        net.probe(ensemble.neurons);
        net.probe(ensemble.neurons, {.attr = "voltage", .synapse = 0.01});
    }
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

GOLDEN_NETWORK(whole_differentiator) {
    Network net({.label = "net", .seed = 225});
    auto u = net.node(sine);
    auto fast = net.ensemble(30, 1, {.label = "fast"});
    auto d = net.ensemble(30, 1, {.label = "d", .radius = 2.0});
    Product prod(net, 40, 1, {.input_magnitude = 1.5, .label = "prod", .seed = 8});
    net.connect(u, fast);
    net.connect(fast, d, {.transform = 10, .synapse = 0.002});
    net.connect(fast, d, {.transform = -10, .synapse = 0.02});
    net.connect(d, prod.input_a);
    net.connect(fast, prod.input_b, {.function = [](double x) { return std::abs(x); }});
    net.probe(d, {.synapse = 0.01});
    net.probe(prod.output, {.synapse = 0.01});
    net.probe(prod.sq1.ensembles[0].neurons);
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

GOLDEN_NETWORK(whole_convolution) {
    RandomState rng(227);
    const Array image = uniform(rng, 0, 1, 36, 1);
    Network net({.label = "net", .seed = 227});
    net.config.ensemble.neuron_type = SpikingRectifiedLinear{.amplitude = 0.01};
    net.config.ensemble.gain = Choice{{100.0}};
    net.config.ensemble.bias = Choice{{0.0}};
    auto u = net.node(image.values);
    const Convolution one{.n_filters = 3, .input_shape = {6, 6, 1}};
    const Convolution two{.n_filters = 2,
                          .input_shape = one.output_shape().shape,
                          .strides = {2, 2},
                          .padding = Padding::same,
                          .init = Uniform{-0.5, 0.5}};
    auto a = net.ensemble(one.size_out(), 1, {.label = "a"});
    auto b = net.ensemble(two.size_out(), 1, {.label = "b"});
    auto out = net.node({.size_in = 3});
    net.connect(u, a.neurons, {.transform = one, .synapse = None});
    net.connect(a.neurons, b.neurons, {.transform = two, .synapse = 0.003});
    net.connect(b.neurons, out, {.transform = Gaussian{0, 0.2}});
    net.probe(out, {.synapse = 0.01});
    net.probe(b.neurons, {.synapse = 0.02, .sample_every = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_learned_product) {
    Network net({.label = "net", .seed = 228});
    auto u = net.node(sincos);
    auto stop = net.node([](double t) { return t < 0.12 ? 0.0 : 1.0; });
    auto pre = net.ensemble(50, 2, {.label = "pre", .radius = 1.4});
    auto post = net.ensemble(30, 1, {.label = "post"});
    auto error = net.ensemble(30, 1, {.label = "error"});
    net.connect(u, pre);
    auto conn = net.connect(pre, post,
                            {.function = [](Span) { return Values{0.0}; },
                             .learning_rule = PES{.learning_rate = 2e-3}});
    net.connect(pre, error, {.function = product, .transform = -1});
    net.connect(post, error);
    net.connect(error, conn.learning_rule);
    net.connect(stop, error.neurons, {.transform = full(30, 1, -20.0)});
    net.probe(post, {.synapse = 0.01});
    net.probe(error, {.synapse = 0.03});
    net.probe(conn, {.attr = "weights", .synapse = 0.01, .sample_every = 0.01});
    net.probe(conn.learning_rule, {.attr = "error"});
    return net;
}

GOLDEN_NETWORK(whole_learned_associations) {
    const std::int64_t d = 4;
    RandomState rng(229);
    std::vector<Values> keys(2, zeros(d));
    for (auto& key : keys) {
        double squares = 0.0;
        for (double& value : key) {
            value = rng.standard_normal();
            squares += value * value;
        }
        for (double& value : key) {
            value /= std::sqrt(squares);
        }
    }
    const Values values = uniform(rng, -1, 1, 2, 1).values;
    const auto which = [](double t) { return static_cast<std::size_t>(t / 0.05) % 2; };
    Network net({.label = "net", .seed = 229});
    auto key = net.node([=](double t) { return keys[which(t)]; }, {.size_out = d});
    auto value = net.node([=](double t) { return values[which(t)]; }, {.size_out = 1});
    auto learning = net.node([](double t) { return t < 0.15 ? 0.0 : -1.0; });
    auto recall = net.node({.size_in = 1});
    auto memory =
        net.ensemble(40, d, {.label = "memory", .intercepts = Array(Values(40, 0.1))});
    auto enc = net.connect(
        key, memory,
        {.synapse = None,
         .learning_rule = Voja{.learning_rate = 5e-2, .post_synapse = None}});
    auto dec = net.connect(memory, recall,
                           {.function = [](Span) { return Values{0.0}; },
                            .learning_rule = PES{.learning_rate = 1e-3}});
    auto error = net.ensemble(30, 1, {.label = "error"});
    net.connect(learning, enc.learning_rule, {.synapse = None});
    net.connect(value, error, {.transform = -1, .synapse = None});
    net.connect(recall, error, {.synapse = None});
    net.connect(error, dec.learning_rule);
    net.connect(learning, error.neurons,
                {.transform = full(30, 1, 10.0), .synapse = None});
    net.probe(recall, {.synapse = 0.01});
    net.probe(enc.learning_rule, {.attr = "scaled_encoders", .sample_every = 0.02});
    net.probe(memory, {.attr = "scaled_encoders", .sample_every = 0.05});
    net.probe(memory.neurons, {.sample_every = 0.003});
    return net;
}

GOLDEN_NETWORK(whole_unsupervised) {
    RandomState rng(230);
    Network net({.label = "net", .seed = 230});
    auto u = net.node(sine);
    auto a = net.ensemble(16, 1, {.label = "a"});
    auto inner = net.subnetwork({.label = "inner"});
    auto b = inner.ensemble(12, 1, {.label = "b"});
    auto c = inner.ensemble(10, 1, {.label = "c", .neuron_type = LIFRate{}});
    net.connect(u, a);
    auto one =
        net.connect(a, b,
                    {.solver = LstsqL2{.weights = true},
                     .learning_rule = LearningRules{BCM{.learning_rate = 5e-10},
                                                    Oja{.learning_rate = 6e-8}}});
    auto two = net.connect(
        b.neurons, c.neurons,
        {.transform = uniform(rng, 0, 1e-3, 10, 12),
         .learning_rule = LearningRules{{"oja", Oja{.learning_rate = 1e-6,
                                                    .pre_synapse = 0.01,
                                                    .post_synapse = Alpha{0.02},
                                                    .beta = 0.5}}}});
    net.probe(b, {.synapse = 0.01});
    net.probe(c, {.synapse = 0.01});
    net.probe(one, {.attr = "weights", .sample_every = 0.02});
    net.probe(one.learning_rule.at(0), {.attr = "theta", .sample_every = 0.01});
    net.probe(two, {.attr = "weights", .sample_every = 0.02});
    net.probe(two.learning_rule.at("oja"),
              {.attr = "post_filtered", .sample_every = 0.01});
    return net;
}

GOLDEN_NETWORK(whole_adaptive) {
    Network net({.label = "net", .seed = 231});
    auto u = net.node(sincos);
    auto a = net.ensemble(20, 2, {.label = "a"});
    auto b = net.ensemble(15, 3, {.label = "b", .radius = 1.5});
    auto out = net.node({.size_in = 3});
    net.connect(u, a);
    auto c1 = net.connect(
        a[1], b[Slice{.step = 2}],
        {.transform = {{1.0}, {-1.0}},
         .learning_rule = PES{.learning_rate = 3e-3, .pre_synapse = Alpha{0.01}}});
    auto c2 = net.connect(b, b,
                          {.function = [](double x) { return 0.9 * x; },
                           .synapse = 0.1,
                           .learning_rule = PES{.learning_rate = 1e-3}});
    auto c3 = net.connect(
        a.neurons, b.neurons[Slice{3, 9}],
        {.transform = full(6, 20, 1e-4), .learning_rule = PES{.learning_rate = 1e-3}});
    auto c4 = net.connect(
        a.neurons, out[{2, 0}],
        {.transform = full(2, 20, 0.0), .learning_rule = RLS{.learning_rate = 1e-2}});
    auto c5 =
        net.connect(b, out[1],
                    {.function = product,
                     .learning_rule = RLS{.learning_rate = 1e-3, .pre_synapse = 0.02}});
    net.connect(u, c1.learning_rule, {.transform = 0.5});
    net.connect(b, c2.learning_rule, {.synapse = 0.01});
    net.connect(u[0], c3.learning_rule[1], {.synapse = None});
    net.connect(out[{2, 0}], c4.learning_rule);
    net.connect(u, c4.learning_rule, {.transform = -1});
    net.connect(out[1], c5.learning_rule, {.transform = 0.7});
    net.probe(b, {.synapse = 0.01});
    net.probe(out, {.synapse = 0.005});
    for (const auto& conn : {c1, c2, c3, c4, c5}) {
        net.probe(conn, {.attr = "weights", .sample_every = 0.03});
        net.probe(conn.learning_rule, {.attr = "delta", .sample_every = 0.04});
    }
    return net;
}

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

GOLDEN_NETWORK(whole_synapses) {
    const std::vector<Synapse> synapses = {
        Alpha{0.01},
        Triangle{0.008},
        Lowpass{0.02},
        Lowpass{0},
        None,
        LinearFilter{.num = {1.0}, .den = {0.0004, 0.02, 1.0}},
        LinearFilter{.num = {0.01, 1.0},
                     .den = {0.0002, 0.03, 1.0},
                     .method = Discretization::bilinear},
        LinearFilter{.num = {0.5, 0.1}, .den = {1.0, -0.4}, .analog = false},
        LinearFilter{
            .num = {0.02, 1.0}, .den = {0.04, 1.0}, .method = Discretization::euler},
        LinearFilter{
            .num = {1.0}, .den = {0.01, 1.0}, .method = Discretization::backward_diff},
        LinearFilter{.num = {2.0}, .den = {1.0}}};
    Network net({.label = "net", .seed = 220});
    auto u = net.node(sincos);
    auto a = net.ensemble(20, 2, {.label = "a"});
    net.connect(u, a, {.synapse = Triangle{0.003}});
    for (std::size_t i = 0; i < synapses.size(); ++i) {
        auto e = net.ensemble(8, 1, {.label = "e" + std::to_string(i)});
        auto n = net.node({.size_in = 2});
        net.connect(a, e, {.function = product, .synapse = synapses[i]});
        net.connect(a.neurons[{2, 5}], n, {.synapse = synapses[i]});
        net.probe(e, {.synapse = synapses[i]});
        net.probe(n);
        net.probe(u, {.synapse = synapses[i]});
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

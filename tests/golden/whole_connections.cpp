#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

// Whole models: what connections compute.

namespace nengine::test {

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

}  // namespace nengine::test

#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

GOLDEN_NETWORK(conn_slices) {
    Network net({.seed = 90});
    auto u = net.node(
        [](double t) {
            return Values{std::sin(10 * t), std::cos(10 * t), t, 0.5};
        },
        {.label = "u", .size_out = 4});
    auto a = net.ensemble(40, 4, {.label = "a", .radius = 1.5});
    auto out = net.node({.label = "out", .size_in = 4});
    net.connect(u[Slice{.stop = 2}], a[Slice{.start = 2}], {.label = "halves"});
    net.connect(u[Slice{.step = 2}], a[Slice{.stop = 2}], {.label = "step"});
    net.connect(a[0], out[3], {.label = "single"});
    net.connect(a[-1], out[-2], {.label = "negative"});
    net.connect(a[{1, 3}], out[{1, 0}], {.label = "lists"});
    net.connect(a[Slice{.step = -1}], out, {.label = "reversed", .transform = 0.25});
    net.connect(u[{0, 2}], out[{1, 3}], {.label = "masks", .synapse = 0.01});
    net.connect(u[{0, 0, 1}], out[Slice{.start = 1}],
                {.label = "repeated", .synapse = None});
    net.probe(a, {.label = "pa", .synapse = 0.01});
    net.probe(out, {.label = "po"});
    return net;
}

GOLDEN_NETWORK(conn_slice_functions) {
    Network net({.seed = 91});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(40, 3, {.label = "a"});
    auto b = net.ensemble(20, 2, {.label = "b"});
    net.connect(u, a[{0, 2}], {.label = "ua", .function = swap_and_square});
    net.connect(a[{2, 0}], b[0], {.label = "product", .function = product});
    net.connect(a[Slice{.stop = 2}], b,
                {.label = "swap", .function = swap_and_square, .transform = 0.5});
    net.connect(a[2], b[Slice{.step = -1}],
                {.label = "square", .function = square, .transform = {{1.0}, {-1.0}}});
    net.probe(b, {.label = "p", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(conn_transforms) {
    Network net({.seed = 92});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(30, 2, {.label = "a"});
    const auto add = [&](const std::string& name, std::int64_t size,
                         const Transform& transform) {
        const NodeOptions from_u = {.label = "from_u_" + name, .size_in = size};
        if (name != "scalar") {
            auto out = net.node(from_u);
            net.connect(u, out, {.label = "u_" + name, .transform = transform});
            net.probe(out, {.label = "pu_" + name});
        }
        auto out = net.node({.label = "from_a_" + name, .size_in = size});
        net.connect(a, out, {.label = "a_" + name, .transform = transform});
        net.probe(out, {.label = "pa_" + name});
    };
    add("scalar", 2, -0.7);
    add("diagonal", 2, {0.5, -2.0});
    add("matrix", 3, {{1, 2}, {3, 4}, {-1, 0.5}});
    add("random", 3, Uniform{-1, 1});
    add("sphere", 2, UniformHypersphere{.surface = true});
    net.connect(u, a, {.label = "ua"});
    return net;
}

GOLDEN_NETWORK(conn_neurons) {
    RandomState rng(97);
    Network net({.seed = 97});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(12, 1, {.label = "a"});
    auto b = net.ensemble(10, 1, {.label = "b"});
    auto c = net.ensemble(6, 1, {.label = "c"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a.neurons, b.neurons,
                {.label = "nn", .transform = uniform(rng, -2e-3, 4e-3, 10, 12)});
    net.connect(a, b.neurons, {.label = "en", .transform = column(Values(10, 1.0))});
    net.connect(u, c.neurons, {.label = "un", .transform = column(Values(6, 0.3))});
    net.connect(u, c.neurons[Slice{.step = 2}],
                {.label = "us", .transform = {{1.0}, {2.0}, {3.0}}});
    net.connect(a.neurons[Slice{.stop = 3}], c.neurons[{5, 0, 1}],
                {.label = "ss", .transform = 2e-3});
    net.connect(a.neurons, c,
                {.label = "ne", .transform = uniform(rng, -1e-3, 1e-3, 1, 12)});
    auto out = net.node({.label = "out", .size_in = 10});
    net.connect(b.neurons, out, {.label = "bo", .synapse = 0.02});
    net.probe(out, {.label = "p"});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble.neurons, {.label = "spikes_" + ensemble.label});
    }
    net.probe(c.neurons, {.label = "input_c", .attr = "input"});
    return net;
}

GOLDEN_NETWORK(conn_passthrough) {
    Network net({.seed = 98});
    auto u = net.node(sincos, {.label = "u"});
    auto x = net.node({.label = "x", .size_in = 2});
    auto y = net.node({.label = "y", .size_in = 3});
    auto z = net.node({.label = "z", .size_in = 1});
    net.connect(u, x, {.label = "ux", .synapse = None});
    net.connect(x, y[Slice{.stop = 2}], {.label = "xy", .synapse = 0.01});
    net.connect(x[1], y[2], {.label = "xy2", .transform = 2.0, .synapse = None});
    net.connect(u[0], y[2], {.label = "uy2", .synapse = None});
    net.connect(y, z, {.label = "yz", .transform = {{1, -1, 0.5}}, .synapse = 0.0});
    auto a = net.ensemble(10, 1, {.label = "a"});
    net.connect(z, a, {.label = "za", .synapse = None});
    for (const auto& node : {x, y, z}) {
        net.probe(node, {.label = "p" + node.label});
    }
    net.probe(a, {.label = "pa", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(conn_integrator, {.same_operators = false}) {
    Network net({.seed = 99});
    auto u =
        net.node(piecewise<double>({{0, 0}, {0.05, 1}, {0.15, -0.5}}), {.label = "u"});
    auto a = net.ensemble(60, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua", .transform = 0.1, .synapse = 0.1});
    net.connect(a, a, {.label = "aa", .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(conn_oscillator, {.same_operators = false}) {
    Network net({.seed = 100});
    auto kick =
        net.node(piecewise<Values>({{0, {1, 0}}, {0.05, {0, 0}}}), {.label = "kick"});
    auto a = net.ensemble(80, 2, {.label = "a"});
    net.connect(kick, a, {.label = "ka"});
    net.connect(
        a, a, {.label = "aa", .transform = {{1.0, 1.5}, {-1.5, 1.0}}, .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

GOLDEN_NETWORK(conn_controlled_oscillator, {.same_operators = false}) {
    Network net({.seed = 101});
    auto kick = net.node(piecewise<double>({{0, 1}, {0.05, 0}}), {.label = "kick"});
    auto speed =
        net.node(piecewise<double>({{0, 1}, {0.15, -0.5}}), {.label = "speed"});
    auto a = net.ensemble(100, 3, {.label = "a", .radius = 1.7});
    net.connect(kick, a[0], {.label = "ka"});
    net.connect(speed, a[2], {.label = "sa"});
    net.connect(
        a, a[Slice{.stop = 2}],
        {.label = "aa",
         .function =
             [](Span x) {
                 return Values{x[0] + 1.2 * x[1] * x[2], x[1] - 1.2 * x[0] * x[2]};
             },
         .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

GOLDEN_NETWORK(conn_communication_chain) {
    Network net({.seed = 102});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    auto b = net.ensemble(22, 1, {.label = "b"});
    auto c = net.ensemble(24, 1, {.label = "c"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .function = square, .synapse = 0.01});
    net.connect(b, c, {.label = "bc", .transform = -1.0, .synapse = Alpha{0.005}});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = 0.01});
    }
    return net;
}

}  // namespace nengine::test

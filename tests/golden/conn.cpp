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
    net.connect(u[{true, false, true, false}], out[{false, true, false, true}],
                {.label = "masks", .synapse = 0.01});
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

GOLDEN_NETWORK(conn_sparse) {
    using Places = std::vector<std::array<std::int64_t, 2>>;
    const Places places = {{0, 1}, {1, 0}, {3, 2}, {3, 0}};
    Network net({.seed = 93});
    auto u = net.node(
        [](double t) {
            return Values{std::sin(9 * t), 1.0, -t};
        },
        {.label = "u", .size_out = 3});
    auto a = net.ensemble(3, 1, {.label = "a", .neuron_type = RectifiedLinear{}});
    const auto add = [&](const std::string& name, const Sparse& transform) {
        auto out = net.node({.label = "out_" + name, .size_in = 4});
        net.connect(u, out, {.label = "u_" + name, .transform = transform});
        net.connect(a.neurons, out, {.label = "a_" + name, .transform = transform});
        net.probe(out, {.label = "p_" + name});
    };
    add("coo", {.shape = {4, 3}, .indices = places, .init = {0.5, -1.0, 2.0, 0.25}});
    add("csr", Sparse::from_csr({4, 3}, {0, 1, 2, 2, 4}, {1, 0, 0, 2},
                                {0.5, -1.0, 0.25, 2.0}));
    add("indices", {.shape = {4, 3}, .indices = places, .init = {1.0, 2.0, 3.0, 4.0}});
    add("random", {.shape = {4, 3}, .indices = places, .init = Uniform{-1, 1}});
    net.connect(u[0], a, {.label = "ua"});
    return net;
}

namespace {

/// A 5 x 6 x 2 image drifting in time.
Values image(double t) {
    Values values;
    for (int i = 0; i < 60; ++i) {
        values.push_back(std::sin(0.7 * i + 30.0 * t));
    }
    return values;
}

/// Connects u to a node of its own through the transform.
template <class Conv>
void add_convolution(Network& net, const Node& u, const std::string& name,
                     const Conv& transform) {
    auto out = net.node({.label = "out_" + name, .size_in = transform.size_out()});
    net.connect(u, out, {.label = name, .transform = transform, .synapse = None});
    net.probe(out, {.label = "p_" + name});
}

}  // namespace

GOLDEN_NETWORK(conn_convolution) {
    Network net({.seed = 94});
    auto u = net.node(image, {.label = "u", .size_out = 60});
    const std::vector<std::int64_t> shape = {5, 6, 2};
    RandomState rng(94);
    const Array kernel({3, 3, 2, 3}, uniform(rng, -1, 1, 18, 3).values);
    const auto add = [&](const std::string& name, const Convolution& transform) {
        add_convolution(net, u, name, transform);
    };
    add("valid", {.n_filters = 3, .input_shape = shape, .init = kernel});
    add("same", {.n_filters = 3,
                 .input_shape = shape,
                 .padding = Padding::same,
                 .init = kernel});
    add("strides", {.n_filters = 3,
                    .input_shape = shape,
                    .strides = {2, 3},
                    .padding = Padding::same,
                    .init = kernel});
    add("strides_valid", {.n_filters = 2, .input_shape = shape, .strides = {2, 2}});
    add("even", {.n_filters = 2,
                 .input_shape = shape,
                 .kernel_size = {2, 4},
                 .padding = Padding::same});
    add("first", {.n_filters = 3, .input_shape = {2, 5, 6}, .channels_last = false});
    add("groups", {.n_filters = 4, .input_shape = shape, .groups = 2});
    add("line", {.n_filters = 3,
                 .input_shape = {30, 2},
                 .kernel_size = {5},
                 .strides = {2},
                 .padding = Padding::same});
    add("line_gauss", {.n_filters = 2,
                       .input_shape = {20, 3},
                       .kernel_size = {4},
                       .strides = {1},
                       .init = Gaussian{0, 1}});
    return net;
}

GOLDEN_NETWORK(conn_convolution_transpose) {
    Network net({.seed = 95});
    auto u = net.node(image, {.label = "u", .size_out = 60});
    const std::vector<std::int64_t> shape = {5, 6, 2};
    const auto add = [&](const std::string& name,
                         const ConvolutionTranspose& transform) {
        add_convolution(net, u, name, transform);
    };
    add("valid", {.n_filters = 3, .input_shape = shape});
    add("same", {.n_filters = 3, .input_shape = shape, .padding = Padding::same});
    add("strides", {.n_filters = 2,
                    .input_shape = shape,
                    .strides = {2, 3},
                    .padding = Padding::same});
    add("strides_valid", {.n_filters = 2, .input_shape = shape, .strides = {2, 2}});
    add("first", {.n_filters = 3, .input_shape = {2, 5, 6}, .channels_last = false});
    add("shape", {.n_filters = 2,
                  .input_shape = shape,
                  .output_shape = {10, 12, 2},
                  .strides = {2, 2},
                  .padding = Padding::same});
    add("line",
        {.n_filters = 2, .input_shape = {30, 2}, .kernel_size = {5}, .strides = {2}});
    return net;
}

GOLDEN_NETWORK(conn_convolution_neurons) {
    const Convolution conv{
        .n_filters = 2, .input_shape = {4, 4, 1}, .init = Uniform{-0.005, 0.01}};
    Network net({.seed = 96});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(16, 1, {.label = "a"});
    auto b =
        net.ensemble(8, 1, {.label = "b", .neuron_type = SpikingRectifiedLinear{}});
    net.connect(u, a, {.label = "ua"});
    net.connect(a.neurons, b.neurons, {.label = "ab", .transform = conv});
    net.probe(b.neurons, {.label = "spikes"});
    net.probe(b.neurons, {.label = "input", .attr = "input"});
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

GOLDEN_NETWORK(conn_integrator) {
    Network net({.seed = 99});
    auto u = net.node(Piecewise{{{0, 0.0}, {0.05, 1.0}, {0.15, -0.5}}}, {.label = "u"});
    auto a = net.ensemble(60, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua", .transform = 0.1, .synapse = 0.1});
    net.connect(a, a, {.label = "aa", .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.01});
    return net;
}

GOLDEN_NETWORK(conn_oscillator) {
    Network net({.seed = 100});
    auto kick = net.node(Piecewise{{{0, {1, 0}}, {0.05, {0, 0}}}}, {.label = "kick"});
    auto a = net.ensemble(80, 2, {.label = "a"});
    net.connect(kick, a, {.label = "ka"});
    net.connect(
        a, a, {.label = "aa", .transform = {{1.0, 1.5}, {-1.5, 1.0}}, .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

GOLDEN_NETWORK(conn_controlled_oscillator) {
    Network net({.seed = 101});
    auto kick = net.node(Piecewise{{{0, 1.0}, {0.05, 0.0}}}, {.label = "kick"});
    auto speed = net.node(Piecewise{{{0, 1.0}, {0.15, -0.5}}}, {.label = "speed"});
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

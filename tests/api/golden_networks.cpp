#include "golden_networks.hpp"

#include <cmath>

#include "api/builder/numerics/random_state.hpp"

namespace nengine::test {

namespace {

using Span = std::span<const double>;
using Values = std::vector<double>;

double ramp(double t) { return std::min(1.0, 10.0 * t - 1.0); }
double sine(double t) { return std::sin(20.0 * t); }
Values sincos(double t) { return {std::sin(20.0 * t), std::cos(20.0 * t)}; }
double square(double x) { return x * x; }
double product(Span x) { return x[0] * x[1]; }
Values swap_and_square(Span x) { return {x[1], x[0] * x[0]}; }

Values linspace(double start, double stop, int count) {
    Values result;
    const double step = (stop - start) / (count - 1);
    for (int i = 0; i < count; ++i) {
        result.push_back(i + 1 == count ? stop : start + i * step);
    }
    return result;
}

Array column(const Values& values) {
    return Array({static_cast<std::int64_t>(values.size()), 1}, values);
}

Array uniform(RandomState& rng, double low, double high, std::int64_t rows,
              std::int64_t cols) {
    Values values;
    for (std::int64_t i = 0; i < rows * cols; ++i) {
        values.push_back(rng.uniform(low, high));
    }
    return Array({rows, cols}, values);
}

/// A function that holds the value of the last time that has come.
template <class T>
auto piecewise(std::vector<std::pair<double, T>> steps) {
    return [steps](double t) {
        T value = steps.front().second;
        for (const auto& [start, held] : steps) {
            if (start <= t + 0.0005) {
                value = held;
            }
        }
        return value;
    };
}

Network seeds_flat() {
    Network net({.label = "net", .seed = 10});
    auto n0 = net.node(0.5, {.label = "n0"});
    auto a = net.ensemble(5, 1, {.label = "a"});
    net.probe(a, {.label = "p0"});
    net.connect(n0, a, {.label = "c0"});
    auto b = net.ensemble(6, 2, {.label = "b"});
    net.connect(a, b[0], {.label = "c1"});
    net.node([](double t) { return t; }, {.label = "n1"});
    net.probe(b, {.label = "p1"});
    net.probe(n0, {.label = "p2"});
    return net;
}

Network seeds_nested() {
    Network net({.label = "top", .seed = 77});
    auto outer = net.ensemble(4, 1, {.label = "outer"});
    auto one = net.subnetwork({.label = "one"});
    auto x = one.ensemble(4, 1, {.label = "x"});
    auto deep = one.subnetwork({.label = "deep"});
    auto z = deep.ensemble(4, 1, {.label = "z"});
    deep.connect(x, z, {.label = "xz"});
    auto y = one.ensemble(4, 1, {.label = "y"});
    one.connect(x, y, {.label = "xy"});
    auto two = net.subnetwork({.label = "two"});
    auto w = two.ensemble(4, 2, {.label = "w"});
    two.probe(w, {.label = "pw"});
    net.connect(outer, x, {.label = "cx"});
    net.connect(z, w[1], {.label = "cw"});
    net.probe(y, {.label = "py"});
    return net;
}

Network seeds_explicit() {
    Network net({.label = "top", .seed = 3});
    auto a = net.ensemble(5, 1, {.label = "a", .seed = 123});
    auto b = net.ensemble(5, 1, {.label = "b"});
    net.connect(a, b, {.label = "ab", .seed = 99});
    auto sub = net.subnetwork({.label = "sub", .seed = 8});
    auto c = sub.ensemble(5, 1, {.label = "c"});
    auto d = sub.ensemble(5, 1, {.label = "d", .seed = 0});
    sub.connect(c, d, {.label = "cd"});
    net.connect(b, c, {.label = "bc"});
    net.probe(d, {.label = "pd", .seed = 4});
    net.probe(a, {.label = "pa"});
    return net;
}

Network ensemble_default_1d() {
    Network net({.seed = 20});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(30, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.01});
    net.probe(a.neurons, {.label = "spikes"});
    return net;
}

Network ensemble_default_2d() {
    Network net({.seed = 21});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(40, 2, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.01});
    net.probe(a.neurons, {.label = "spikes"});
    return net;
}

Network ensemble_default_16d() {
    Network net({.seed = 22});
    auto u = net.node(linspace(-0.5, 0.5, 16), {.label = "u"});
    auto a = net.ensemble(50, 16, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

Network ensemble_radius() {
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

/// Each ensemble driven by u and probed.
void drive_and_probe(Network& net, const ObjectView& u, const std::vector<Ensemble>& all,
                     double synapse) {
    for (const auto& ensemble : all) {
        net.connect(u, ensemble, {.label = "u" + ensemble.label});
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = synapse});
    }
}

Network ensemble_encoders() {
    Network net({.seed = 24});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(8, 2,
                          {.label = "a",
                           .encoders = {{1, 0}, {0, 2}, {-3, 0}, {0, -0.5}, {1, 1},
                                        {-1, 1}, {2, -2}, {3, 1}}});
    auto b = net.ensemble(9, 2, {.label = "b", .encoders = Choice{{{1, 0}, {0, -1}}}});
    auto c = net.ensemble(
        10, 2, {.label = "c", .encoders = UniformHypersphere{.surface = true}});
    drive_and_probe(net, u, {a, b, c}, 0.01);
    return net;
}

Network ensemble_rates_intercepts() {
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
    auto c = net.ensemble(12, 2,
                          {.label = "c",
                           .max_rates = Choice{{80.0}},
                           .intercepts = CosineSimilarity{4}});
    net.connect(u, a, {.label = "ua"});
    net.connect(u, b, {.label = "ub"});
    net.connect(u, c[0], {.label = "uc"});
    for (const auto& ensemble : {a, b, c}) {
        net.probe(ensemble, {.label = "p" + ensemble.label, .synapse = 0.02});
    }
    return net;
}

Network ensemble_gain_bias() {
    Network net({.seed = 26});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(6, 1,
                          {.label = "a",
                           .gain = {1, 2, 3, 4, 5, 6},
                           .bias = {0, 1, 2, -1, 0.5, 1.5}});
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

Network ensemble_unnormalized_encoders() {
    RandomState rng(5);
    Network net({.seed = 27});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(15, 2,
                          {.label = "a",
                           .radius = 1.5,
                           .encoders = uniform(rng, -2, 2, 15, 2),
                           .normalize_encoders = false});
    auto b = net.ensemble(
        15, 2,
        {.label = "b", .encoders = Gaussian{0, 1}, .normalize_encoders = false});
    drive_and_probe(net, u, {a, b}, 0.01);
    return net;
}

Network ensemble_eval_points() {
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

auto neurons(NeuronModel type, std::uint32_t seed, std::vector<std::string> attributes,
             OrDefault<DistributionOrArray> max_rates = {}) {
    return [=] {
        Network net({.seed = seed});
        auto u = net.node(ramp, {.label = "u"});
        auto a = net.ensemble(
            10, 1, {.label = "a", .max_rates = max_rates, .neuron_type = type});
        net.connect(u, a, {.label = "ua", .synapse = None});
        for (const auto& attribute : attributes) {
            net.probe(a.neurons, {.label = "neurons_" + attribute, .attr = attribute});
        }
        net.probe(a.neurons, {.label = "neurons_input", .attr = "input"});
        net.probe(a, {.label = "decoded", .synapse = 0.01});
        return net;
    };
}

Network synapse_connections() {
    const std::vector<std::pair<std::string, Synapse>> kinds = {
        {"none", None},
        {"zero", 0.0},
        {"lowpass", 0.01},
        {"alpha", Alpha{0.01}},
        {"order1_direct", LinearFilter{.num = {0.02, 1}, .den = {0.01, 1}}},
        {"order3",
         LinearFilter{.num = {1},
                      .den = {1 / 3e6, 450 / 3e6, 65000 / 3e6, 1.0}}},
        {"digital",
         LinearFilter{.num = {0.2, 0.1}, .den = {1, -1.1, 0.4}, .analog = false}}};
    Network net({.seed = 61});
    auto u = net.node(sincos, {.label = "u"});
    for (const auto& [name, synapse] : kinds) {
        auto out = net.node({.label = "out_" + name, .size_in = 2});
        net.connect(u, out, {.label = "c_" + name, .synapse = synapse});
        net.probe(out, {.label = "p_" + name});
        net.probe(u, {.label = "q_" + name, .synapse = synapse});
    }
    return net;
}

auto solvers(std::uint32_t seed, std::vector<std::pair<std::string, Solver>> kinds,
             std::int64_t n_neurons, OrDefault<std::int64_t> n_eval_points = {},
             bool to_ensembles = false) {
    return [=] {
        Network net({.seed = seed});
        auto u = net.node(sincos, {.label = "u"});
        auto a =
            net.ensemble(n_neurons, 2, {.label = "a", .n_eval_points = n_eval_points});
        net.connect(u, a, {.label = "ua"});
        for (const auto& [name, solver] : kinds) {
            const ObjectView out =
                to_ensembles
                    ? ObjectView(net.ensemble(12, 2, {.label = "out_" + name}))
                    : ObjectView(net.node({.label = "out_" + name, .size_in = 2}));
            net.connect(a, out, {.label = name, .solver = solver});
            net.probe(out, {.label = "p_" + name, .synapse = 0.01});
        }
        return net;
    };
}

Network solver_eval_points() {
    Values grid;
    for (const double y : linspace(-1, 1, 9)) {
        for (const double x : linspace(-1, 1, 9)) {
            grid.insert(grid.end(), {x, y});
        }
    }
    const Array points({81, 2}, grid);
    Network net({.seed = 78});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(30, 2, {.label = "a", .radius = 1.4});
    net.connect(u, a, {.label = "ua"});
    const auto add = [&](const std::string& name, const DistributionOrArray& given,
                         bool scaled) {
        auto out = net.node({.label = "out_" + name, .size_in = 2});
        net.connect(a, out,
                    {.label = name,
                     .function = swap_and_square,
                     .eval_points = given,
                     .scale_eval_points = scaled});
        net.probe(out, {.label = "p_" + name, .synapse = 0.01});
    };
    add("array", points, true);
    add("array_unscaled", points, false);
    add("uniform", Uniform{-1, 1}, true);
    add("sphere", UniformHypersphere{.surface = true}, true);
    return net;
}

Network solver_function_points() {
    RandomState rng(79);
    const Array points = uniform(rng, -1, 1, 100, 2);
    Values targets;
    for (std::size_t i = 0; i < 100; ++i) {
        const double x = points.values[2 * i], y = points.values[2 * i + 1];
        targets.insert(targets.end(), {x * y, x * x, y});
    }
    Network net({.seed = 79});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(30, 2, {.label = "a"});
    auto out = net.node({.label = "out", .size_in = 3});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, out,
                {.label = "ao", .function = Array({100, 3}, targets),
                 .eval_points = points});
    net.probe(out, {.label = "p", .synapse = 0.01});
    return net;
}

Network conn_slices() {
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

Network conn_slice_functions() {
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

Network conn_transforms() {
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

Network conn_neurons() {
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

Network conn_passthrough() {
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

Network conn_integrator() {
    Network net({.seed = 99});
    auto u = net.node(piecewise<double>({{0, 0}, {0.05, 1}, {0.15, -0.5}}),
                      {.label = "u"});
    auto a = net.ensemble(60, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua", .transform = 0.1, .synapse = 0.1});
    net.connect(a, a, {.label = "aa", .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.01});
    return net;
}

Network conn_oscillator() {
    Network net({.seed = 100});
    auto kick =
        net.node(piecewise<Values>({{0, {1, 0}}, {0.05, {0, 0}}}), {.label = "kick"});
    auto a = net.ensemble(80, 2, {.label = "a"});
    net.connect(kick, a, {.label = "ka"});
    net.connect(a, a,
                {.label = "aa", .transform = {{1.0, 1.5}, {-1.5, 1.0}}, .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

Network conn_controlled_oscillator() {
    Network net({.seed = 101});
    auto kick = net.node(piecewise<double>({{0, 1}, {0.05, 0}}), {.label = "kick"});
    auto speed = net.node(piecewise<double>({{0, 1}, {0.15, -0.5}}), {.label = "speed"});
    auto a = net.ensemble(100, 3, {.label = "a", .radius = 1.7});
    net.connect(kick, a[0], {.label = "ka"});
    net.connect(speed, a[2], {.label = "sa"});
    net.connect(a, a[Slice{.stop = 2}],
                {.label = "aa",
                 .function =
                     [](Span x) {
                         return Values{x[0] + 1.2 * x[1] * x[2],
                                       x[1] - 1.2 * x[0] * x[2]};
                     },
                 .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

Network conn_communication_chain() {
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

Network node_feedback() {
    Network net({.seed = 111});
    auto u = net.node(1.0, {.label = "u"});
    auto x = net.node([](double, Span input) { return input[0]; },
                      {.label = "x", .size_in = 1, .size_out = 1});
    net.connect(u, x, {.label = "ux", .transform = 0.05 * 10, .synapse = 0.05});
    net.connect(x, x, {.label = "xx", .transform = 0.5, .synapse = 0.05});
    net.connect(x, x,
                {.label = "xx0",
                 .function = [](double value) { return -0.1 * value; },
                 .synapse = 0.0});
    net.probe(x, {.label = "p"});
    return net;
}

Network probe_attributes() {
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

Network probe_synapses() {
    const std::vector<std::pair<std::string, Synapse>> kinds = {
        {"none", None}, {"zero", 0.0}, {"lowpass", 0.02}, {"alpha", Alpha{0.01}}};
    Network net({.seed = 151});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    auto conn = net.connect(u, a, {.label = "ua"});
    for (const auto& [name, synapse] : kinds) {
        net.probe(a, {.label = "a_" + name, .synapse = synapse});
        net.probe(a.neurons[Slice{.stop = 3}],
                  {.label = "neurons_" + name, .synapse = synapse});
        net.probe(conn, {.label = "conn_" + name, .synapse = synapse});
    }
    return net;
}

Network probe_sample_every() {
    const std::vector<std::pair<std::string, double>> kinds = {
        {"dt", 0.001},        {"two", 0.002},       {"three", 0.003},
        {"seven", 0.007},     {"half", 0.0005},     {"two_half", 0.0025},
        {"one_half", 0.0015}, {"third", 0.01 / 3},  {"tenth", 0.1}};
    Network net({.seed = 152});
    auto u = net.node([](double t) { return t; }, {.label = "u"});
    for (const auto& [name, every] : kinds) {
        net.probe(u, {.label = name, .sample_every = every});
    }
    return net;
}

Network probe_slices() {
    Network net({.seed = 153});
    auto u = net.node([](double t) { return Values{t, 2 * t, 3 * t, 4 * t}; },
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

Network probe_solver() {
    Network net({.seed = 154});
    auto u = net.node(sine, {.label = "u"});
    auto a = net.ensemble(20, 1, {.label = "a"});
    net.connect(u, a, {.label = "ua"});
    net.probe(a, {.label = "plain", .synapse = 0.01});
    net.probe(a, {.label = "l2", .synapse = 0.01, .solver = LstsqL2{.reg = 0.01}});
    net.probe(a, {.label = "noise", .synapse = 0.01, .solver = LstsqNoise{}});
    net.probe(a, {.label = "noise_seed",
                  .synapse = 0.01,
                  .solver = LstsqNoise{},
                  .seed = 5});
    return net;
}

Network config_nested() {
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
    auto c = inner.ensemble(10, 1, {.label = "c", .intercepts = Choice{{0.2}}});
    inner.connect(b, c, {.label = "bc", .synapse = None});
    auto d = net.ensemble(10, 1, {.label = "d"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab", .synapse = 0.005});
    net.connect(c, d, {.label = "cd"});
    for (const auto& ensemble : {a, b, c, d}) {
        net.probe(ensemble, {.label = "p" + ensemble.label});
    }
    return net;
}

Network config_preset() {
    Network net({.seed = 171});
    net.config.connection.solver = LstsqL2{.reg = 0.02};
    net.config.ensemble.encoders = Choice{{{1.0}, {-1.0}}};
    auto u = net.node(sine, {.label = "u"});
    // The thresholding preset with threshold 0.3 and radius 1.2, written out.
    auto a = net.ensemble(25, 1,
                          {.label = "a",
                           .radius = 1.2,
                           .encoders = Choice{{{1.0}}},
                           .intercepts = Exponential{0.15, 0.3, 1.2},
                           .eval_points = Uniform{0.3 / 1.2, 1}});
    auto b = net.ensemble(25, 1, {.label = "b"});
    net.connect(u, a, {.label = "ua"});
    net.connect(a, b, {.label = "ab"});
    net.probe(a, {.label = "pa", .synapse = 0.01});
    net.probe(b, {.label = "pb", .synapse = 0.01});
    return net;
}

auto relu_sine(NeuronModel type) {
    return [=] {
        constexpr double pi = 3.141592653589793;
        Network net({.seed = 2});
        net.config.ensemble.neuron_type = type;
        auto u = net.node([](double t) { return std::sin(2 * pi * t); },
                          {.label = "input"});
        auto a = net.ensemble(10, 1,
                              {.label = "a",
                               .max_rates = Uniform{100, 200},
                               .intercepts = Uniform{-1, 0.9}});
        net.connect(u, a, {.label = "input_a"});
        net.probe(u, {.label = "p_input"});
        net.probe(a, {.label = "p_decoded", .synapse = 0.01});
        net.probe(a.neurons, {.label = "p_neurons", .sample_every = 0.004});
        return net;
    };
}

Array no_solver_values() {
    RandomState rng(74);
    Array values = uniform(rng, -1, 1, 25, 2);
    for (double& value : values.values) {
        value /= 500.0;
    }
    return values;
}

std::vector<GoldenNetwork> make_list() {
    const std::vector<std::string> lif = {"output", "voltage", "refractory_time"};
    const std::vector<std::string> rate = {"output"};
    return {
        {"seeds", "seeds_flat", seeds_flat},
        {"seeds", "seeds_nested", seeds_nested},
        {"seeds", "seeds_explicit", seeds_explicit},
        {"ensemble", "ensemble_default_1d", ensemble_default_1d},
        {"ensemble", "ensemble_default_2d", ensemble_default_2d},
        {"ensemble", "ensemble_default_16d", ensemble_default_16d},
        {"ensemble", "ensemble_radius", ensemble_radius},
        {"ensemble", "ensemble_encoders", ensemble_encoders},
        {"ensemble", "ensemble_rates_intercepts", ensemble_rates_intercepts},
        {"ensemble", "ensemble_gain_bias", ensemble_gain_bias},
        {"ensemble", "ensemble_unnormalized_encoders", ensemble_unnormalized_encoders},
        {"ensemble", "ensemble_eval_points", ensemble_eval_points},
        {"neuron", "neuron_lif", neurons(LIF{}, 31, lif)},
        {"neuron", "neuron_lif_parameters",
         neurons(LIF{.tau_rc = 0.04, .tau_ref = 0.0015, .amplitude = 0.4,
                     .min_voltage = -0.5},
                 32, lif)},
        {"neuron", "neuron_lif_fast",
         neurons(LIF{.tau_ref = 0.0}, 33, lif, Uniform{600, 900})},
        {"neuron", "neuron_lifrate", neurons(LIFRate{.amplitude = 0.7}, 34, rate)},
        {"neuron", "neuron_relu", neurons(RectifiedLinear{.amplitude = 0.5}, 37, rate)},
        {"neuron", "neuron_spiking_relu",
         neurons(SpikingRectifiedLinear{.amplitude = 0.1}, 38, {"output", "voltage"},
                 Uniform{500, 2500})},
        {"neuron", "neuron_sigmoid",
         neurons(Sigmoid{.tau_ref = 0.002}, 39, rate, Uniform{300, 450})},
        {"neuron", "neuron_tanh", neurons(Tanh{}, 40, rate)},
        {"synapse", "synapse_connections", synapse_connections},
        {"solver", "solver_least_squares",
         solvers(70,
                 {{"l2", LstsqL2{}},
                  {"l2_small", LstsqL2{.reg = 0.01}},
                  {"l2_zero", LstsqL2{.reg = 0.001}},
                  {"l2nz", LstsqL2nz{}},
                  {"lstsq", Lstsq{}},
                  {"lstsq_exact", Lstsq{.rcond = 1e-6}}},
                 25)},
        {"solver", "solver_noise",
         solvers(71,
                 {{"noise", LstsqNoise{}},
                  {"noise_small", LstsqNoise{.noise = 0.03}},
                  {"mult", LstsqMultNoise{}},
                  {"mult_large", LstsqMultNoise{.noise = 0.4}}},
                 25, 200)},
        {"solver", "solver_none",
         solvers(74, {{"zeros", NoSolver{}}, {"values", NoSolver{no_solver_values()}}},
                 25)},
        {"solver", "solver_weights",
         solvers(75,
                 {{"l2", LstsqL2{.weights = true}},
                  {"l2nz", LstsqL2nz{.weights = true}},
                  {"noise", LstsqNoise{.weights = true}},
                  {"none", NoSolver{Array({25, 2}, Values(50, 1e-3)), true}}},
                 25, 200, true)},
        {"solver", "solver_eval_points", solver_eval_points},
        {"solver", "solver_function_points", solver_function_points},
        {"solver", "solver_wide",
         solvers(81, {{"l2", LstsqL2{}}, {"l2nz", LstsqL2nz{.reg = 0.2}}}, 60, 40)},
        {"conn", "conn_slices", conn_slices},
        {"conn", "conn_slice_functions", conn_slice_functions},
        {"conn", "conn_transforms", conn_transforms},
        {"conn", "conn_neurons", conn_neurons},
        {"conn", "conn_passthrough", conn_passthrough},
        {"conn", "conn_integrator", conn_integrator},
        {"conn", "conn_oscillator", conn_oscillator},
        {"conn", "conn_controlled_oscillator", conn_controlled_oscillator},
        {"conn", "conn_communication_chain", conn_communication_chain},
        {"node", "node_feedback", node_feedback},
        {"probe", "probe_attributes", probe_attributes},
        {"probe", "probe_synapses", probe_synapses},
        {"probe", "probe_sample_every", probe_sample_every},
        {"probe", "probe_slices", probe_slices},
        {"probe", "probe_solver", probe_solver},
        {"config", "config_nested", config_nested},
        {"config", "config_preset", config_preset},
        {"tutorial", "tutorial_relu_sine", relu_sine(RectifiedLinear{})},
        {"tutorial", "tutorial_spiking_relu_sine",
         relu_sine(SpikingRectifiedLinear{})},
    };
}

}  // namespace

const std::vector<GoldenNetwork>& golden_networks() {
    static const std::vector<GoldenNetwork> list = make_list();
    return list;
}

}  // namespace nengine::test

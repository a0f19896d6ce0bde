#include "golden_functions.hpp"
#include "golden_networks.hpp"

namespace nengine::test {

namespace {

Network synapse_connections() {
    const std::vector<std::pair<std::string, Synapse>> kinds = {
        {"none", None},
        {"zero", 0.0},
        {"lowpass", 0.01},
        {"alpha", Alpha{0.01}},
        {"order1_direct", LinearFilter{.num = {0.02, 1}, .den = {0.01, 1}}},
        {"order3",
         LinearFilter{.num = {1}, .den = {1 / 3e6, 450 / 3e6, 65000 / 3e6, 1.0}}},
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
    net.connect(
        a, out,
        {.label = "ao", .function = Array({100, 3}, targets), .eval_points = points});
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
    auto u =
        net.node(piecewise<double>({{0, 0}, {0.05, 1}, {0.15, -0.5}}), {.label = "u"});
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
    net.connect(
        a, a, {.label = "aa", .transform = {{1.0, 1.5}, {-1.5, 1.0}}, .synapse = 0.1});
    net.probe(a, {.label = "p", .synapse = 0.02});
    return net;
}

Network conn_controlled_oscillator() {
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

Array no_solver_values() {
    RandomState rng(74);
    Array values = uniform(rng, -1, 1, 25, 2);
    for (double& value : values.values) {
        value /= 500.0;
    }
    return values;
}

}  // namespace

std::vector<GoldenNetwork> golden_connections() {
    return {
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
    };
}

}  // namespace nengine::test

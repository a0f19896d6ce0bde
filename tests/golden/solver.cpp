#include "tests/golden/functions.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

namespace {

Array no_solver_values() {
    RandomState rng(74);
    Array values = uniform(rng, -1, 1, 25, 2);
    for (double& value : values.values) {
        value /= 500.0;
    }
    return values;
}

Network solvers(std::uint32_t seed,
                const std::vector<std::pair<std::string, Solver>>& kinds,
                std::int64_t n_neurons,
                const OrDefault<std::int64_t>& n_eval_points = {},
                bool to_ensembles = false) {
    Network net({.seed = seed});
    auto u = net.node(sincos, {.label = "u"});
    auto a = net.ensemble(n_neurons, 2, {.label = "a", .n_eval_points = n_eval_points});
    net.connect(u, a, {.label = "ua"});
    for (const auto& [name, solver] : kinds) {
        const ObjectView out =
            to_ensembles ? ObjectView(net.ensemble(12, 2, {.label = "out_" + name}))
                         : ObjectView(net.node({.label = "out_" + name, .size_in = 2}));
        net.connect(a, out, {.label = name, .solver = solver});
        net.probe(out, {.label = "p_" + name, .synapse = 0.01});
    }
    return net;
}

}  // namespace

GOLDEN_NETWORK(solver_least_squares) {
    return solvers(70,
                   {{"l2", LstsqL2{}},
                    {"l2_small", LstsqL2{.reg = 0.01}},
                    {"l2_zero", LstsqL2{.reg = 0.001}},
                    {"l2nz", LstsqL2nz{}},
                    {"lstsq", Lstsq{}},
                    {"lstsq_exact", Lstsq{.rcond = 1e-6}}},
                   25);
}

GOLDEN_NETWORK(solver_noise) {
    return solvers(71,
                   {{"noise", LstsqNoise{}},
                    {"noise_small", LstsqNoise{.noise = 0.03}},
                    {"mult", LstsqMultNoise{}},
                    {"mult_large", LstsqMultNoise{.noise = 0.4}}},
                   25, 200);
}

GOLDEN_NETWORK(solver_none) {
    return solvers(
        74, {{"zeros", NoSolver{}}, {"values", NoSolver{no_solver_values()}}}, 25);
}

GOLDEN_NETWORK(solver_weights) {
    return solvers(75,
                   {{"l2", LstsqL2{.weights = true}},
                    {"l2nz", LstsqL2nz{.weights = true}},
                    {"noise", LstsqNoise{.weights = true}},
                    {"none", NoSolver{Array({25, 2}, Values(50, 1e-3)), true}}},
                   25, 200, true);
}

GOLDEN_NETWORK(solver_wide) {
    return solvers(81, {{"l2", LstsqL2{}}, {"l2nz", LstsqL2nz{.reg = 0.2}}}, 60, 40);
}

GOLDEN_NETWORK(solver_eval_points) {
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

GOLDEN_NETWORK(solver_function_points) {
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

}  // namespace nengine::test

#include <gtest/gtest.h>

#include <cmath>

#include "errors.hpp"

namespace nengine::test {

namespace {

std::vector<Case> ensembles() {
    using enum Type;
    return {
        {"no neurons",
         validation,
         {"ensemble", "n_neurons", "got 0", "at least 1"},
         [](Example& e) { e.net.ensemble(0, 1); }},
        {"no dimensions",
         validation,
         {"'x'", "dimensions", "got 0"},
         [](Example& e) { e.net.ensemble(5, 0, {.label = "x"}); }},
        {"a radius of zero",
         validation,
         {"'x'", "radius", "got 0"},
         [](Example& e) { e.net.ensemble(5, 1, {.label = "x", .radius = 0.0}); }},
        {"a negative radius",
         validation,
         {"radius", "got -1"},
         [](Example& e) { e.net.ensemble(5, 1, {.radius = -1.0}); }},
        {"a radius that is not a number",
         validation,
         {"radius"},
         [](Example& e) { e.net.ensemble(5, 1, {.radius = nan}); }},
        {"no evaluation points",
         validation,
         {"n_eval_points", "got 0"},
         [](Example& e) { e.net.ensemble(5, 1, {.n_eval_points = 0}); }},
        {"max_rates that neurons cannot reach",
         validation,
         {"'x'", "max_rates"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .max_rates = Choice{{600.0}}});
             e.simulate();
         }},
        {"an intercept of one",
         build,
         {"'x'", "gain", "got -inf", "needs a finite value above 0"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .intercepts = Choice{{1.0}}});
             e.simulate();
         }},
        {"an intercept above one",
         build,
         {"'x'", "gain", "got -", "intercept 1.5", "needs a finite value above 0"},
         [](Example& e) {
             e.net.ensemble(5, 1,
                            {.label = "x",
                             .max_rates = Choice{{50.0}},
                             .intercepts = Choice{{1.5}},
                             .neuron_type = RectifiedLinear{}});
             e.simulate();
         }},
        {"encoders of zero",
         build,
         {"'x'", "encoder 0"},
         [](Example& e) {
             e.net.ensemble(2, 1, {.label = "x", .encoders = Array{{0.0}, {0.0}}});
             e.simulate();
         }},
        {"encoders of another shape",
         validation,
         {"'x'", "encoders", "got shape [1, 1]", "needs"},
         [](Example& e) {
             e.net.ensemble(2, 1, {.label = "x", .encoders = Array{{1.0}}});
             e.simulate();
         }},
        {"as many intercepts as other neurons",
         validation,
         {"'x'", "intercepts"},
         [](Example& e) {
             e.net.ensemble(3, 1, {.label = "x", .intercepts = Array{0.1, 0.2}});
             e.simulate();
         }},
        {"a gain without a bias",
         validation,
         {"'x'", "bias"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .gain = Choice{{1.0}}});
             e.simulate();
         }},
        {"a bias without a gain",
         validation,
         {"'x'", "gain"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .bias = Choice{{1.0}}});
             e.simulate();
         }},
        {"evaluation points of other dimensions",
         validation,
         {"'x'", "eval_points"},
         [](Example& e) {
             e.net.ensemble(5, 2, {.label = "x", .eval_points = Array{{0.5}, {1.0}}});
             e.simulate();
         }},
        {"a negative time constant of neurons",
         validation,
         {"'x'", "tau_rc"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .neuron_type = LIF{.tau_rc = -1.0}});
             e.simulate();
         }},
        {"an initial state that there is none of",
         validation,
         {"'x'", "speed"},
         [](Example& e) {
             e.net.ensemble(
                 5, 1,
                 {.label = "x",
                  .neuron_type = LIF{.initial_state = {{"speed", Choice{{1.0}}}}}});
             e.simulate();
         }},
    };
}

std::vector<Case> nodes() {
    using enum Type;
    return {
        {"a constant that is not a number",
         validation,
         {"'x'", "nan", "finite"},
         [](Example& e) { e.net.node(nan, {.label = "x"}); }},
        {"an infinite constant",
         validation,
         {"'x'", "inf"},
         [](Example& e) {
             e.net.node({1.0, INFINITY}, {.label = "x"});
         }},
        {"a constant of two axes",
         validation,
         {"'x'", "[2, 1]"},
         [](Example& e) {
             e.net.node(Array{{1.0}, {2.0}}, {.label = "x"});
         }},
        {"a constant with an input",
         validation,
         {"'x'", "size_in 1"},
         [](Example& e) { e.net.node(1.0, {.label = "x", .size_in = 1}); }},
        {"a constant of another size_out",
         validation,
         {"'x'", "size_out 3"},
         [](Example& e) { e.net.node(1.0, {.label = "x", .size_out = 3}); }},
        {"a function of t alone with an input",
         validation,
         {"'x'", "(t, x)"},
         [](Example& e) {
             e.net.node([](double t) { return t; }, {.label = "x", .size_in = 2});
         }},
        {"a function of (t, x) without an input",
         validation,
         {"'x'", "t alone"},
         [](Example& e) {
             e.net.node([](double, std::span<const double> x) { return x[0]; },
                        {.label = "x", .size_out = 1});
         }},
        {"a negative size_in",
         validation,
         {"'x'", "size_in -1"},
         [](Example& e) { e.net.node({.label = "x", .size_in = -1}); }},
        {"a value that is not a number",
         simulation,
         {"'x'", "nan"},
         [](Example& e) {
             e.net.node([](double t) { return t > 0.0015 ? nan : t; }, {.label = "x"});
             e.run();
         }},
        {"an infinite value",
         simulation,
         {"'x'", "inf"},
         [](Example& e) {
             e.net.node([](double t) { return t > 0 ? INFINITY : 0.0; },
                        {.label = "x"});
             e.run();
         }},
        {"nothing instead of a value",
         simulation,
         {"'x'"},
         [](Example& e) {
             e.net.node([](double) {}, {.label = "x", .size_out = 1});
             e.run();
         }},
        {"a value of another size",
         simulation,
         {"'x'", "2"},
         [](Example& e) {
             e.net.node(
                 [](double) {
                     return std::vector{1.0, 2.0};
                 },
                 {.label = "x", .size_out = 1});
             e.run();
         }},
    };
}

TEST(Errors, OfEnsembles) {
    expect_errors(ensembles());
}

TEST(Errors, OfNodes) {
    expect_errors(nodes());
}

}  // namespace

}  // namespace nengine::test

#include <gtest/gtest.h>

#include <cmath>

#include "errors.hpp"

namespace nengine::test {

namespace {

std::vector<Case> connections() {
    using enum Type;
    return {
        {"ends of different sizes",
         shape,
         {"'a'", "'rates'", "size 2", "size 1"},
         [](Example& e) { e.net.connect(e.a, e.rates); }},
        {"a transform of another size_out",
         shape,
         {"[3, 2]", "[1, 2]"},
         [](Example& e) {
             e.net.connect(e.a, e.rates,
                           {.transform = {{1.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}}});
         }},
        {"a transform of another size_in",
         shape,
         {"[1, 1]", "[1, 2]"},
         [](Example& e) { e.net.connect(e.a, e.rates, {.transform = {{1.0}}}); }},
        {"a vector as transform between different sizes",
         shape,
         {"'a'", "'rates'"},
         [](Example& e) {
             e.net.connect(e.a, e.rates, {.transform = {1.0, 2.0}});
         }},
        {"a transform of three axes",
         shape,
         {"matrix"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.transform = Array({1, 2, 2}, {1, 2, 3, 4})});
         }},
        {"a function of neurons",
         validation,
         {"function", "'a'"},
         [](Example& e) {
             e.net.connect(e.a.neurons, e.sum,
                           {.function = [](double x) { return x; }});
         }},
        {"a function of a node that passes its input on",
         validation,
         {"function"},
         [](Example& e) {
             e.net.connect(e.sum, e.a, {.function = [](double x) { return x; }});
         }},
        {"a function without a value",
         validation,
         {"function", "nothing"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.function = [](std::span<const double>) {}});
         }},
        {"evaluation points of a node",
         validation,
         {"eval_points", "ensemble"},
         [](Example& e) { e.net.connect(e.u, e.a, {.eval_points = Uniform{}}); }},
        {"evaluation points of some dimensions",
         validation,
         {"eval_points", "whole"},
         [](Example& e) {
             e.net.connect(e.a[0], e.rates, {.eval_points = Uniform{}});
         }},
        {"evaluation points of other dimensions",
         shape,
         {"eval_points", "[points, 2]"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.eval_points = Array{{1.0}, {2.0}}});
         }},
        {"values of a function without points",
         validation,
         {"function", "eval_points"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.function = Array{{1.0, 2.0}}});
         }},
        {"more values of a function than points",
         shape,
         {"function", "2"},
         [](Example& e) {
             e.net.connect(e.a, e.sum,
                           {.function = Array{{1.0, 2.0}},
                            .eval_points = Array{{1.0, 0.0}, {0.0, 1.0}}});
         }},
        {"a position out of range",
         validation,
         {"'a'", "2"},
         [](Example& e) { e.net.connect(e.a[2], e.rates); }},
        {"a negative position out of range",
         validation,
         {"'a'", "-3"},
         [](Example& e) { e.net.connect(e.a[-3], e.rates); }},
        {"a list with a position out of range",
         validation,
         {"'a'", "5"},
         [](Example& e) {
             e.net.connect(e.a[{0, 5}], e.sum);
         }},
        {"no components",
         validation,
         {"'a'", "at least one"},
         [](Example& e) {
             e.net.connect(e.a[Slice{1, 1}], e.rates);
         }},
        {"a slice of step zero",
         validation,
         {"'a'", "step 0"},
         [](Example& e) { e.net.connect(e.a[Slice{.step = 0}], e.sum); }},
        {"a connection as source",
         validation,
         {"connection"},
         [](Example& e) { e.net.connect(e.ua, e.sum); }},
        {"a source without output",
         validation,
         {"'sink'", "no output"},
         [](Example& e) {
             auto sink = e.net.node([](double, std::span<const double>) {},
                                    {.label = "sink", .size_in = 2});
             e.net.connect(sink, e.a);
         }},
        {"a target without input",
         validation,
         {"'u'", "no input"},
         [](Example& e) { e.net.connect(e.a, e.u); }},
        {"a negative time constant",
         validation,
         {"tau", "-0.1"},
         [](Example& e) { e.net.connect(e.a, e.sum, {.synapse = -0.1}); }},
        {"a time constant that is not a number",
         validation,
         {"tau"},
         [](Example& e) { e.net.connect(e.a, e.sum, {.synapse = Lowpass{nan}}); }},
        {"the neurons of a direct ensemble",
         validation,
         {"'direct'"},
         [](Example& e) {
             auto direct =
                 e.net.ensemble(5, 2, {.label = "direct", .neuron_type = Direct{}});
             e.net.connect(e.u, direct.neurons);
         }},
        {"neurons that are never active",
         build,
         {"'a'", "'silent'"},
         [](Example& e) {
             e.a.max_rates = Choice{{100.0}};
             e.a.intercepts = Choice{{0.9}};
             e.a.eval_points = Array{{0.0, 0.0}};
             e.net.connect(e.a, e.sum, {.label = "silent"});
             e.simulate();
         }},
        {"a function whose value is not a number",
         build,
         {"'bad'"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.label = "bad", .function = [](double x) {
                                            return x == 0.0 ? 0.0 : nan;
                                        }});
             e.simulate();
         }},
        {"a loop without a synapse",
         build,
         {"'sum'", "synapse"},
         [](Example& e) {
             e.net.connect(e.sum, e.sum, {.synapse = None});
             e.simulate();
         }},
        {"an object of another network",
         validation,
         {"'stranger'", "another network"},
         [](Example& e) {
             Network other;
             e.net.connect(other.node({1.0, 2.0}, {.label = "stranger"}), e.sum);
             e.simulate();
         }},
    };
}

TEST(Errors, OfConnections) {
    expect_errors(connections());
}

}  // namespace

}  // namespace nengine::test

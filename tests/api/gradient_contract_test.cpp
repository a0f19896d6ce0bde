#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Training through what has no gradient says so, and names the user's objects.

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr std::int64_t n_steps = 5;

Tensor ones(std::int64_t size) {
    return Tensor({1, n_steps, size},
                  std::vector(static_cast<std::size_t>(n_steps * size), 1.0));
}

/// A connection that PES changes; its error comes over the connection "dense", whose
/// weight is trained.
struct LearnedByTrainedError {
    Network net{NetworkOptions{.seed = 3}};
    Node u = net.node({0.5}, {.label = "u"});
    Ensemble a = net.ensemble(20, 1, {.label = "a", .trainable = false});
    Node out = net.node({.label = "out", .size_in = 1});
    Connection learned = net.connect(
        a, out, {.label = "learned", .learning_rule = PES{.learning_rate = 1e-2}});
    Probe delta = net.probe(learned.learning_rule, {.attr = "delta"});
    Probe error = net.probe(learned.learning_rule, {.attr = "error"});

    LearnedByTrainedError() {
        net.connect(u, a, {.trainable = false});
        net.connect(u, learned.learning_rule,
                    {.label = "dense", .transform = 0.5, .synapse = None});
    }

    /// @return  the trained weight, which was 0.5
    double fit(const Probe& probe, std::int64_t size) {
        Simulator sim(net, quiet(1));
        sim.compile({.optimizer = SGD{0.1}, .loss = {{probe, MeanSquaredError{}}}});
        sim.fit({{u, ones(1)}}, {{probe, ones(size)}});
        return sim.parameter("dense.weights").values[0];
    }
};

TEST(GradientContract, ALossOnAChangeOfWeightsIsRefused) {
    LearnedByTrainedError of;

    EXPECT_THAT(
        message<BuildError>([&] { of.fit(of.delta, 20); }),
        AllOf(HasSubstr("SimPES 'learned.PES'"), HasSubstr("slot 1"),
              HasSubstr("'learned.PES.error'"), HasSubstr("trainable = false")));
}

TEST(GradientContract, ALossOnTheErrorOfALearningRuleTrains) {
    LearnedByTrainedError of;

    EXPECT_GT(of.fit(of.error, 1), 0.5);
}

/// "first" -> a function of the user's -> "second" -> a probe; both are trained.
struct ThroughAFunction {
    Network net{NetworkOptions{.seed = 3}};
    Node u = net.node({0.5}, {.label = "u"});
    Node plant = net.node([](double, std::span<const double> x) { return 2 * x[0]; },
                          {.label = "plant", .size_in = 1});
    Node out = net.node({.label = "out", .size_in = 1});
    Connection first =
        net.connect(u, plant, {.label = "first", .transform = 0.5, .synapse = None});
    Connection second =
        net.connect(plant, out, {.label = "second", .transform = 0.5, .synapse = None});
    Probe p = net.probe(out);

    double fit() {
        Simulator sim(net, quiet(1));
        sim.compile({.optimizer = SGD{0.1}, .loss = {{p, MeanSquaredError{}}}});
        sim.fit({{u, ones(1)}}, {{p, ones(1)}});
        EXPECT_EQ(sim.parameter("first.weights").values[0], 0.5);
        return sim.parameter("second.weights").values[0];
    }
};

TEST(GradientContract, WhatLossesSeeThroughAFunctionAloneIsNamed) {
    ThroughAFunction of;

    EXPECT_THAT(message<BuildError>([&] { of.fit(); }),
                AllOf(HasSubstr("'first.weights'"), HasSubstr("HostFunction 'plant"),
                      HasSubstr("trainable = false")));
}

TEST(GradientContract, WhatComesAfterAFunctionTrains) {
    ThroughAFunction of;
    of.first.trainable = false;

    EXPECT_GT(of.fit(), 0.5);
}

}  // namespace
}  // namespace nengine::test

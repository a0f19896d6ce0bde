#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <list>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

// The forms in which options and attributes take their values.

TEST(Options, TakeListsAndTablesOfNumbersInContainers) {
    Network net({.seed = 1});
    const std::vector<std::vector<double>> rows{{0.0, 1.0}, {1.0, 0.0}};
    const std::vector<float> numbers{0.5f, -0.5f};
    const std::array whole{100, 200};

    auto u = net.node(whole);
    auto a =
        net.ensemble(2, 2, {.encoders = rows, .max_rates = whole, .gain = numbers});
    auto c = net.connect(u, a, {.transform = rows});
    net.connect(u, a, {.transform = numbers});
    net.connect(a, net.node({.size_in = 2}),
                {.function = rows, .solver = NoSolver{rows}, .eval_points = rows});

    EXPECT_EQ(u.output.constant(), (Array{100.0, 200.0}));
    EXPECT_EQ(a.encoders.array(), (Array{{0.0, 1.0}, {1.0, 0.0}}));
    EXPECT_EQ(a.gain->array(), (Array{0.5, -0.5}));
    EXPECT_EQ(std::get<Array>(c.transform.value()), Array(rows));
    c.transform = numbers;
    a.eval_points = rows;
    EXPECT_EQ(std::get<Array>(c.transform.value()), (Array{0.5, -0.5}));
    EXPECT_EQ(a.eval_points.array(), Array(rows));
}

TEST(Options, NoneTakesBackWhatAConfigSets) {
    Network net({.seed = 1});
    net.config.ensemble.noise = WhiteNoise{};
    net.config.ensemble.gain = net.config.ensemble.bias = 1.0;
    net.config.ensemble.n_eval_points = 50;
    net.config.connection.eval_points = Uniform{-1, 1};
    net.config.probe.sample_every = 0.1;

    auto given = net.ensemble(5, 1);
    auto none = net.ensemble(
        5, 1, {.gain = None, .bias = None, .n_eval_points = None, .noise = None});
    auto c = net.connect(given, none, {.eval_points = None});
    auto p = net.probe(none, {.sample_every = None});

    EXPECT_TRUE(given.noise && given.gain && given.bias && given.n_eval_points);
    EXPECT_FALSE(none.noise || none.gain || none.bias || none.n_eval_points);
    EXPECT_FALSE(c.eval_points || p.sample_every);
    given.noise = None;
    given.gain = None;
    given.seed = None;
    EXPECT_FALSE(given.noise || given.gain || given.seed);
}

TEST(Options, ASynapseOfNoneIsAValue) {
    const BCM rule{.post_synapse = None};
    ASSERT_TRUE(rule.post_synapse.has_value());
    EXPECT_TRUE(rule.post_synapse->is_none());
}

TEST(Options, SeedsOutOfRangeAreErrors) {
    Network net({.seed = 4294967295});
    EXPECT_THAT(message<ValidationError>([&] { net.ensemble(5, 1, {.seed = -1}); }),
                HasSubstr("seed: got -1, needs a number from 0 to 4294967295"));
    EXPECT_THROW(net.node(WhiteNoise{.seed = 4294967296}), ValidationError);
    EXPECT_THROW(net.seed = -5, ValidationError);
    EXPECT_THROW(RandomStream(-5), ValidationError);
    EXPECT_EQ(net.seed, 4294967295);
    net.seed = 0;
    EXPECT_EQ(*net.seed, 0u);
}

TEST(Functions, MayReturnArrays) {
    Network net({.seed = 1});
    auto u = net.node([](double t) { return Array{t, 2.0}; });
    auto c = net.connect(
        u, net.node({.size_in = 1}),
        {.function = [](std::span<const double> x) -> Array { return x[0] * x[1]; }});
    EXPECT_EQ(u.size_out, 2);
    EXPECT_EQ(c.size_mid(), 1);
}

TEST(Functions, OfOneNumberSetAllComponentsOfANode) {
    Network net({.seed = 1});
    auto u = net.node([](double t) { return t; }, {.size_out = 3});
    auto v = net.node([](double, std::span<const double> x) { return x[0]; },
                      {.size_in = 1, .size_out = 2});
    net.connect(u[0], v, {.synapse = None});
    const auto p = net.probe(u), q = net.probe(v);

    Simulator sim(net, quiet());
    sim.step();

    EXPECT_EQ(sim.data(p).to_vector(), (std::vector{0.001, 0.001, 0.001}));
    EXPECT_EQ(sim.data(q).to_vector(), (std::vector{0.001, 0.001}));
}

TEST(Functions, KeepWhatTheyHoldThroughResetsInEachSimulator) {
    Network net({.seed = 1});
    auto u = net.node([n = 0](double) mutable { return ++n; }, {.size_out = 1});
    const auto p = net.probe(u);
    Simulator first(net, quiet());
    first.run_steps(2);
    first.step();
    EXPECT_EQ(first.data(p).to_vector(), (std::vector{1.0, 2.0, 3.0}));

    first.reset();
    first.run_steps(2);
    Simulator second(net, quiet());
    second.run_steps(2);

    EXPECT_EQ(first.data(p).to_vector(), (std::vector{4.0, 5.0}));
    EXPECT_EQ(second.data(p).to_vector(), (std::vector{1.0, 2.0}));
}

TEST(Slices, ListsMayBeOfAnyWholeNumbers) {
    Network net({.seed = 1});
    auto u = net.node({1.0, 2.0, 3.0});
    const auto p = net.probe(u[std::vector<int>{2, 0}]);
    const auto q = net.probe(u[std::vector<std::size_t>{1}]);
    const auto r = net.probe(u[std::list<short>{-1, 1}]);

    Simulator sim(net, quiet());
    sim.step();

    EXPECT_EQ(sim.data(p).to_vector(), (std::vector{3.0, 1.0}));
    EXPECT_EQ(sim.data(q).to_vector(), (std::vector{2.0}));
    EXPECT_EQ(sim.data(r).to_vector(), (std::vector{3.0, 2.0}));
}

TEST(Views, EndsOfConnectionsCompareWithObjects) {
    Network net({.seed = 1});
    auto a = net.ensemble(5, 2), b = net.ensemble(5, 2);
    const auto c =
        net.connect(a[1], b.neurons[Slice{0, 2}], {.transform = {{1.0}, {2.0}}});

    EXPECT_TRUE(c.pre() == a[1]);
    EXPECT_FALSE(c.pre() == a);
    EXPECT_TRUE(c.pre().whole() == a);
    EXPECT_FALSE(c.pre().whole() == b);
    EXPECT_FALSE(c.post().whole() == b);
    EXPECT_TRUE(c.post().whole() == b.neurons);
}

}  // namespace
}  // namespace nengine::test

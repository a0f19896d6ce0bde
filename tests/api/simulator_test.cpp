#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <random>

#include "engine/io/npz.hpp"
#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Shape = Tensor::Shape;

/// t, and x added to it, probed.
struct Adder {
    Network net{NetworkOptions{.seed = 1}};
    Node time = net.node([](double t) { return t; }, {.label = "time"});
    Node x = net.node(10.0, {.label = "x"});
    Node sum = net.node({.label = "sum", .size_in = 1});
    Probe p = net.probe(sum, {.label = "p"});

    Adder() {
        net.connect(time, sum, {.synapse = None});
        net.connect(x, sum, {.synapse = None});
    }
};

TEST(Simulator, RunsFromStepOne) {
    const Adder adder;
    Simulator sim(adder.net, quiet());

    sim.run(0.003);

    const Tensor data = sim.data(adder.p);
    EXPECT_EQ(data.shape(), Shape({3, 1}));
    EXPECT_THAT(data.to_vector(), ::testing::Pointwise(::testing::DoubleNear(1e-12),
                                                       {10.001, 10.002, 10.003}));
    EXPECT_EQ(sim.n_steps(), 3);
    EXPECT_NEAR(sim.time(), 0.003, 1e-12);
    EXPECT_THAT(sim.trange(), ::testing::Pointwise(::testing::DoubleNear(1e-12),
                                                   {0.001, 0.002, 0.003}));
}

TEST(Simulator, ContinuesWhereItStopped) {
    const Adder adder;
    Simulator sim(adder.net, quiet(2));

    sim.run_steps(2);
    sim.step();

    const Tensor data = sim.data(adder.p);
    EXPECT_EQ(data.shape(), Shape({2, 3, 1}));
    EXPECT_NEAR(data(1, 2, 0), 10.003, 1e-12);
    EXPECT_NEAR(data(0, 0, 0), 10.001, 1e-12);
}

TEST(Simulator, HoldsDataOfOneStep) {
    const Adder adder;
    Simulator sim(adder.net, quiet(2));

    sim.run_steps(3, {.data = {{adder.x, Tensor({2, 1, 1}, std::vector{1.0, 2.0})}}});

    const Tensor data = sim.data(adder.p);
    EXPECT_NEAR(data(0, 2, 0), 1.003, 1e-12);
    EXPECT_NEAR(data(1, 0, 0), 2.001, 1e-12);
}

TEST(Simulator, TakesDataForEveryStepByName) {
    const Adder adder;
    Simulator sim(adder.net, quiet());

    sim.run_steps(
        2, {.data = {{"x", Tensor({1, 2, 1}, std::vector<float>{1.0f, 2.0f})},
                     {"time", Tensor({1, 2, 1}, std::vector<float>{0.5f, 0.25f})}}});

    EXPECT_THAT(sim.data(adder.p).to_vector(), ElementsAre(1.5, 2.25));
}

TEST(Simulator, PredictsAnyNumberOfItemsAndReturnsToItsState) {
    Network net({.seed = 1});
    auto x = net.node(0.0, {.label = "x"});
    auto p = net.probe(x, {.label = "p", .synapse = 0.01});
    Simulator sim(net, quiet(2));
    const Tensor data({5, 1, 1}, std::vector{1.0, 2.0, 3.0, 4.0, 5.0});

    const auto first = sim.predict({{x, data}}, {.n_steps = 3});
    const auto second = sim.predict({{x, data}}, {.n_steps = 3});

    EXPECT_EQ(first[p].shape(), Shape({5, 3, 1}));
    EXPECT_EQ(first[p].to_vector(), second[p].to_vector());
    const double a = 1.0 - std::exp(-0.1);
    EXPECT_EQ(first[p](4, 0, 0), 0.0);
    EXPECT_NEAR(first[p](4, 1, 0), 5.0 * a, 1e-12);
    EXPECT_EQ(sim.n_steps(), 0);
    EXPECT_THROW(first["q"], ValidationError);
    EXPECT_EQ(first["p"].size(), 15);
}

TEST(Simulator, PredictsStatefullyWhenAsked) {
    Network net({.seed = 1});
    auto x = net.node(1.0);
    auto p = net.probe(x, {.synapse = 0.01});
    Simulator one(net, quiet(1)), two(net, quiet(1));

    const auto whole = one.predict({}, {.n_steps = 4});
    two.predict({}, {.n_steps = 2, .stateful = true});
    const auto second = two.predict({}, {.n_steps = 2, .stateful = true});

    EXPECT_EQ(two.n_steps(), 4);
    EXPECT_NEAR(second[p](0, 1, 0), whole[p](0, 3, 0), 1e-12);
}

TEST(Simulator, ChecksShapesAndNamesOfData) {
    const Adder adder;
    Simulator sim(adder.net, quiet(2));
    const auto run_with = [&](Data data) {
        sim.run_steps(3, {.data = std::move(data)});
    };
    const std::vector<double> two(2), six(6);

    EXPECT_THAT(
        message<ShapeError>([&] {
            run_with({{"x", Tensor({2, 1}, two)}});
        }),
        HasSubstr("node 'x': got data of shape [2, 1], needs [batch, steps, 1]"));
    EXPECT_THAT(message<ShapeError>([&] {
                    run_with({{"x", Tensor({1, 2, 1}, two)}});
                }),
                HasSubstr("got data for 2 steps"));
    EXPECT_THAT(message<ValidationError>([&] {
                    run_with({{"x", Tensor({6, 1, 1}, six)}});
                }),
                HasSubstr("got data for 6 items"));
    EXPECT_THAT(message<ValidationError>([&] {
                    run_with({{"y", Tensor({2, 1, 1}, two)}});
                }),
                HasSubstr("got the name 'y', needs one of the input nodes: time, x"));
    EXPECT_THROW(run_with({{adder.sum, Tensor({2, 1, 1}, two)}}), ValidationError);
    EXPECT_THROW(run_with({{adder.p, Tensor({2, 1, 1}, two)}}), ValidationError);
    EXPECT_EQ(sim.n_steps(), 0);
    EXPECT_THAT(message<ValidationError>([&] { sim.predict(); }),
                HasSubstr("neither data nor n_steps"));
}

TEST(Simulator, NamesAFunctionThatFails) {
    Network net({.seed = 1});
    net.node([](double t) { return t > 0.0025 ? std::nan("") : t; }, {.label = "bad"});
    auto other = net.node(
        [](double t) {
            if (t > 0.0055) {
                throw std::runtime_error("no more");
            }
            return t;
        },
        {.label = "stops"});
    auto p = net.probe(other);
    Simulator sim(net, quiet());

    EXPECT_THAT(message<SimulationError>([&] { sim.run_steps(5); }),
                HasSubstr("node 'bad': at t = 0.003"));
    EXPECT_EQ(sim.data(p).extent(0), sim.n_steps());
}

TEST(Simulator, ResetsToTheBeginning) {
    Network net({.seed = 3});
    auto x = net.node([](double t) { return std::sin(30 * t); });
    auto a = net.ensemble(30, 1);
    net.connect(x, a);
    auto p = net.probe(a, {.synapse = 0.01});
    Simulator sim(net, quiet());
    sim.run_steps(40);
    const auto first = sim.data(p).to_vector();

    sim.reset();
    EXPECT_EQ(sim.n_steps(), 0);
    EXPECT_EQ(sim.data(p).size(), 0);
    sim.run_steps(40);

    EXPECT_EQ(sim.data(p).to_vector(), first);
}

TEST(Simulator, SharesANetworkWithOthersOfAnotherMinibatchSize) {
    Network net({.seed = 3});
    auto x = net.node(0.5);
    auto a = net.ensemble(30, 1);
    net.connect(x, a);
    auto p = net.probe(a, {.synapse = 0.01});
    Simulator one(net, quiet()), five(net, quiet(5));

    one.run_steps(10);
    five.run_steps(10);
    auto late = net.probe(x);
    Simulator extended(net, quiet());
    extended.run_steps(2);

    EXPECT_EQ(five.data(p).shape(), Shape({5, 10, 1}));
    EXPECT_NEAR(one.data(p)(9, 0), five.data(p)(4, 9, 0), 1e-10);
    EXPECT_THAT(extended.data(late).to_vector(), ElementsAre(0.5, 0.5));
    EXPECT_THROW(one.data(late), ValidationError);
}

TEST(Simulator, KeepsOnlyTheLastSampleWithoutHistory) {
    Adder adder;
    adder.p.keep_history = false;
    Simulator sim(adder.net, quiet());

    sim.run_steps(4);
    sim.run_steps(3);

    EXPECT_EQ(sim.data(adder.p).shape(), Shape({1, 1}));
    EXPECT_NEAR(sim.data(adder.p)(0, 0), 10.007, 1e-12);
}

TEST(Simulator, RefusesCallsAfterItWasClosed) {
    const Adder adder;
    Simulator sim(adder.net, quiet());
    sim.run_steps(2);

    sim.close();

    EXPECT_TRUE(sim.closed());
    EXPECT_THROW(sim.run_steps(1), SimulatorClosed);
    EXPECT_THROW(sim.predict({}, {.n_steps = 1}), SimulatorClosed);
    EXPECT_EQ(sim.data(adder.p).extent(0), 2);
    EXPECT_EQ(sim.n_steps(), 2);
}

TEST(Simulator, TakesItsSeedFromTheOptionsOrTheNetwork) {
    const Adder adder;  // seed 1
    auto options = quiet();
    EXPECT_EQ(Simulator(adder.net, options).seed(), 2u);
    options.seed = 7;
    EXPECT_EQ(Simulator(adder.net, options).seed(), 7u);
}

TEST(Simulator, RejectsBadOptions) {
    const Adder adder;
    auto options = quiet(0);
    EXPECT_THROW(Simulator(adder.net, options), ValidationError);
    options = quiet();
    options.dt = 0.0;
    EXPECT_THROW(Simulator(adder.net, options), ValidationError);
    Network outer;
    auto inner = outer.subnetwork({.label = "inner"});
    EXPECT_THROW(Simulator(inner, quiet()), ValidationError);
    Simulator sim(adder.net, quiet());
    EXPECT_THROW(sim.run(-1.0), ValidationError);
}

TEST(Simulator, WarnsOfRunsThatShowNothing) {
    Network net({.seed = 1});
    auto x = net.node(1.0);
    net.probe(x, {.synapse = 0.01});
    std::vector<std::string> warnings;
    auto options = quiet();
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
    Simulator sim(net, options);

    sim.run(0.0001);
    sim.predict({}, {.n_steps = 1});

    ASSERT_EQ(warnings.size(), 2u);
    EXPECT_THAT(warnings[0], HasSubstr("no step"));
    EXPECT_THAT(warnings[1], HasSubstr("synapses"));
}

TEST(Simulator, ShowsWhatWasBuilt) {
    Network net({.seed = 3});
    auto x = net.node(0.5);
    auto a = net.ensemble(3, 1, {.radius = 2.0, .gain = {1, 2, 4}, .bias = {1, 0, -1}});
    auto xa = net.connect(x, a);
    auto ax = net.connect(a, net.node({.size_in = 1}), {.transform = 3.0});
    Simulator sim(net, quiet());

    const auto built = sim.data(a);

    EXPECT_THAT(built.gain.values,
                ::testing::Pointwise(::testing::DoubleNear(1e-12), {1.0, 2.0, 4.0}));
    EXPECT_EQ(built.bias.values, (std::vector{1.0, 0.0, -1.0}));
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(built.scaled_encoders.values[i],
                    built.encoders.values[i] * built.gain.values[i] / 2.0, 1e-12);
    }
    EXPECT_FALSE(sim.data(xa).weights.has_value());
    const auto weights = sim.data(ax).weights;
    ASSERT_TRUE(weights.has_value());
    EXPECT_EQ(weights->shape, Shape({1, 3}));
}

TEST(Simulator, ShowsMaxRatesAndInterceptsAsTheyWereDrawn) {
    // Where gains come from a counted curve, computing back gives other numbers.
    for (const NeuronModel& type : {NeuronModel(Izhikevich{}), NeuronModel(LIF{})}) {
        Network net({.seed = 1});
        const auto a = net.ensemble(5, 2,
                                    {.max_rates = Uniform{20, 40},
                                     .intercepts = Uniform{-0.9, 0.5},
                                     .neuron_type = type});
        net.probe(a);
        Simulator sim(net, quiet());
        Simulator precise(net, {.dtype = DType::float64, .progress_bar = false});

        const auto drawn = sim.data(a), again = precise.data(a);
        EXPECT_EQ(drawn.max_rates, again.max_rates);
        EXPECT_EQ(drawn.intercepts, again.intercepts);
        EXPECT_EQ(drawn.gain, again.gain);
        EXPECT_EQ(drawn.bias, again.bias);
        for (const double rate : drawn.max_rates.values) {
            EXPECT_TRUE(rate >= 20 && rate < 40) << rate;
        }
    }
}

TEST(Simulator, ExplainsItsPlan) {
    const Adder adder;
    SimulatorOptions options = quiet();
    options.device = "cpu";
    Simulator sim(adder.net, options);
    EXPECT_FALSE(sim.explain(10).empty());
    EXPECT_THAT(sim.device(), HasSubstr("cpu"));
}

}  // namespace
}  // namespace nengine::test

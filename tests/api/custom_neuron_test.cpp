#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"
#include "tests/api/custom_neurons.hpp"

NENGINE_REGISTER_NEURON(Theta);
NENGINE_REGISTER_NEURON(UsersLif);
NENGINE_REGISTER_NEURON(Halved);

namespace nengine::test {
namespace {

/// Two populations in a row and one in a loop: merged, folded and stepped.
struct Populations {
    Network net{NetworkOptions{.seed = 3}};
    Node input = net.node({0.5}, {.label = "u"});
    Ensemble a, b;
    Probe decoded, spikes, voltage;

    explicit Populations(const NeuronModel& type)
        : a(net.ensemble(20, 1, {.label = "a", .neuron_type = type})),
          b(net.ensemble(30, 1, {.label = "b", .neuron_type = type})),
          decoded(net.probe(b, {.label = "p", .synapse = 0.01})),
          spikes(net.probe(b.neurons, {.label = "spikes"})),
          voltage(net.probe(a.neurons, {.label = "v", .attr = "voltage"})) {
        net.connect(input, a);
        net.connect(a, b);
        net.connect(b, b, {.transform = 0.3, .synapse = 0.1});
    }
};

TEST(CustomNeuron, RunsAsTheBuiltInTypeOfTheSameEquations) {
    Populations users(CustomNeuron{.type = "UsersLif"}), built_in(LIF{});
    SimulatorOptions options = quiet();
    options.dtype = DType::float64;
    Simulator got(users.net, options), want(built_in.net, options);

    got.run_steps(300);
    want.run_steps(300);

    EXPECT_EQ(got.data(users.spikes).to_vector(),
              want.data(built_in.spikes).to_vector());
    const auto v = got.data(users.voltage).to_vector();
    const auto wanted_v = want.data(built_in.voltage).to_vector();
    for (std::size_t i = 0; i < v.size(); ++i) {
        ASSERT_NEAR(v[i], wanted_v[i], 1e-12);
    }
}

TEST(CustomNeuron, TrainsAsTheBuiltInTypeOfTheSameCurve) {
    const auto weights = [](const NeuronModel& type) {
        Populations task(type);
        SimulatorOptions options = quiet(4);
        options.dtype = DType::float64;
        Simulator sim(task.net, options);
        sim.compile({.optimizer = SGD{.learning_rate = 0.05},
                     .loss = {{task.decoded, MeanSquaredError{}}}});
        const Tensor x({4, 10, 1}, std::vector<double>(40, 0.3));
        const Tensor y({4, 10, 1}, std::vector<double>(40, 0.8));
        sim.fit({{task.input, x}}, {{task.decoded, y}}, {.epochs = 3});
        return sim.parameter("a.encoders").values;
    };
    const auto got = weights(CustomNeuron{.type = "UsersLif"}), want = weights(LIF{});
    Populations untrained(LIF{});
    Simulator start(untrained.net, quiet());
    EXPECT_NE(want, start.parameter("a.encoders").values);
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-9 * (1 + std::abs(want[i])));
    }
}

TEST(CustomNeuron, RunsInFloatNearDouble) {
    Populations task(CustomNeuron{.type = "UsersLif"});
    Simulator sim(task.net, quiet(3));
    sim.run_steps(400);
    const Tensor decoded = sim.data(task.decoded);
    EXPECT_NEAR(decoded(2, 399, 0), 0.5 / 0.7, 0.1);
}

TEST(CustomNeuron, WithoutFormulasGetsItsGainsFromTheCurve) {
    Network net({.seed = 2});
    const auto ens = net.ensemble(
        50, 1,
        {.max_rates = Uniform{.low = 60, .high = 120},
         .intercepts = Uniform{.low = -0.9, .high = 0.5},
         .neuron_type = CustomNeuron{.type = "Theta", .params = {{"tau", 0.01}}}});
    Simulator sim(net, quiet());
    const BuiltEnsemble built = sim.data(ens);
    for (std::size_t i = 0; i < 50; ++i) {
        const double top = built.gain.values[i] + built.bias.values[i];
        const double rate = std::sqrt(top) / (3.14159265358979 * 0.01);
        EXPECT_GE(rate, 59.0);
        EXPECT_LE(rate, 121.0);
    }
}

TEST(CustomNeuron, HasTheStatesItDescribes) {
    Network net({.seed = 2});
    const auto ens = net.ensemble(
        5, 1,
        {.gain = Array(std::vector<double>(5, 1.0)),
         .bias = Array(std::vector<double>(5, 4.0)),
         .neuron_type = CustomNeuron{
             .type = "Theta", .initial_state = {{"phase", {0., 1., 2., 3., -1.}}}}});
    const auto phase = net.probe(ens.neurons, {.attr = "phase"});
    const auto spikes = net.probe(ens.neurons);
    SimulatorOptions options = quiet();
    options.dtype = DType::float64;
    Simulator sim(net, options);
    sim.run_steps(1000);
    const double first = 0.0 + 0.001 / 0.02 * (0.0 + 2.0 * 4.0);
    EXPECT_NEAR(sim.data(phase)(0, 0), first, 1e-12);
    double count = 0;
    for (std::int64_t i = 0; i < 1000; ++i) {
        count += sim.data(spikes)(i, 0) * 0.001;
    }
    EXPECT_NEAR(count, std::sqrt(4.0) / (3.14159265358979 * 0.02), 1.5);
}

TEST(CustomNeuron, WithoutACurveStepsButDoesNotTrain) {
    Network net({.seed = 2});
    const auto u = net.node({0.5}, {.label = "u"});
    const auto ens =
        net.ensemble(20, 1, {.neuron_type = CustomNeuron{.type = "Halved"}});
    net.connect(u, ens);
    const auto p = net.probe(ens, {.synapse = 0.01});
    Simulator sim(net, quiet());
    sim.run(0.3);
    EXPECT_NEAR(sim.data(p)(299, 0), 0.5, 0.05);
    const Tensor x({1, 2, 1}, std::vector<float>(2, 0.5F));
    try {
        sim.compile({.optimizer = SGD{}, .loss = {{p, MeanSquaredError{}}}});
        sim.fit({{u, x}}, {{p, x}}, {});
        FAIL() << "no error";
    } catch (const BuildError& error) {
        EXPECT_THAT(error.what(), ::testing::HasSubstr("Halved"));
    }
}

TEST(CustomNeuron, MistakesAreNamed) {
    const auto build = [](const CustomNeuron& type) {
        Network net({.seed = 1});
        net.ensemble(5, 1, {.label = "ens", .neuron_type = type});
        Simulator sim(net, quiet());
    };
    const auto message = [&](const CustomNeuron& type) -> std::string {
        try {
            build(type);
        } catch (const ValidationError& error) {
            return error.what();
        }
        return "no error";
    };
    EXPECT_THAT(message({.type = "Thetta"}), ::testing::HasSubstr("Thetta"));
    EXPECT_THAT(message({.type = "Theta", .params = {{"tow", 1.0}}}),
                ::testing::HasSubstr("tow"));
    EXPECT_THAT(message({.type = "Theta", .initial_state = {{"voltage", {1.0}}}}),
                ::testing::HasSubstr("voltage"));
    EXPECT_THROW(kernels::register_neuron(kernels::registration<Theta>()),
                 ValidationError)
        << "a second registration for one target";
}

}  // namespace
}  // namespace nengine::test

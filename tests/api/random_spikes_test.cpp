#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {
namespace {

struct Random {
    Network net{NetworkOptions{.seed = 4}};
    Node u = net.node({0.6}, {.label = "u"});
    Ensemble ens;
    Probe spikes, rates, decoded;

    explicit Random(const NeuronModel& type)
        : ens(net.ensemble(20, 1, {.label = "a", .neuron_type = type})),
          spikes(net.probe(ens.neurons)),
          rates(net.probe(ens.neurons, {.attr = "rate_out"})),
          decoded(net.probe(ens, {.label = "p", .synapse = 0.05})) {
        net.connect(u, ens);
    }
};

class RandomSpikes : public ::testing::TestWithParam<NeuronModel> {};

TEST_P(RandomSpikes, HaveTheirRatesAsMean) {
    Random task(GetParam());
    Simulator sim(task.net, quiet());
    sim.run_steps(2000);
    const Tensor spikes = sim.data(task.spikes), rates = sim.data(task.rates);
    for (std::int64_t i = 0; i < 20; ++i) {
        double count = 0.0, expected = 0.0;
        for (std::int64_t t = 0; t < 2000; ++t) {
            count += spikes(t, i) * 0.001;
            expected += rates(t, i) * 0.001;
        }
        // five standard deviations of a Poisson count, the wider of the two
        EXPECT_NEAR(count, expected, 5.0 * std::sqrt(expected) + 1e-6);
    }
}

TEST_P(RandomSpikes, OfEachItemAreItsOwnAndOfTheFirstThoseOfASingleRun) {
    Random one(GetParam()), many(GetParam());
    Simulator single(one.net, quiet()), batch(many.net, quiet(5));
    single.run_steps(50);
    batch.run_steps(50);
    const auto first = single.data(one.spikes).to_vector();
    std::set<std::vector<double>> different;
    for (std::int64_t item = 0; item < 5; ++item) {
        different.insert(batch.data(many.spikes).items(item, 1).to_vector());
    }
    EXPECT_EQ(different.size(), 5u);
    EXPECT_EQ(batch.data(many.spikes).items(0, 1).to_vector(), first);
}

TEST_P(RandomSpikes, AreRewoundByReset) {
    Random task(GetParam());
    Simulator sim(task.net, quiet(2));
    sim.run_steps(40);
    const auto before = sim.data(task.spikes).to_vector();
    sim.reset();
    sim.run_steps(40);
    EXPECT_EQ(sim.data(task.spikes).to_vector(), before);
}

TEST_P(RandomSpikes, TrainWithTheirRates) {
    const auto encoders = [](const NeuronModel& type) {
        Random task(type);
        SimulatorOptions options = quiet(4);
        options.dtype = DType::float64;
        Simulator sim(task.net, options);
        sim.compile({.optimizer = SGD{.learning_rate = 0.1},
                     .loss = {{task.decoded, MeanSquaredError{}}}});
        const Tensor x({4, 5, 1}, std::vector<double>(20, 0.3));
        const Tensor y({4, 5, 1}, std::vector<double>(20, 0.8));
        sim.fit({{task.u, x}}, {{task.decoded, y}}, {.epochs = 2});
        return sim.parameter("a.encoders").values;
    };
    const auto got = encoders(GetParam()), want = encoders(RegularSpiking{});
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-12 * (1.0 + std::abs(want[i])));
    }
}

INSTANTIATE_TEST_SUITE_P(Types, RandomSpikes,
                         ::testing::Values(NeuronModel(StochasticSpiking{}),
                                           NeuronModel(PoissonSpiking{})),
                         [](const auto& tested) {
                             return std::string(tested.index == 0 ? "stochastic"
                                                                  : "poisson");
                         });

TEST(SpikesOfRates, PoissonHasNoneOfRatesThatAreNotFinite) {
    Network net({.seed = 1});
    const auto u = net.node([](double t) { return t > 0.002 ? 1e300 : 0.0; });
    const auto a = net.ensemble(5, 1,
                                {.label = "ens",
                                 .encoders = Choice{.options = Array{{1.0}}},
                                 .neuron_type = PoissonSpiking{RectifiedLinear{}}});
    net.probe(a.neurons);
    net.connect(u, a, {.synapse = None});
    Simulator sim(net, quiet());
    sim.run_steps(2);

    EXPECT_THAT(message<SimulationError>([&] { sim.step(); }),
                ::testing::HasSubstr("ensemble 'ens': at t = 0.003 got a rate of"));
}

TEST(SpikesOfRates, MistakesAreNamed) {
    const auto message = [](const NeuronModel& type) -> std::string {
        try {
            Network net({.seed = 1});
            net.ensemble(5, 1, {.label = "ens", .neuron_type = type});
            Simulator sim(net, quiet());
        } catch (const ValidationError& error) {
            return error.what();
        }
        return "no error";
    };
    using ::testing::HasSubstr;
    EXPECT_THAT(message(RegularSpiking{LIF{}}), HasSubstr("voltage"));
    EXPECT_THAT(message(StochasticSpiking{.initial_state = {{"voltage", {0.5}}}}),
                HasSubstr("voltage"));
    EXPECT_THAT(message(PoissonSpiking{.amplitude = 0.0}), HasSubstr("amplitude"));
    EXPECT_THAT(message(PoissonSpiking{LIFRate{.tau_rc = -1.0}}), HasSubstr("tau_rc"));
    EXPECT_THAT(message(LIF{.min_voltage = 0.1}), HasSubstr("min_voltage"));
    EXPECT_THAT(message(AdaptiveLIF{.inc_n = -0.1}), HasSubstr("inc_n"));
    EXPECT_THAT(message(Izhikevich{.coupling = -0.1}), HasSubstr("coupling"));
    EXPECT_THAT(message(Sigmoid{.tau_ref = 0.0}), HasSubstr("tau_ref"));
}

TEST(DirectEnsemble, HasNoNeurons) {
    Network net({.seed = 1});
    const auto ens = net.ensemble(5, 2, {.radius = 3.0, .neuron_type = Direct{}});
    EXPECT_EQ(ens.neurons.size(), 0);
    EXPECT_THROW(net.probe(ens.neurons), ValidationError);
}

TEST(DirectEnsemble, ComputesFunctionsExactlyAndPasses) {
    Network net({.seed = 1});
    const auto u = net.node({0.5, -2.0}, {.label = "u"});
    const auto a = net.ensemble(5, 2, {.radius = 0.1, .neuron_type = Direct{}});
    const auto b = net.ensemble(5, 1, {.neuron_type = Direct{}});
    net.connect(u, a, {.synapse = None});
    net.connect(a[1], b,
                {.function = Function([](std::span<const double> x) {
                     return std::vector{x[0] * x[0]};
                 }),
                 .synapse = None});
    const auto p = net.probe(b), part = net.probe(a[0]);
    Simulator sim(net, quiet());
    sim.run_steps(3);
    EXPECT_EQ(sim.data(p)(0, 0), 4.0);
    EXPECT_EQ(sim.data(part)(0, 0), 0.5);
    const BuiltEnsemble built = sim.data(a);
    EXPECT_EQ(built.encoders, (Array{{1.0, 0.0}, {0.0, 1.0}}));
    EXPECT_TRUE(built.gain.values.empty());
    EXPECT_EQ(built.max_rates.values.size(), 5u);
}

}  // namespace
}  // namespace nengine::test

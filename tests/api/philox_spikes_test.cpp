#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// `Rng::philox`: spikes by chance that the device draws.

namespace nengine::test {
namespace {

using Numbers = std::vector<double>;

SimulatorOptions philox(std::optional<std::int64_t> items, std::uint32_t seed = 5) {
    SimulatorOptions options = quiet(items);
    options.seed = seed;
    options.rng = Rng::philox;
    return options;
}

/// Two ensembles of equal size and seed, whose operators merge, and one that feeds back
/// on itself, so that its spikes come step by step.
struct Spiking {
    Network net{NetworkOptions{.seed = 4}};
    Node u = net.node([](double t) { return std::sin(100 * t); }, {.label = "u"});
    Ensemble a, b, loop;
    std::vector<Probe> probes;

    explicit Spiking(const NeuronModel& type)
        : a(net.ensemble(20, 1, {.label = "a", .seed = 2, .neuron_type = type})),
          b(net.ensemble(20, 1, {.label = "b", .seed = 2, .neuron_type = type})),
          loop(net.ensemble(33, 1, {.label = "loop", .neuron_type = type})) {
        for (const Ensemble& ensemble : {a, b, loop}) {
            net.connect(u, ensemble);
            probes.push_back(net.probe(ensemble.neurons));
        }
        net.connect(loop, loop, {.synapse = 0.01});
    }

    /// What all probes have recorded, one after the other.
    Numbers recorded(Simulator& sim) const {
        Numbers all;
        for (const Probe& probe : probes) {
            const Numbers one = sim.data(probe).to_vector();
            all.insert(all.end(), one.begin(), one.end());
        }
        return all;
    }
    Numbers course(const SimulatorOptions& options, std::int64_t steps) const {
        Simulator sim(net, options);
        sim.run_steps(steps);
        return recorded(sim);
    }
};

class PhiloxSpikes : public ::testing::TestWithParam<NeuronModel> {};

TEST_P(PhiloxSpikes, AreTheSameHoweverTheNetworkIsPlanned) {
    const Spiking task(GetParam());
    const Numbers want = task.course(philox(3), 30);

    const std::vector<PlanOptions> plans = {{.fold = false},
                                            {.chunk_steps = 1},
                                            {.chunk_steps = 7},
                                            {.tile_items = 2},
                                            {.recorded = false, .tile_items = 1},
                                            {.merge = PlanOptions::Merge::none},
                                            {.merge = PlanOptions::Merge::tree},
                                            {.fold = false, .recorded = false},
                                            {.simplify = false, .layout = false},
                                            {.fuse = false}};
    for (const PlanOptions& plan : plans) {
        SimulatorOptions options = philox(3);
        options.plan = plan;
        EXPECT_EQ(task.course(options, 30), want);
    }
}

TEST_P(PhiloxSpikes, OfAnItemDoNotDependOnTheMinibatch) {
    const Spiking task(GetParam());
    Simulator one(task.net, philox(1)), three(task.net, philox(3));
    one.run_steps(20);
    three.run_steps(20);

    for (const Probe& probe : task.probes) {
        const Tensor all = three.data(probe);
        EXPECT_EQ(all.items(0, 1).to_vector(), one.data(probe).to_vector());
        EXPECT_NE(all.items(0, 1).to_vector(), all.items(1, 1).to_vector());
        EXPECT_NE(all.items(1, 1).to_vector(), all.items(2, 1).to_vector());
    }
}

TEST_P(PhiloxSpikes, OfEachEnsembleSeedAndStepAreTheirOwn) {
    const Spiking task(GetParam());
    Simulator sim(task.net, philox(1)), again(task.net, philox(1)),
        other(task.net, philox(1, 6));
    for (Simulator* each : {&sim, &again, &other}) {
        each->run_steps(20);
    }

    EXPECT_NE(sim.data(task.probes[0]).to_vector(),
              sim.data(task.probes[1]).to_vector());
    EXPECT_EQ(task.recorded(again), task.recorded(sim));
    EXPECT_NE(task.recorded(other), task.recorded(sim));
}

TEST_P(PhiloxSpikes, BeginAgainAfterAResetAndGoOnAfterIsolatedCalls) {
    const Spiking task(GetParam());
    Simulator sim(task.net, philox(2));
    sim.run_steps(10);
    const Numbers first = task.recorded(sim);

    const Predictions isolated = sim.predict({}, {.n_steps = 10});
    sim.run_steps(10);
    for (const Probe& probe : task.probes) {
        const Tensor all = sim.data(probe);
        const Numbers got = isolated[probe].to_vector();
        const Numbers both = all.to_vector();
        const auto half = static_cast<std::ptrdiff_t>(got.size() / 2);
        for (const std::ptrdiff_t item : {0, 1}) {
            const auto second_half = both.begin() + (2 * item + 1) * half;
            EXPECT_EQ(
                Numbers(got.begin() + item * half, got.begin() + (item + 1) * half),
                Numbers(second_half, second_half + half));
        }
    }
    sim.reset();
    sim.run_steps(10);
    EXPECT_EQ(task.recorded(sim), first);

    sim.reset({.seed = 77});
    sim.run_steps(10);
    EXPECT_EQ(task.recorded(sim), task.course(philox(2, 77), 10));
}

TEST_P(PhiloxSpikes, TrainWithTheirRates) {
    const auto encoders = [](const NeuronModel& type) {
        Network net({.seed = 4});
        const auto u = net.node({0.6}), a = net.node(None, {.size_in = 1});
        const auto ens = net.ensemble(20, 1, {.label = "a", .neuron_type = type});
        net.connect(u, ens);
        net.connect(ens, a, {.synapse = 0.05});
        const auto p = net.probe(a);
        Simulator sim(net, philox(4));
        sim.compile({.optimizer = SGD{.learning_rate = 0.1},
                     .loss = {{p, MeanSquaredError{}}}});
        const Tensor x({4, 5, 1}, Numbers(20, 0.3)), y({4, 5, 1}, Numbers(20, 0.8));
        sim.fit({{u, x}}, {{p, y}}, {.epochs = 2});
        return sim.parameter("a.encoders").values;
    };
    const auto got = encoders(GetParam()), want = encoders(RegularSpiking{});
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-12 * (1.0 + std::abs(want[i])));
    }
}

INSTANTIATE_TEST_SUITE_P(Types, PhiloxSpikes,
                         ::testing::Values(NeuronModel(StochasticSpiking{}),
                                           NeuronModel(PoissonSpiking{})),
                         [](const auto& tested) {
                             return std::string(tested.index == 0 ? "stochastic"
                                                                  : "poisson");
                         });

/// How many spikes a step has, of neurons that all have the same rate.
Numbers counts(const NeuronModel& type, double rate) {
    constexpr std::int64_t neurons = 100, steps = 500;
    Network net({.seed = 4});
    const auto a =
        net.ensemble(neurons, 1, {.gain = 1.0, .bias = rate, .neuron_type = type});
    const auto p = net.probe(a.neurons);
    Simulator sim(net, philox({}));
    sim.run_steps(steps);
    Numbers all = sim.data(p).to_vector();
    for (double& spikes : all) {
        spikes = std::round(spikes * 0.001);
    }
    return all;
}

struct Moments {
    double mean = 0.0, variance = 0.0;
};

Moments moments(const Numbers& numbers) {
    Moments m;
    const auto n = static_cast<double>(numbers.size());
    for (const double x : numbers) {
        m.mean += x / n;
    }
    for (const double x : numbers) {
        m.variance += (x - m.mean) * (x - m.mean) / n;
    }
    return m;
}

TEST(PhiloxSpikesOfARate, HaveItAsMeanAndAsVarianceIfPoisson) {
    for (const double mean : {0.05, 1.7, 8.0, 25.0, 300.0}) {
        const Numbers got = counts(PoissonSpiking{RectifiedLinear{}}, 1000 * mean);
        const auto n = static_cast<double>(got.size());
        EXPECT_NEAR(moments(got).mean, mean, 5 * std::sqrt(mean / n));
        EXPECT_NEAR(moments(got).variance, mean,
                    5 * std::sqrt((mean + 2 * mean * mean) / n));
    }
}

TEST(PhiloxSpikesOfARate, AreItsWholePartAndOneMoreByChanceIfStochastic) {
    for (const double mean : {0.05, 1.7, 25.4}) {
        const Numbers got = counts(StochasticSpiking{RectifiedLinear{}}, 1000 * mean);
        const auto n = static_cast<double>(got.size());
        const double whole = std::floor(mean), rest = mean - whole;
        for (const double count : got) {
            ASSERT_TRUE(count == whole || count == whole + 1) << count;
        }
        EXPECT_NEAR(moments(got).mean, mean, 5 * std::sqrt(rest * (1 - rest) / n));
    }
}

}  // namespace
}  // namespace nengine::test

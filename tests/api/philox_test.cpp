#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "nengine/nengine.hpp"

// `Rng::philox`: noise that the device draws.

namespace nengine {
namespace {

SimulatorOptions philox(std::int64_t items, std::uint32_t seed = 5) {
    return {.minibatch_size = items,
            .seed = seed,
            .rng = Rng::philox,
            .dtype = DType::float64,
            .progress_bar = false};
}

/// What a node with this process puts out: [batch, steps, size].
Tensor course(const Process& process, const SimulatorOptions& options,
              std::int64_t steps, std::int64_t size = 1) {
    Network net;
    net.node(WhiteNoise{});  // another stream beside it
    const auto p = net.probe(net.node(process, {.size_out = size}));
    Simulator sim(net, options);
    sim.run_steps(steps);
    return sim.data(p);
}

std::vector<double> numbers(const Tensor& tensor) {
    return tensor.to_vector();
}

struct Moments {
    double mean, deviation;
};

Moments moments(const Tensor& tensor) {
    double sum = 0.0, squares = 0.0;
    for (const double value : numbers(tensor)) {
        sum += value;
        squares += value * value;
    }
    const auto n = static_cast<double>(tensor.size());
    return {sum / n, std::sqrt(squares / n - sum / n * (sum / n))};
}

TEST(PhiloxNoise, HasTheMomentsOfItsDistribution) {
    SimulatorOptions options = philox(4);
    options.dt = 0.0025;

    const Moments scaled =
        moments(course(WhiteNoise{.dist = Gaussian{0.1, 0.5}}, options, 2000, 3));
    const Moments plain = moments(
        course(WhiteNoise{.dist = Uniform{1, 3}, .scale = false}, options, 2000, 3));

    const double scale = 1.0 / std::sqrt(options.dt);
    EXPECT_NEAR(scaled.mean, 0.1 * scale, 0.2);
    EXPECT_NEAR(scaled.deviation, 0.5 * scale, 0.15);
    EXPECT_NEAR(plain.mean, 2.0, 0.02);
    EXPECT_NEAR(plain.deviation, 2.0 / std::sqrt(12.0), 0.01);
}

TEST(PhiloxNoise, IsTheSameHoweverTheNetworkIsPlanned) {
    const Process noise(FilteredNoise{.synapse = Alpha{0.003}});
    const auto want = numbers(course(noise, philox(3), 20, 3));

    const std::vector<PlanOptions> plans = {{.fold = false},
                                            {.chunk_steps = 3},
                                            {.tile_items = 2},
                                            {.merge = PlanOptions::Merge::none},
                                            {.simplify = false, .layout = false}};
    for (const PlanOptions& plan : plans) {
        SimulatorOptions options = philox(3);
        options.plan = plan;
        EXPECT_EQ(numbers(course(noise, options, 20, 3)), want);
    }
}

TEST(PhiloxNoise, OfAnItemDoesNotDependOnTheMinibatch) {
    const auto one = numbers(course(WhiteNoise{}, philox(1), 5));
    const auto three = numbers(course(WhiteNoise{}, philox(3), 5));

    EXPECT_EQ(std::vector(three.begin(), three.begin() + 5), one);
    EXPECT_NE(std::vector(three.begin() + 5, three.begin() + 10), one);
    EXPECT_NE(numbers(course(WhiteNoise{}, philox(1, 6), 5)), one);
}

TEST(PhiloxNoise, WithASeedIsTheSameForAllItemsAndSimulators) {
    const Process noise(WhiteNoise{.seed = 3});
    const auto two = numbers(course(noise, philox(2), 5));

    EXPECT_EQ(std::vector(two.begin(), two.begin() + 5),
              std::vector(two.begin() + 5, two.end()));
    EXPECT_EQ(numbers(course(noise, philox(2, 6), 5)), two);
}

TEST(PhiloxNoise, GoesThroughItsFilter) {
    const Array white({50, 2},
                      numbers(course(WhiteNoise{.seed = 3}, philox(1), 50, 2)));

    const auto filtered = numbers(
        course(FilteredNoise{.synapse = Alpha{0.01}, .seed = 3}, philox(1), 50, 2));
    const auto brown = numbers(course(BrownNoise{.seed = 3}, philox(1), 50, 2));

    const auto want = filt(Alpha{0.01}, white).values;
    std::vector<double> sum(2, 0.0);
    for (std::size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(filtered[i], want[i], 1e-10) << i;
        sum[i % 2] += 0.001 * white.values[i];
        EXPECT_NEAR(brown[i], sum[i % 2], 1e-10) << i;
    }
}

TEST(PhiloxNoise, BeginsAgainAfterAResetAndGoesOnAfterIsolatedCalls) {
    Network net;
    const auto p = net.probe(net.node(BrownNoise{}));
    Simulator sim(net, philox(2));
    sim.run_steps(4);
    const auto first = numbers(sim.data(p));

    const auto isolated = numbers(sim.predict({}, {.n_steps = 4})[p]);
    sim.run_steps(4);
    const Tensor all = sim.data(p);
    sim.reset();
    sim.run_steps(4);

    EXPECT_EQ(numbers(sim.data(p)), first);
    for (std::int64_t i = 0; i < 4; ++i) {
        EXPECT_EQ(isolated[static_cast<std::size_t>(i)], all[4 + i]);
        EXPECT_EQ(isolated[static_cast<std::size_t>(4 + i)], all[12 + i]);
    }
    sim.reset({.seed = 77});
    sim.run_steps(4);
    EXPECT_NE(numbers(sim.data(p)), first);
}

TEST(PhiloxNoise, IsNoiseOfEnsembles) {
    Network net;
    const auto a = net.ensemble(
        1, 2,
        {.neuron_type = Direct{},
         .noise = WhiteNoise{.dist = Uniform{1, 2}, .scale = false, .seed = 3}});
    const auto p = net.probe(a);
    Simulator sim(net, philox(1));

    sim.run_steps(3);

    EXPECT_EQ(
        numbers(sim.data(p)),
        numbers(course(WhiteNoise{.dist = Uniform{1, 2}, .scale = false, .seed = 3},
                       philox(1), 3, 2)));
}

TEST(PhiloxNoise, EachMinibatchOfTrainingHasItsOwn) {
    // The target is the first minibatch's noise: only another can be off.
    const Process noise(WhiteNoise{.scale = false});
    Network net;
    const auto x = net.node(noise);
    const auto y = net.node(None, {.size_in = 1});
    net.connect(x, y, {.synapse = None});
    const auto p = net.probe(y);
    Simulator sim(net, philox(2));
    const Tensor first = sim.predict({}, {.n_steps = 3})[p];
    std::vector<double> twice = numbers(first);
    twice.insert(twice.end(), twice.begin(), twice.begin() + 6);
    sim.compile(
        {.optimizer = SGD{.learning_rate = 0.0}, .loss = {{p, MeanSquaredError{}}}});

    const double same = sim.fit({}, {{p, first}}, {.n_steps = 3}).values.at("loss")[0];
    sim.reset();
    const double both =
        sim.fit({}, {{p, Tensor({4, 3, 1}, twice)}}, {.n_steps = 3, .shuffle = false})
            .values.at("loss")[0];

    EXPECT_NEAR(same, 0.0, 1e-12);
    EXPECT_GT(both, 0.1);
}

TEST(PhiloxNoise, LeavesOtherProcessesAsTheyAre) {
    const std::vector<Process> others = {
        WhiteSignal{.period = 0.1, .high = 50, .seed = 2},
        WhiteNoise{.dist = Exponential{}, .seed = 2},
        WhiteNoise{.dist = Uniform{0, 3, true}, .seed = 2}};
    for (const Process& process : others) {
        EXPECT_EQ(numbers(course(process, philox(1), 5, 2)),
                  process.run_steps(5, {.size_out = 2}).values);
    }
}

}  // namespace
}  // namespace nengine

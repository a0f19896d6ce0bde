#include <gtest/gtest.h>

#include <cmath>

#include "api/numerics/random_state.hpp"
#include "nengine/nengine.hpp"

// Processes as node outputs and noise: seeds over a minibatch, resets, isolated calls,
// one's own; and what cannot be.

namespace nengine {
namespace {

SimulatorOptions minibatch_of(std::int64_t items, std::uint32_t seed = 5) {
    return {.minibatch_size = items,
            .seed = seed,
            .dtype = DType::float64,
            .progress_bar = false};
}

/// The numbers of one item of [batch, steps, size].
std::vector<double> item(const Tensor& tensor, std::int64_t i) {
    const std::int64_t size = tensor.extent(1) * tensor.extent(2);
    std::vector<double> values;
    for (std::int64_t k = 0; k < size; ++k) {
        values.push_back(tensor[i * size + k]);
    }
    return values;
}

TEST(Process, ItemsContinueTheSimulatorsStreamOfSeeds) {
    Network net;
    const auto a = net.node(WhiteNoise{}), b = net.node(WhiteNoise{});
    const auto pa = net.probe(a), pb = net.probe(b);
    Simulator sim(net, minibatch_of(3));

    sim.run_steps(4);

    // Two processes without a seed: the third number is the second item's first.
    RandomState seeds(5);
    const RunProcessOptions no_options;
    for (std::int64_t i = 0; i < 3; ++i) {
        for (const auto& probe : {pa, pb}) {
            const Array want =
                Process(WhiteNoise{.seed = seeds.draw_seed()}).run_steps(4, no_options);
            EXPECT_EQ(item(sim.data(probe), i), want.values) << i;
        }
    }
}

TEST(Process, FiltersTakeTheirPlaceInTheStreamOfSeeds) {
    Network net;
    const auto first = net.node(WhiteNoise{});
    const auto out = net.node(None, {.size_in = 1});
    net.connect(first, out, {.synapse = 0.01});
    const auto p = net.probe(first);
    Simulator sim(net, minibatch_of(2));

    sim.run_steps(1);

    RandomState seeds(5);
    const auto own = seeds.draw_seed();
    seeds.draw_seed();  // the connection's filter
    const auto of_item_1 = seeds.draw_seed();
    const std::vector<std::uint32_t> want = {own, of_item_1};
    for (std::int64_t i = 0; i < 2; ++i) {
        const Process noise(WhiteNoise{.seed = want[static_cast<std::size_t>(i)]});
        EXPECT_EQ(item(sim.data(p), i), noise.run_steps(1).values) << i;
    }
}

TEST(Process, OneWithASeedLeavesTheStreamToTheOthers) {
    const auto noise_after = [](std::optional<std::uint32_t> seed) {
        Network net;
        net.node(PresentInput{
            .inputs = {{1.0}, {2.0}}, .presentation_time = 0.1, .seed = seed});
        net.node(Piecewise{.data = {{0.1, 1.0}}, .seed = seed});
        const auto p = net.probe(net.node(WhiteNoise{}));
        Simulator sim(net, minibatch_of(1));
        sim.run_steps(1);
        return item(sim.data(p), 0);
    };
    const auto noise_of = [](std::uint32_t seed) {
        return Process(WhiteNoise{.seed = seed}).run_steps(1, {}).values;
    };
    RandomState seeds(5);
    EXPECT_EQ(noise_after(3), noise_of(seeds.draw_seed()));
    seeds.draw_seed();
    EXPECT_EQ(noise_after(std::nullopt), noise_of(seeds.draw_seed()));
}

TEST(Process, ASeedGivesAllItemsOneSignal) {
    Network net;
    const auto p = net.probe(
        net.node(WhiteSignal{.period = 0.1, .high = 50, .seed = 3}, {.size_out = 2}));
    Simulator sim(net, minibatch_of(2));

    sim.run_steps(5);

    EXPECT_EQ(item(sim.data(p), 0), item(sim.data(p), 1));
}

TEST(Process, ResetAndIsolatedCallsComeBackToTheSameSignal) {
    Network net;
    const auto p = net.probe(net.node(BrownNoise{}));
    Simulator sim(net, minibatch_of(2));
    sim.run_steps(7);
    const auto first = item(sim.data(p), 1);

    const auto isolated = item(sim.predict({}, {.n_steps = 3})[p], 1);
    sim.run_steps(3);
    const auto all = item(sim.data(p), 1);
    sim.reset();
    sim.run_steps(7);

    EXPECT_EQ(isolated, std::vector<double>(all.begin() + 7, all.end()));
    EXPECT_EQ(item(sim.data(p), 1), first);
    sim.reset({.seed = 6});
    sim.run_steps(7);
    EXPECT_NE(item(sim.data(p), 1), first);
}

/// Processes with and without seeds, as nodes, as noise and of a user's own, and what
/// remembers: filters and neurons.
struct Noisy {
    Network net{{.seed = 3}};
    Node data = net.node(WhiteNoise{}), walk = net.node(BrownNoise{}),
         signal = net.node(WhiteSignal{.period = 0.1, .high = 50}, {.size_out = 2}),
         fixed = net.node(WhiteNoise{.seed = 9}),
         own = net.node(CustomProcess{
             .size_out = 1,
             .make_step = [](ProcessSizes, RandomStream rng) -> StepFunction {
                 return [rng](double, std::span<const double>,
                              std::span<double> out) mutable {
                     out[0] = rng.uniform(2.0, 3.0);
                 };
             }});
    Ensemble noisy =
        net.ensemble(10, 1, {.noise = WhiteNoise{.dist = Gaussian{0.0, 0.1}}});
    Ensemble chance = net.ensemble(10, 1, {.neuron_type = PoissonSpiking{}});
    std::vector<Probe> probes;

    Noisy() {
        net.connect(walk, noisy, {.synapse = 0.005});
        net.connect(noisy, chance, {.synapse = Alpha{0.005}});
        for (const Node& node : {data, walk, signal, fixed, own}) {
            probes.push_back(net.probe(node));
        }
        probes.push_back(net.probe(noisy, {.synapse = 0.01}));
        probes.push_back(net.probe(chance.neurons));
    }
    std::vector<std::vector<double>> course(Simulator& sim) const {
        sim.run_steps(20);
        std::vector<std::vector<double>> all;
        for (const Probe& probe : probes) {
            all.push_back(sim.data(probe).to_vector());
        }
        return all;
    }
};

TEST(Process, ResetWithASeedMakesASimulatorLikeOneMadeWithIt) {
    for (const Rng rng : {Rng::numpy, Rng::philox}) {
        const Noisy task;
        SimulatorOptions first = minibatch_of(2, 5), second = minibatch_of(2, 77);
        first.rng = second.rng = rng;
        Simulator sim(task.net, first), fresh(task.net, second);
        const auto before = task.course(sim), want = task.course(fresh);
        const Tensor other({4, 3, 1}, std::vector<double>(12, 0.5));
        sim.predict({{task.data, other}});

        sim.reset(77);
        const auto got = task.course(sim);
        sim.reset(5);
        const auto again = task.course(sim);

        for (std::size_t i = 0; i < want.size(); ++i) {
            EXPECT_EQ(got[i], want[i]) << i;
            EXPECT_EQ(again[i], before[i]) << i;
            if (i != 3) {
                EXPECT_NE(got[i], before[i]) << i;
            }
        }
        EXPECT_EQ(got[3], before[3]);  // the process that has a seed
    }
}

TEST(Process, DataReplaceAnInputNodesProcess) {
    Network net;
    const auto node = net.node(WhiteNoise{});
    const auto p = net.probe(node);
    Simulator sim(net, minibatch_of(1));

    sim.run_steps(2, {.data = {{node, Tensor({1, 2, 1}, std::vector<double>{3, 4})}}});

    EXPECT_EQ(item(sim.data(p), 0), (std::vector<double>{3, 4}));
}

TEST(Process, OnesOwnKeepsItsStateByValue) {
    const CustomProcess walk{
        .size_in = 1,
        .size_out = 2,
        .make_step = [](ProcessSizes sizes, RandomStream rng) -> StepFunction {
            return [sizes, rng, sum = 0.0](double, std::span<const double> x,
                                           std::span<double> out) mutable {
                sum += x[0] * sizes.dt;
                out[0] = sum;
                out[1] = rng.uniform(2.0, 3.0);
            };
        }};
    Network net;
    const auto node = net.node(walk);
    net.connect(net.node(1.0), node, {.synapse = None});
    const auto p = net.probe(node);
    Simulator sim(net, minibatch_of(2));

    sim.run_steps(3);

    EXPECT_EQ(node.size_in, 1);
    EXPECT_EQ(node.size_out, 2);
    const auto got = item(sim.data(p), 1);
    EXPECT_NEAR(got[4], 0.003, 1e-15);
    EXPECT_GE(got[5], 2.0);
    EXPECT_NE(got[5], item(sim.data(p), 0)[5]);
}

TEST(Process, NoiseOfDirectEnsemblesIsAddedToTheirValue) {
    Network net;
    const auto a = net.ensemble(
        1, 2,
        {.neuron_type = Direct{},
         .noise = WhiteNoise{.dist = Uniform{1, 2}, .scale = false, .seed = 1}});
    const auto p = net.probe(a);
    Simulator sim(net, minibatch_of(1));

    sim.run_steps(3);

    const Process noise(WhiteNoise{.dist = Uniform{1, 2}, .scale = false, .seed = 1});
    EXPECT_EQ(item(sim.data(p), 0), noise.run_steps(3, {.size_out = 2}).values);
}

TEST(Process, SynapsesOfAnyOrderRun) {
    std::vector<double> den = {1.0};
    for (int i = 0; i < 10; ++i) {  // (0.002 s + 1)^10
        std::vector<double> next(den.size() + 1, 0.0);
        for (std::size_t k = 0; k < den.size(); ++k) {
            next[k] += 0.002 * den[k];
            next[k + 1] += den[k];
        }
        den = next;
    }
    const LinearFilter filter{.num = {1.0}, .den = den};
    Network net;
    const auto u = net.node([](double t) { return std::sin(20 * t); });
    const auto p = net.probe(u, {.synapse = filter});
    Simulator sim(net, minibatch_of(1));

    sim.run_steps(50);

    std::vector<double> x;
    for (int k = 1; k <= 50; ++k) {
        x.push_back(std::sin(20 * 0.001 * k));
    }
    const Array want = filt(filter, x);
    const auto got = item(sim.data(p), 0);
    EXPECT_EQ(got[0], 0.0);  // seen a step later
    for (std::size_t k = 1; k < got.size(); ++k) {
        EXPECT_NEAR(got[k], want.values[k - 1], 1e-12) << k;
    }
}

TEST(Process, WhiteSignalStartsNearAValueForAllComponentsOrForEach) {
    WhiteSignal signal{.period = 0.5, .high = 30, .seed = 4};
    const auto course = [&](std::optional<Array> y0) {
        signal.y0 = std::move(y0);
        return Process(signal).run_steps(3, {.size_out = 2}).values;
    };

    const auto low = course(-0.4), high = course(0.3), each = course(Array{-0.4, 0.3});

    EXPECT_NEAR(each[0], -0.4, 0.05);
    EXPECT_NEAR(each[1], 0.3, 0.05);
    for (std::size_t step = 0; step < 3; ++step) {
        EXPECT_EQ(each[2 * step], low[2 * step]);
        EXPECT_EQ(each[2 * step + 1], high[2 * step + 1]);
    }
    EXPECT_THROW(course(Array{0.1, 0.2, 0.3}), ValidationError);
}

TEST(Process, HalfWayTheNearestPointIsTheEarlierOne) {
    // As interp1d decides, where adding a half of the distance would round up.
    const Process nearest(
        Piecewise{{{0.0025, 1.0}, {0.0075, 2.0}, {0.0125, 3.0}, {0.03, 4.0}},
                  Interpolation::nearest});

    const auto got = nearest.run_steps(12, {.dt = 0.0025}).values;

    EXPECT_EQ(got, (std::vector<double>{1, 1, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4}));
}

TEST(Process, FunctionsOfPiecewiseAreCalledInStepsAlone) {
    int calls = 0;
    const Process course(Piecewise{{{0.0, [&](double t) {
                                         ++calls;
                                         return t;
                                     }}}});
    const StepFunction step = course.make_step({0, 1, 0.001}, RandomStream(0));
    std::vector<double> out(1);
    EXPECT_EQ(calls, 0);

    step(0.001, {}, out);

    EXPECT_EQ(calls, 1);
    EXPECT_EQ(out.front(), 0.001);
}

TEST(Process, WhatCannotBeIsAnError) {
    Network net;

    EXPECT_THROW(Process(WhiteSignal{.period = 0.1, .high = 5}), ValidationError);
    EXPECT_THROW(Process(WhiteSignal{.period = 0.1, .high = 50, .rms = 0}),
                 ValidationError);
    EXPECT_THROW(Process(PresentInput{Array{1.0, 2.0}, 0.0}), ValidationError);
    EXPECT_THROW(Process(Piecewise{}), ValidationError);
    EXPECT_THROW(Process(CustomProcess{}), ValidationError);
    EXPECT_THROW(
        Process(Piecewise{{{0.0, 1.0}, {1.0, 2.0}}, Interpolation::cubic}).run_steps(2),
        ValidationError);
    net.node(WhiteSignal{.period = 1.0, .high = 501}, {.label = "fast"});
    try {
        Simulator sim(net, minibatch_of(1));
        ADD_FAILURE() << "above the Nyquist frequency";
    } catch (const ValidationError& error) {
        EXPECT_NE(std::string(error.what()).find("fast"), std::string::npos);
        EXPECT_NE(std::string(error.what()).find("500"), std::string::npos);
    }
    EXPECT_THROW(filt(Lowpass{0}, Array{1.0}, {.y0 = 1.0}), ValidationError);
    EXPECT_THROW(filt(Triangle{-1}, Array{1.0}), ValidationError);
    EXPECT_THROW(evaluate(Triangle{0.01}, {1.0}), ValidationError);
    EXPECT_THROW(combine(Lowpass{0.1},
                         LinearFilter{.num = {1}, .den = {1, -0.5}, .analog = false}),
                 ValidationError);
}

TEST(Process, TimesOfSteps) {
    const Process noise(WhiteNoise{});

    EXPECT_EQ(noise.ntrange(3), (std::vector<double>{0.001, 0.002, 0.003}));
    EXPECT_EQ(noise.trange(0.004, 0.002), (std::vector<double>{0.002, 0.004}));
    EXPECT_EQ(Process(Lowpass{0.01}).apply(Array{{1.0, 2.0}}).shape,
              (std::vector<std::int64_t>{1, 2}));
}

// The numbers are those of Nengo's UniformHypersphere(surface=True).sample(2, 3).
TEST(RandomStream, SamplesSeveralPointsOfADistribution) {
    const Array rows =
        RandomStream(5).sample(UniformHypersphere{.surface = true}, 2, 3);

    EXPECT_EQ(rows.shape, (std::vector<std::int64_t>{2, 3}));
    const double wanted[] = {0.177018512568,  -0.132743638786, 0.975214628977,
                             -0.156951446044, 0.068242603065,  0.98524575143};
    for (std::int64_t i = 0; i < 6; ++i) {
        EXPECT_NEAR(rows.values[static_cast<std::size_t>(i)], wanted[i], 1e-11) << i;
    }
}

}  // namespace
}  // namespace nengine

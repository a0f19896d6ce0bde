#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What simulators go back to, and what they keep.

namespace nengine::test {

namespace {

using Values = std::vector<double>;

TEST(Reset, BringsBackSignalsNeuronsAndFiltersAndForgetsSamples) {
    Network net({.seed = 3});
    const auto u = net.node([](double t) { return std::sin(50 * t); });
    const auto a = net.ensemble(20, 1);
    net.connect(u, a);
    net.connect(a, a, {.synapse = 0.1});
    const auto p = net.probe(a, {.synapse = 0.01});
    const auto spikes = net.probe(a.neurons);
    Simulator sim(net, quiet());
    sim.run_steps(40);
    const Values first = sim.data(p).to_vector(),
                 first_spikes = sim.data(spikes).to_vector();

    sim.reset();
    EXPECT_EQ(sim.n_steps(), 0);
    EXPECT_EQ(sim.time(), 0.0);
    EXPECT_EQ(sim.data(p).to_vector().size(), 0U);
    sim.run_steps(40);

    EXPECT_EQ(sim.data(p).to_vector(), first);
    EXPECT_EQ(sim.data(spikes).to_vector(), first_spikes);
}

TEST(Reset, KeepsWhatFunctionsRemember) {
    Network net;
    int calls = 0;
    net.node([&calls](double) { return static_cast<double>(++calls); },
             {.size_out = 1});
    Simulator sim(net, quiet());
    sim.run_steps(3);

    sim.reset();
    sim.run_steps(2);

    EXPECT_EQ(calls, 5);
}

TEST(Reset, TakesASeed) {
    Network net({.seed = 5});
    net.node(1.0);
    Simulator sim(net, quiet());
    EXPECT_EQ(sim.seed(), 6U);

    sim.reset(17);
    EXPECT_EQ(sim.seed(), 17U);
    sim.reset();
    EXPECT_EQ(sim.seed(), 17U);
}

TEST(ClearProbes, ForgetsSamplesButNotTheTime) {
    Network net;
    const auto t = net.node([](double time) { return 1000 * time; });
    const auto p = net.probe(t);
    Simulator sim(net, quiet());
    sim.run_steps(2);

    sim.clear_probes();
    EXPECT_EQ(sim.data(p).to_vector().size(), 0U);
    sim.run_steps(2);

    EXPECT_EQ(sim.n_steps(), 4);
    EXPECT_THAT(sim.data(p).to_vector(), near_to({3, 4}));
}

/// Noise that is the host's, which has a state, or the device's, which has none.
Values noise_after_a_reset(Rng rng, bool include_processes) {
    Network net({.seed = 5});
    const Node noise =
        net.node(WhiteNoise{.dist = Gaussian{.mean = 0, .std = 1}, .scale = false});
    const Probe p = net.probe(noise);
    SimulatorOptions options = quiet();
    options.rng = rng;
    Simulator sim(net, options);
    sim.run_steps(3);

    sim.reset({.include_probes = false, .include_processes = include_processes});
    EXPECT_EQ(sim.n_steps(), 0);
    sim.run_steps(3);
    return sim.data(p).to_vector();
}

TEST(Reset, LetsProcessesGoOnWhereOneSaysSo) {
    const auto halves = [](const Values& all) {
        return std::pair(Values(all.begin(), all.begin() + 3),
                         Values(all.begin() + 3, all.end()));
    };
    Network net({.seed = 5});
    const Probe p = net.probe(
        net.node(WhiteNoise{.dist = Gaussian{.mean = 0, .std = 1}, .scale = false}));
    Simulator undisturbed(net, quiet());
    undisturbed.run_steps(6);

    EXPECT_EQ(noise_after_a_reset(Rng::numpy, false), undisturbed.data(p).to_vector());
    const auto [before, after] = halves(noise_after_a_reset(Rng::numpy, true));
    EXPECT_EQ(before, after);
    const auto [drawn, again] = halves(noise_after_a_reset(Rng::philox, false));
    EXPECT_EQ(drawn, again);
}

TEST(Run, HasThePhaseOfTraining) {
    Network net({.seed = 2});
    const Node x = net.node({0.5});
    const Ensemble a = net.ensemble(12, 1);
    net.connect(x, a);
    const Probe p = net.probe(a.neurons);
    const auto simulated = [&](Phase phase, bool stateful) {
        Simulator sim(net, quiet());
        sim.run_steps(30, {.stateful = stateful, .phase = phase});
        return sim.data(p).to_vector();
    };
    Simulator sim(net, quiet());
    const Values rates =
        sim.predict({}, {.n_steps = 30, .phase = Phase::training})[p].to_vector();

    for (const bool stateful : {true, false}) {
        EXPECT_EQ(simulated(Phase::training, stateful), rates);
        EXPECT_NE(simulated(Phase::inference, stateful), rates);
    }
}

}  // namespace

}  // namespace nengine::test

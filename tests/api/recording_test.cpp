#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

#include "helpers.hpp"
#include "kernels/base/host_memory.hpp"
#include "nengine/nengine.hpp"

// How much probes record of long calls.

namespace nengine::test {

namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// A node that gives the number of the step, probed now and then.
struct Clock {
    Network net;
    Node clock = net.node([](double t) { return std::round(1000 * t); });
    Probe every = net.probe(clock, {.label = "every"});
    Probe often = net.probe(clock, {.label = "often", .sample_every = 0.0025});
    Probe last = net.probe(
        clock, {.label = "last", .sample_every = 0.003, .keep_history = false});
};

TEST(Recording, IsNengosRuleWhereverCallsAndChunksBegin) {
    Clock of;
    std::vector<double> often;
    for (int step = 1; step <= 40; ++step) {
        if (std::fmod(step, 0.0025 / 0.001) < 1.0) {
            often.push_back(step);
        }
    }
    for (const int chunk : {0, 1, 7}) {
        for (const int call : {1, 8, 40}) {
            SimulatorOptions options = quiet();
            options.plan.chunk_steps = chunk;
            Simulator sim(of.net, options);
            for (int done = 0; done < 40; done += call) {
                sim.run_steps(call);
            }
            EXPECT_EQ(sim.data(of.every).extent(0), 40);
            EXPECT_EQ(sim.data(of.often).to_vector(), often);
            EXPECT_EQ(sim.data(of.last).to_vector(), (std::vector<double>{39}));
            std::vector<double> times = sim.trange(0.0025);
            for (double& time : times) {
                time = std::round(1000 * time);
            }
            EXPECT_EQ(times, often);
        }
    }
}

TEST(Recording, KeepsTheLastSampleBeforeAnError) {
    Network net;
    auto clock = net.node([](double t) { return std::round(1000 * t); });
    auto fails = net.node([](double t) {
        if (t > 0.0065) {
            throw std::runtime_error("the user's own");
        }
        return t;
    });
    auto last = net.probe(clock, {.keep_history = false});
    auto all = net.probe(fails);
    SimulatorOptions options = quiet();
    options.plan.chunk_steps = 2;
    Simulator sim(net, options);

    EXPECT_THROW(sim.run_steps(20), std::exception);

    EXPECT_GE(sim.n_steps(), 4);
    EXPECT_EQ(sim.data(all).extent(0), sim.n_steps());
    EXPECT_EQ(sim.data(last).to_vector(),
              (std::vector<double>{static_cast<double>(sim.n_steps())}));
}

TEST(Recording, ThatDoesNotFitIsRefusedBeforeAnythingIsComputed) {
    Clock of;
    int calls = 0;
    of.net.node([&](double) { return static_cast<double>(++calls); });
    for (const bool progress : {true, false}) {
        SimulatorOptions options = quiet();
        options.progress_bar = progress;
        Simulator sim(of.net, options);
        calls = 0;
        const auto refused =
            AllOf(HasSubstr("probe 'every'"), HasSubstr("PiB"), HasSubstr("2 more"),
                  HasSubstr("sample_every"), HasSubstr("keep_history"));
        constexpr std::int64_t steps = 1'000'000'000'000'000;
        EXPECT_THAT(message<MemoryError>([&] { sim.run_steps(steps); }), refused);
        EXPECT_THAT(message<MemoryError>([&] { sim.run(1e12); }), refused);
        EXPECT_THAT(
            message<MemoryError>([&] { sim.run_steps(steps, {.stateful = false}); }),
            AllOf(refused, HasSubstr("run_steps:")));
        for (const bool stateful : {true, false}) {
            EXPECT_THAT(message<MemoryError>([&] {
                            sim.predict({}, {.n_steps = steps, .stateful = stateful});
                        }),
                        AllOf(refused, HasSubstr("predict:")));
        }
        EXPECT_EQ(calls, 0);
        EXPECT_EQ(sim.n_steps(), 0);
        sim.run_steps(2);
        EXPECT_EQ(sim.data(of.every).extent(0), 2);
    }
}

TEST(Recording, NeedsMemoryForWhatIsKeptOnly) {
    Network net;
    auto clock = net.node([](double t) { return t; });
    auto last = net.probe(clock, {.keep_history = false});
    auto rare = net.probe(clock, {.sample_every = 1.0});
    Simulator sim(net, quiet());
    net.probe(clock, {.label = "all"});
    Simulator all(net, quiet());

    {
        const kernels::HostMemoryLimit limit(std::size_t{4} << 20);
        sim.run_steps(1'000'000);
        EXPECT_THAT(message<MemoryError>([&] { all.run_steps(1'000'000); }),
                    HasSubstr("1000000 samples of probe 'all' and those of 2 more"));
    }

    EXPECT_NEAR(sim.data(last)(0, 0), 1000.0, 1e-9);
    EXPECT_EQ(sim.data(rare).extent(0), 1000);
}

}  // namespace

}  // namespace nengine::test

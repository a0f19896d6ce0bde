#include <cmath>
#include <stdexcept>

#include "tests/api/helpers.hpp"

// What is left when a function of the user's fails within a run.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

TEST(FailingFunctions, LeaveTheLastSampleBefore) {
    Network net({.seed = 1});
    auto u = net.node(
        [](double t) {
            if (t > 0.0065) {
                throw std::runtime_error("goal");
            }
            return 1000 * t;
        },
        {.size_out = 1});
    auto p = net.probe(u, {.keep_history = false}),
         rare = net.probe(u, {.sample_every = 0.004, .keep_history = false});
    Simulator sim(net, quiet());

    EXPECT_THROW(sim.run_steps(100), std::runtime_error);

    EXPECT_THAT(sim.data(p).to_vector(), near_to({6}));
    EXPECT_THAT(sim.data(rare).to_vector(), near_to({4}));
}

TEST(FailingFunctions, LeaveTheStepsBefore) {
    for (const bool fold : {true, false}) {
        for (const int at : {1, 300, 5000, 9999}) {
            Network net({.seed = 1});
            std::vector<double> times;
            auto u = net.node(
                [&](double t) {
                    times.push_back(std::round(1000 * t));
                    if (t > (at - 0.5) * 1e-3) {
                        throw std::runtime_error("goal");
                    }
                    return t;
                },
                {.size_out = 1});
            auto p = net.probe(u), slow = net.probe(u, {.synapse = 0.01});
            SimulatorOptions options = quiet();
            options.plan.fold = fold;
            Simulator sim(net, options);

            EXPECT_THROW(sim.run_steps(10000), std::runtime_error);

            EXPECT_EQ(sim.n_steps(), at - 1);
            ASSERT_EQ(sim.data(p).extent(0), at - 1);
            EXPECT_EQ(sim.data(slow).extent(0), at - 1);
            ASSERT_EQ(times.size(), static_cast<std::size_t>(at));
            for (int step = 1; step <= at; ++step) {
                EXPECT_EQ(times[static_cast<std::size_t>(step - 1)], step);
            }
        }
    }
}

/// A wave into neurons, and a node of time that may fail at a step.
struct Interrupted {
    explicit Interrupted(double fails_at) : at(fails_at) {
        auto wave = net.node([](double t) { return std::sin(20 * t); });
        auto noisy =
            net.node(WhiteSignal{.period = 0.1, .high = 50.0, .rms = 0.2, .seed = 5});
        auto bad = net.node([this](double t) {
            if (1000 * t > at - 0.5) {
                at = 1e9;  // once
                return std::nan("");
            }
            return t;
        });
        auto a = net.ensemble(30, 1);
        net.connect(wave, a);
        net.connect(noisy, a);
        net.connect(bad, a, {.synapse = 0.01});
        p = net.probe(a, {.synapse = 0.02});
    }
    Network net{{.seed = 2}};
    double at;
    std::optional<Probe> p;
};

TEST(FailingFunctions, LetARunGoOnAsIfTheyHadNotFailed) {
    Interrupted smooth(1e9), stopped(777);
    Simulator one(smooth.net, quiet()), other(stopped.net, quiet());
    one.run_steps(1500);

    EXPECT_THAT(message<SimulationError>([&] { other.run_steps(1500); }),
                HasSubstr("at t = 0.777"));
    EXPECT_EQ(other.n_steps(), 776);
    other.run_steps(1500 - 776);

    EXPECT_THAT(other.data(*stopped.p).to_vector(),
                near_to(one.data(*smooth.p).to_vector()));
}

/// A process of the user's with an input that adds up what it gets, called before a
/// node of time that fails at a step.
struct InterruptedSum {
    InterruptedSum(double fails_at, bool pure) : at(fails_at) {
        const auto wave = net.node([](double t) { return std::sin(20 * t); });
        const auto sum = net.node(
            CustomProcess{.size_in = 1,
                          .make_step = [](ProcessSizes, RandomStream) -> StepFunction {
                              return [total = 0.0](double, std::span<const double> x,
                                                   std::span<double> out) mutable {
                                  out[0] = total += x[0];
                              };
                          }},
            {.pure = pure});
        net.connect(wave, sum, {.synapse = None});
        net.node([this](double t) {
            if (1000 * t > at - 0.5) {
                at = 1e9;  // once
                throw std::runtime_error("stop");
            }
            return t;
        });
        p = net.probe(sum);
    }
    Network net{{.seed = 2}};
    double at;
    std::optional<Probe> p;
};

TEST(FailingFunctions, TakeProcessesWithAnInputBack) {
    for (const bool pure : {false, true}) {
        InterruptedSum smooth(1e9, pure), stopped(777, pure);
        Simulator one(smooth.net, quiet()), other(stopped.net, quiet());
        one.run_steps(1500);

        EXPECT_THROW(other.run_steps(1500), std::runtime_error);
        EXPECT_EQ(other.n_steps(), 776);
        other.run_steps(1500 - 776);

        EXPECT_EQ(other.data(*stopped.p).to_vector(), one.data(*smooth.p).to_vector())
            << (pure ? "pure" : "in order");
    }
}

TEST(FailingFunctions, GiveMoreThanFloat32HoldsAndAreRefused) {
    Network net;
    const auto node = net.node([](double t) { return t < 0.0035 ? 1e38 : 1e39; },
                               {.label = "explosion"});
    const auto p = net.probe(node);
    Simulator single(net, {.progress_bar = false});

    EXPECT_THAT(message<SimulationError>([&] { single.run_steps(10); }),
                AllOf(HasSubstr("explosion"), HasSubstr("got 1e+39 at t = 0.004"),
                      HasSubstr("float32"), HasSubstr("DType::float64")));
    EXPECT_EQ(single.n_steps(), 3);
    Simulator wide(net, quiet());
    wide.run_steps(10);
    EXPECT_EQ(wide.data(p)(9, 0), 1e39);
}

}  // namespace
}  // namespace nengine::test

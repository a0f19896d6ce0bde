#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "errors.hpp"

// Calls that cannot be: of too many steps, with options out of range, of a simulator
// that was moved from.

namespace nengine::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

std::vector<Case> times() {
    using enum Type;
    const auto runs = [](double seconds) {
        return [=](Example& e) { Simulator(e.net, quiet()).run(seconds); };
    };
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    return {
        {"far too many seconds",
         validation,
         {"run", "1e+30 seconds", "too many steps"},
         runs(1e30)},
        {"an infinite time", validation, {"run", "inf", "finite"}, runs(infinity)},
        {"a time that is not a number", validation, {"run", "nan"}, runs(nan)},
        {"a negative time", validation, {"run", "-0.1"}, runs(-0.1)},
        {"far too many steps",
         validation,
         {"run_steps", "9223372036854775807", "too many"},
         [=](Example& e) { Simulator(e.net, quiet()).run_steps(most); }},
        {"too many steps after others",
         validation,
         {"run_steps", "9007199254740992 after 1", "too many"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             sim.run_steps(1);
             sim.run_steps(std::int64_t{1} << 53);
         }},
        {"a prediction of far too many steps",
         validation,
         {"predict", "too many"},
         [=](Example& e) { Simulator(e.net, quiet()).predict({}, {.n_steps = most}); }},
        {"a prediction of negative steps",
         validation,
         {"predict", "n_steps", "-1"},
         [](Example& e) { Simulator(e.net, quiet()).predict({}, {.n_steps = -1}); }},
        {"a plan of no steps",
         validation,
         {"explain", "n_steps", "0"},
         [](Example& e) { static_cast<void>(Simulator(e.net, quiet()).explain(0)); }},
        {"an infinite sampling period",
         validation,
         {"'p'", "sample_every", "inf"},
         [](Example& e) {
             e.net.probe(e.a, {.label = "p", .sample_every = infinity});
         }},
        {"an infinite step of time",
         validation,
         {"dt", "inf"},
         [](Example& e) { e.simulate({.dt = infinity, .progress_bar = false}); }},
        {"a presentation of no time",
         validation,
         {"presentation_time", "1e-300"},
         [](Example& e) {
             e.net.node(PresentInput{{1.0}, 1e-300});
         }},
        {"a presentation without end",
         validation,
         {"presentation_time", "inf"},
         [](Example& e) {
             e.net.node(PresentInput{{1.0}, infinity});
         }},
        {"inputs that are not numbers",
         validation,
         {"PresentInput", "nan", "[0]"},
         [](Example& e) {
             e.net.node(PresentInput{{nan}, 0.1});
         }},
        {"an infinite period",
         validation,
         {"WhiteSignal", "period", "inf"},
         [](Example& e) { e.net.node(WhiteSignal{.period = infinity, .high = 5.0}); }},
        {"a period of far too many steps",
         validation,
         {"'w'", "WhiteSignal", "period", "too many"},
         [](Example& e) {
             e.net.node(WhiteSignal{.period = 1e30, .high = 5.0}, {.label = "w"});
             e.simulate();
         }},
        {"a point that is not a number",
         validation,
         {"Piecewise", "0.5", "nan"},
         [](Example& e) {
             e.net.node(Piecewise{{{0.5, nan}}});
         }},
        {"a process for far too many seconds",
         validation,
         {"Process", "1e+30", "too many steps"},
         [](Example&) { Process(WhiteNoise{}).run(1e30); }},
        {"a process in steps of no time",
         validation,
         {"Process", "dt", "0"},
         [](Example&) { Process(WhiteNoise{}).run(1.0, {.dt = 0.0}); }},
        {"times of a process that are too many",
         validation,
         {"Process", "too many"},
         [](Example&) { Process(WhiteNoise{}).trange(1e30); }},
        {"a window of far too many steps",
         validation,
         {"w.synapse", "Triangle", "too many"},
         [](Example& e) {
             e.net.probe(e.u, {.label = "w", .synapse = Triangle{1e30}});
             e.simulate();
         }},
    };
}

std::vector<Case> training() {
    using enum Type;
    const auto compiled = [](AnyOptimizer optimizer) {
        return [=](Example& e) {
            Simulator(e.net, quiet()).compile({.optimizer = optimizer});
        };
    };
    const auto with_plan = [](PlanOptions plan) {
        return [=](Example& e) {
            SimulatorOptions options = quiet();
            options.plan = plan;
            e.simulate(options);
        };
    };
    return {
        {"a negative number of epochs",
         validation,
         {"fit", "epochs", "-1"},
         [](Example& e) {
             const Probe p = e.net.probe(e.net.layer(Dense{.units = 1}, e.u));
             Simulator sim(e.net, quiet());
             sim.compile({.loss = {{p, MeanSquaredError{}}}});
             sim.fit({{e.u, Tensor({1, 1, 2}, {1.0, 2.0})}},
                     {{p, Tensor({1, 1, 1}, {1.0})}}, {.epochs = -1});
         }},
        {"a negative learning rate",
         validation,
         {"SGD", "learning_rate", "-0.1"},
         compiled(SGD{.learning_rate = -0.1})},
        {"a learning rate that is not a number",
         validation,
         {"Adam", "learning_rate", "nan"},
         compiled(Adam{.learning_rate = nan})},
        {"a momentum above 1",
         validation,
         {"SGD", "momentum", "2"},
         compiled(SGD{.momentum = 2.0})},
        {"a decay above 1",
         validation,
         {"RMSprop", "rho"},
         compiled(RMSprop{.rho = 2})},
        {"a negative epsilon",
         validation,
         {"RMSprop", "epsilon"},
         compiled(RMSprop{.epsilon = -1.0})},
        {"an epsilon of 0",
         validation,
         {"compile: Adam: epsilon: got 0, needs"},
         compiled(Adam{.epsilon = 0})},
        {"a negative beta", validation, {"beta_1"}, compiled(Adam{.beta_1 = -0.1})},
        {"a negative learning rate later",
         validation,
         {"set_learning_rate", "-1"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             sim.compile({});
             sim.set_learning_rate(-1.0);
         }},
        {"a loss's weight that is not a number",
         validation,
         {"weight", "nan"},
         [](Example& e) {
             const Probe p = e.net.probe(e.u);
             Simulator sim(e.net, quiet());
             sim.compile({.loss = {{p, MeanSquaredError{}, nan}}});
         }},
        {"negative steps of a chunk",
         validation,
         {"chunk_steps", "-1"},
         with_plan({.chunk_steps = -1})},
        {"negative items of a tile",
         validation,
         {"tile_items", "-1"},
         with_plan({.tile_items = -1})},
        {"an infinite smoothing",
         validation,
         {"lif_smoothing", "inf"},
         [](Example& e) {
             e.simulate({.progress_bar = false,
                         .spike_gradient = RateGradient{.lif_smoothing = infinity}});
         }},
    };
}

std::vector<Case> moved_simulators() {
    const auto moved = [](const char* call, std::function<void(Simulator&)> work) {
        return Case{std::string(call) + " of a simulator that was moved from",
                    Type::closed,
                    {call, "moved"},
                    [work](Example& e) {
                        Simulator sim(e.net, quiet());
                        const Simulator other = std::move(sim);
                        // NOLINTBEGIN(*-use-after-move): this is about what that does
                        EXPECT_TRUE(sim.closed());
                        sim.close();
                        work(sim);
                        // NOLINTEND(*-use-after-move)
                    }};
    };
    return {
        moved("run", [](Simulator& sim) { sim.run(0.1); }),
        moved("run_steps", [](Simulator& sim) { sim.run_steps(1); }),
        moved("run_steps", [](Simulator& sim) { sim.step(); }),
        moved("reset", [](Simulator& sim) { sim.reset(); }),
        moved("clear_probes", [](Simulator& sim) { sim.clear_probes(); }),
        moved("predict", [](Simulator& sim) { sim.predict({}, {.n_steps = 1}); }),
        moved("fit", [](Simulator& sim) { sim.fit({}, {}, {.n_steps = 1}); }),
        moved("evaluate", [](Simulator& sim) { sim.evaluate({}, {}, {.n_steps = 1}); }),
        moved("compile", [](Simulator& sim) { sim.compile({}); }),
        moved("set_learning_rate", [](Simulator& sim) { sim.set_learning_rate(0.1); }),
        moved("trange", [](Simulator& sim) { static_cast<void>(sim.trange()); }),
        moved("save_params", [](Simulator& sim) { sim.save_params("x.npz"); }),
        moved("load_params", [](Simulator& sim) { sim.load_params("x.npz"); }),
        moved("parameters",
              [](Simulator& sim) { static_cast<void>(sim.parameters()); }),
        moved("parameter",
              [](Simulator& sim) { static_cast<void>(sim.parameter("x")); }),
        moved("parameter", [](Simulator& sim) { sim.set_parameter("x", 1.0); }),
        moved("parameters",
              [](Simulator& sim) { static_cast<void>(sim.n_trainable()); }),
        moved("n_steps", [](Simulator& sim) { static_cast<void>(sim.n_steps()); }),
        moved("time", [](Simulator& sim) { static_cast<void>(sim.time()); }),
        moved("dt", [](Simulator& sim) { static_cast<void>(sim.dt()); }),
        moved("seed", [](Simulator& sim) { static_cast<void>(sim.seed()); }),
        moved("seed", [](Simulator& sim) { static_cast<void>(sim.seed(Network{})); }),
        moved("freeze", [](Simulator& sim) { sim.freeze(Network{}); }),
        moved("minibatch_size",
              [](Simulator& sim) { static_cast<void>(sim.minibatch_size()); }),
        moved("device", [](Simulator& sim) { static_cast<void>(sim.device()); }),
        moved("peak_memory",
              [](Simulator& sim) { static_cast<void>(sim.peak_memory()); }),
        moved("explain", [](Simulator& sim) { static_cast<void>(sim.explain(1)); }),
    };
}

TEST(Errors, OfTimes) {
    expect_errors(times());
}
TEST(Errors, OfTrainingOptions) {
    expect_errors(training());
}
TEST(Errors, OfSimulatorsThatWereMovedFrom) {
    expect_errors(moved_simulators());
}

TEST(Errors, DataOfASimulatorThatWasMovedFromIsTheOtherOnes) {
    Example e;
    const Probe p = e.net.probe(e.u);
    Simulator sim(e.net, quiet());
    sim.run_steps(2);

    const Simulator other = std::move(sim);

    EXPECT_EQ(other.data(p)(1, 0), 0.5);
    // NOLINTBEGIN(*-use-after-move): this is about what that does
    EXPECT_THROW(sim.data(p), SimulatorClosed);
    EXPECT_THROW(sim.data(e.a), SimulatorClosed);
    EXPECT_THROW(sim.data(e.ua), SimulatorClosed);
    // NOLINTEND(*-use-after-move)
    sim = Simulator(e.net, quiet());
    EXPECT_NO_THROW(sim.run_steps(1));
}

}  // namespace

}  // namespace nengine::test

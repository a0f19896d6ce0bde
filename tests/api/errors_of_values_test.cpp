#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "errors.hpp"

// Numbers that cannot be: indices out of range, values that are not finite, options
// that are negative or far too large.

namespace nengine::test {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

Tensor recorded(Example& e) {
    const Probe p = e.net.probe(e.u[0]);
    Simulator sim(e.net, quiet());
    sim.run_steps(10);
    return sim.data(p);
}

void make_mine(EnsembleOptions options) {
    Network net({.seed = 1});
    options.label = "mine";
    net.probe(net.ensemble(2, 1, options));
    Simulator(net, quiet());
}

std::vector<Case> indices() {
    using enum Type;
    const auto read = [](auto... at) {
        return [=](Example& e) { static_cast<void>(recorded(e)(at...)); };
    };
    const Array matrix = {{1.0, 2.0}, {3.0, 4.0}};
    return {
        {"Python's last sample",
         validation,
         {"axis 0", "-1", "0 to 9", "[10, 1]"},
         read(-1, 0)},
        {"a sample too many", validation, {"axis 0", "10", "0 to 9"}, read(10, 0)},
        {"a component too many", validation, {"axis 1", "got", "1", "0"}, read(0, 1)},
        {"too few indices", shape, {"1 index", "needs 2", "[10, 1]"}, read(0)},
        {"too many indices", shape, {"3 indices", "needs 2"}, read(0, 0, 0)},
        {"a negative position",
         validation,
         {"position -1", "0 to 9"},
         [](Example& e) { static_cast<void>(recorded(e)[-1]); }},
        {"a position too large",
         validation,
         {"position 10"},
         [](Example& e) { static_cast<void>(recorded(e)[10]); }},
        {"a number of an empty tensor",
         validation,
         {"with elements", "[0, 0, 0]"},
         [](Example&) { static_cast<void>(Tensor()(0, 0, 0)); }},
        {"a number of a tensor that was moved",
         shape,
         {"needs 0"},
         [](Example&) {
             Tensor t({1, 1, 1}, {0.5});
             const Tensor moved = std::move(t);
             EXPECT_EQ(moved[0], 0.5);
             EXPECT_EQ(t.size(), 0);
             static_cast<void>(t(0, 0, 0));
         }},
        {"numbers without an address",
         validation,
         {"borrow", "[2, 1, 1]"},
         [](Example&) {
             Tensor::borrow(static_cast<float*>(nullptr), {2, 1, 1});
         }},
        {"items out of range",
         validation,
         {"2 items from 9"},
         [](Example& e) { static_cast<void>(recorded(e).items(9, 2)); }},
        {"an array's last row",
         validation,
         {"axis 0", "-1", "0 to 1", "[2, 2]"},
         [=](Example&) { static_cast<void>(matrix(-1, 0)); }},
        {"an array's column too many",
         validation,
         {"axis 1", "2", "0 to 1"},
         [=](Example&) { static_cast<void>(matrix(0, 2)); }},
        {"one index of a matrix",
         shape,
         {"1 index", "needs 2"},
         [=](Example&) { static_cast<void>(matrix(0)); }},
        {"three indices of a matrix",
         shape,
         {"3 indices", "needs 2"},
         [=](Example&) { static_cast<void>(matrix(0, 0, 0)); }},
        {"an array with fewer numbers than its shape has",
         shape,
         {"4 numbers", "[3, 2]"},
         [=](Example&) {
             Array short_of = matrix;
             short_of.shape = {3, 2};
             short_of(2, 0) = 1.0;
         }},
        {"a history of what there is none of",
         validation,
         {"'accuracy'", "loss"},
         [](Example&) {
             History history;
             history.values["loss"] = {1.0};
             static_cast<void>(history["accuracy"]);
         }},
    };
}

std::vector<Case> sizes() {
    using enum Type;
    constexpr std::int64_t huge = std::int64_t{1} << 32;
    return {
        {"a tensor of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) {
             Tensor({huge, huge}, std::vector<float>());
         }},
        {"an array of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) {
             Array({huge, huge}, std::vector<double>());
         }},
        {"a full array of more elements than can be counted",
         shape,
         {"[4294967296, 4294967296]"},
         [=](Example&) { Array::identity(huge); }},
        {"an image of more elements than can be counted",
         shape,
         {"'big'", "[4294967296, 4294967296, 1]"},
         [=](Example& e) {
             e.net.layer(Flatten{}, e.u, {.label = "big", .shape_in = {huge, huge, 1}});
         }},
        {"more neurons than any machine has memory for",
         validation,
         {"'x'", "n_neurons", "4611686018427387904", "2^47"},
         [](Example& e) { e.net.ensemble(std::int64_t{1} << 62, 1, {.label = "x"}); }},
        {"more components than any machine has memory for",
         validation,
         {"'x'", "size_in", "2^47"},
         [](Example& e) {
             e.net.node({.label = "x", .size_in = std::int64_t{1} << 62});
         }},
        {"more items than any machine has memory for",
         validation,
         {"minibatch_size", "2^47"},
         [](Example& e) { e.simulate(quiet(std::int64_t{1} << 62)); }},
    };
}

std::vector<Case> ensembles() {
    using enum Type;
    const auto mine = [](const char* what, Type type, std::vector<std::string> texts,
                         EnsembleOptions options) {
        texts.insert(texts.begin(), "'mine'");
        return Case{what, type, texts, [=](Example&) { make_mine(options); }};
    };
    const Array with_nan = {{1.0}, {nan}};
    return {
        mine("a choice of numbers as encoders", shape,
             {"encoders", "Choice", "1 dimensions"}, {.encoders = Choice{{1.0, -1.0}}}),
        mine("too few samples as encoders", shape,
             {"encoders", "Samples", "[1, 1]", "[2, 1]"},
             {.encoders = Samples{{{0.5}}}}),
        mine("an encoder that is not a number", validation,
             {"encoders", "nan", "[1, 0]", "finite"}, {.encoders = with_nan}),
        mine("a sampled encoder that is not a number", validation,
             {"encoders", "nan", "[1, 0]"}, {.encoders = Samples{with_nan}}),
        mine("an encoder of length 0", build, {"encoder 1", "length 0"},
             {.encoders = {{1.0}, {0.0}}}),
        mine("an evaluation point that is not a number", validation,
             {"eval_points", "nan", "[1, 0]"}, {.eval_points = with_nan}),
        mine("samples of evaluation points that are not numbers", validation,
             {"eval_points", "nan"},
             {.eval_points = Samples{with_nan}, .n_eval_points = 2}),
        mine("a choice of vectors as evaluation points", shape,
             {"eval_points", "Choice", "2 dimensions"},
             {.eval_points = Choice{{{1.0, 2.0}}}}),
        mine("rates that are not numbers", validation, {"max_rates", "nan", "[1]"},
             {.max_rates = {100.0, nan}}),
        mine("intercepts of a distribution that cannot be", validation,
             {"intercepts", "Gaussian", "std"},
             {.intercepts = Gaussian{.mean = 0.0, .std = -1.0}}),
        mine("a gain that is not finite", validation, {"gain", "inf"},
             {.gain = {1.0, infinity}, .bias = 0.0}),
        mine("a bias that is not a number", validation, {"bias", "nan"},
             {.gain = 1.0, .bias = nan}),
        mine("an array whose numbers were moved away", shape,
             {"encoders", "0 numbers", "[2, 1]"},
             [] {
                 Array moved = {{1.0}, {-1.0}};
                 moved.values.clear();
                 return EnsembleOptions{.encoders = moved};
             }()),
        {"connection's evaluation points that are not numbers",
         validation,
         {"'y'", "eval_points", "nan"},
         [](Example& e) {
             e.net.connect(e.a, e.sum,
                           {.label = "y", .eval_points = {{0.0, 1.0}, {nan, 0.0}}});
         }},
        {"a transform that is not a number",
         validation,
         {"'y'", "transform", "nan", "[1, 0]"},
         [](Example& e) {
             e.net.connect(e.u, e.sum,
                           {.label = "y", .transform = {{1.0, 0.0}, {nan, 1.0}}});
         }},
        {"a distribution of a transform that cannot be",
         validation,
         {"'y'", "transform", "Choice"},
         [](Example& e) {
             e.net.connect(e.u, e.sum, {.label = "y", .transform = Choice{{1.0, 2.0}}});
             e.simulate();
         }},
        {"a layer's distribution that cannot be",
         validation,
         {"'y'", "kernel", "Gaussian"},
         [](Example& e) {
             e.net.layer(
                 Dense{.units = 2,
                       .kernel_initializer = Gaussian{.mean = 0.0, .std = -1.0}},
                 e.u, {.label = "y"});
             e.simulate();
         }},
    };
}

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

std::vector<Case> filters() {
    using enum Type;
    const auto probed = [](LinearFilter filter) {
        return [=](Example& e) {
            e.net.probe(e.u, {.label = "p", .synapse = filter});
            e.simulate();
        };
    };
    return {
        {"a filter without a numerator",
         validation,
         {"'p'", "needs a numerator"},
         probed({.num = {}, .den = {1.0}})},
        {"a filter without a denominator",
         validation,
         {"'p'", "needs a denominator"},
         probed({.num = {1.0}, .den = {}})},
        {"a filter with a denominator of zero",
         validation,
         {"'p'", "denominator of zero"},
         probed({.num = {1.0}, .den = {0.0, 0.0}})},
        {"a filter with a coefficient that is not a number",
         validation,
         {"'p'", "nan", "denominator"},
         probed({.num = {1.0}, .den = {1.0, nan}})},
        {"a filter that looks ahead",
         validation,
         {"'p'", "degree 1"},
         probed({.num = {1.0, 0.0}, .den = {1.0}})},
        {"a negative window",
         validation,
         {"'p'", "-1"},
         [](Example& e) {
             e.net.probe(e.u, {.label = "p", .synapse = Triangle{-1.0}});
         }},
        {"a response of a filter without a numerator",
         validation,
         {"needs a numerator"},
         [](Example&) { evaluate(LinearFilter{.num = {}, .den = {1.0}}, {1.0}); }},
        {"filters without a numerator one after the other",
         validation,
         {"needs a numerator"},
         [](Example&) {
             combine(LinearFilter{.num = {}, .den = {1.0}}, Lowpass{0.1});
         }},
        {"fewer values than the shape has",
         shape,
         {"filt", "1 numbers", "[2]"},
         [](Example&) {
             Array x = {1.0, 2.0};
             x.values.pop_back();
             filt(0.1, x);
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
             e.simulate({.progress_bar = false, .lif_smoothing = infinity});
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
                        EXPECT_TRUE(sim.closed());
                        sim.close();
                        work(sim);
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
        moved("minibatch_size",
              [](Simulator& sim) { static_cast<void>(sim.minibatch_size()); }),
        moved("device", [](Simulator& sim) { static_cast<void>(sim.device()); }),
        moved("peak_memory",
              [](Simulator& sim) { static_cast<void>(sim.peak_memory()); }),
        moved("explain", [](Simulator& sim) { static_cast<void>(sim.explain(1)); }),
    };
}

TEST(Errors, OfIndices) {
    expect_errors(indices());
}
TEST(Errors, OfSizes) {
    expect_errors(sizes());
}
TEST(Errors, OfNumbersOfEnsemblesAndConnections) {
    expect_errors(ensembles());
}
TEST(Errors, OfTimes) {
    expect_errors(times());
}
TEST(Errors, OfFilters) {
    expect_errors(filters());
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
    EXPECT_THROW(sim.data(p), SimulatorClosed);
    EXPECT_THROW(sim.data(e.a), SimulatorClosed);
    EXPECT_THROW(sim.data(e.ua), SimulatorClosed);
    sim = Simulator(e.net, quiet());
    EXPECT_NO_THROW(sim.run_steps(1));
}

TEST(Options, BracesWithNamesAreOptionsAndOthersAreNumbers) {
    Network net;
    const Node named = net.node({.size_in = 0, .size_out = 0});
    EXPECT_EQ(named.size_in, 0);
    EXPECT_EQ(named.size_out, 0);
    EXPECT_EQ(net.node({.size_in = 2, .size_out = 2}).size_out, 2);
    EXPECT_EQ(net.node({1.0, 2.0, 3.0}).size_out, 3);
    EXPECT_EQ(net.node({1, 2}, {.label = "two"}).size_out, 2);
    EXPECT_EQ(message<ValidationError>(
                  [&] { net.node({.label = "x", .size_in = 0, .size_out = 1}); }),
              "node 'x': got size_in 0 and size_out 1, needs equal sizes without an "
              "output of its own");
}

}  // namespace

}  // namespace nengine::test

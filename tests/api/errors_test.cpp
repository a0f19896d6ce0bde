#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <typeinfo>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What Nengo rejects is rejected here with an error of matching type, whose text names
// the user's object, what was given, and what is needed.

namespace nengine::test {

namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// A network with one object of each kind.
struct Example {
    Network net{{.seed = 1}};
    Node u = net.node({0.5, -0.5}, {.label = "u"});
    Node sum = net.node({.label = "sum", .size_in = 2});
    Ensemble a = net.ensemble(20, 2, {.label = "a"});
    Ensemble rates = net.ensemble(10, 1, {.label = "rates", .neuron_type = LIFRate{}});
    Connection ua = net.connect(u, a, {.label = "ua"});

    void simulate(SimulatorOptions options = quiet()) { Simulator sim(net, options); }
    void run(std::int64_t n_steps = 3) { Simulator(net, quiet()).run_steps(n_steps); }
};

enum class Type { validation, shape, build, simulation, closed, file };

struct Case {
    std::string what;
    Type type;
    /// Parts of the message.
    std::vector<std::string> texts;
    std::function<void(Example&)> work;
};

template <class Wanted>
bool is(const std::exception& error) {
    return dynamic_cast<const Wanted*>(&error) != nullptr;
}

bool has_type(const std::exception& error, Type type) {
    switch (type) {
        case Type::validation:
            return is<ValidationError>(error);
        case Type::shape:
            return is<ShapeError>(error);
        case Type::build:
            return is<BuildError>(error);
        case Type::simulation:
            return is<SimulationError>(error) && !is<SimulatorClosed>(error);
        case Type::closed:
            return is<SimulatorClosed>(error);
        case Type::file:
            return is<FileError>(error);
    }
    return false;
}

std::vector<Case> ensembles() {
    using enum Type;
    return {
        {"no neurons",
         validation,
         {"ensemble", "n_neurons", "got 0", "at least 1"},
         [](Example& e) { e.net.ensemble(0, 1); }},
        {"no dimensions",
         validation,
         {"'x'", "dimensions", "got 0"},
         [](Example& e) { e.net.ensemble(5, 0, {.label = "x"}); }},
        {"a radius of zero",
         validation,
         {"'x'", "radius", "got 0"},
         [](Example& e) { e.net.ensemble(5, 1, {.label = "x", .radius = 0.0}); }},
        {"a negative radius",
         validation,
         {"radius", "got -1"},
         [](Example& e) { e.net.ensemble(5, 1, {.radius = -1.0}); }},
        {"a radius that is not a number",
         validation,
         {"radius"},
         [](Example& e) { e.net.ensemble(5, 1, {.radius = nan}); }},
        {"no evaluation points",
         validation,
         {"n_eval_points", "got 0"},
         [](Example& e) { e.net.ensemble(5, 1, {.n_eval_points = 0}); }},
        {"max_rates that neurons cannot reach",
         validation,
         {"'x'", "max_rates"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .max_rates = Choice{{600.0}}});
             e.simulate();
         }},
        {"an intercept of one",
         build,
         {"'x'", "gain", "got -inf", "needs a finite value above 0"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .intercepts = Choice{{1.0}}});
             e.simulate();
         }},
        {"an intercept above one",
         build,
         {"'x'", "gain", "got -", "intercept 1.5", "needs a finite value above 0"},
         [](Example& e) {
             e.net.ensemble(5, 1,
                            {.label = "x",
                             .max_rates = Choice{{50.0}},
                             .intercepts = Choice{{1.5}},
                             .neuron_type = RectifiedLinear{}});
             e.simulate();
         }},
        {"encoders of zero",
         build,
         {"'x'", "encoder 0"},
         [](Example& e) {
             e.net.ensemble(2, 1, {.label = "x", .encoders = Array{{0.0}, {0.0}}});
             e.simulate();
         }},
        {"encoders of another shape",
         validation,
         {"'x'", "encoders", "got shape [1, 1]", "needs"},
         [](Example& e) {
             e.net.ensemble(2, 1, {.label = "x", .encoders = Array{{1.0}}});
             e.simulate();
         }},
        {"as many intercepts as other neurons",
         validation,
         {"'x'", "intercepts"},
         [](Example& e) {
             e.net.ensemble(3, 1, {.label = "x", .intercepts = Array{0.1, 0.2}});
             e.simulate();
         }},
        {"a gain without a bias",
         validation,
         {"'x'", "bias"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .gain = Choice{{1.0}}});
             e.simulate();
         }},
        {"a bias without a gain",
         validation,
         {"'x'", "gain"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .bias = Choice{{1.0}}});
             e.simulate();
         }},
        {"evaluation points of other dimensions",
         validation,
         {"'x'", "eval_points"},
         [](Example& e) {
             e.net.ensemble(5, 2, {.label = "x", .eval_points = Array{{0.5}, {1.0}}});
             e.simulate();
         }},
        {"a negative time constant of neurons",
         validation,
         {"'x'", "tau_rc"},
         [](Example& e) {
             e.net.ensemble(5, 1, {.label = "x", .neuron_type = LIF{.tau_rc = -1.0}});
             e.simulate();
         }},
        {"an initial state that there is none of",
         validation,
         {"'x'", "speed"},
         [](Example& e) {
             e.net.ensemble(
                 5, 1,
                 {.label = "x",
                  .neuron_type = LIF{.initial_state = {{"speed", Choice{{1.0}}}}}});
             e.simulate();
         }},
    };
}

std::vector<Case> nodes() {
    using enum Type;
    return {
        {"a constant that is not a number",
         validation,
         {"'x'", "nan", "finite"},
         [](Example& e) { e.net.node(nan, {.label = "x"}); }},
        {"an infinite constant",
         validation,
         {"'x'", "inf"},
         [](Example& e) {
             e.net.node({1.0, INFINITY}, {.label = "x"});
         }},
        {"a constant of two axes",
         validation,
         {"'x'", "[2, 1]"},
         [](Example& e) {
             e.net.node(Array{{1.0}, {2.0}}, {.label = "x"});
         }},
        {"a constant with an input",
         validation,
         {"'x'", "size_in 1"},
         [](Example& e) { e.net.node(1.0, {.label = "x", .size_in = 1}); }},
        {"a constant of another size_out",
         validation,
         {"'x'", "size_out 3"},
         [](Example& e) { e.net.node(1.0, {.label = "x", .size_out = 3}); }},
        {"a function of t alone with an input",
         validation,
         {"'x'", "(t, x)"},
         [](Example& e) {
             e.net.node([](double t) { return t; }, {.label = "x", .size_in = 2});
         }},
        {"a function of (t, x) without an input",
         validation,
         {"'x'", "t alone"},
         [](Example& e) {
             e.net.node([](double, std::span<const double> x) { return x[0]; },
                        {.label = "x", .size_out = 1});
         }},
        {"a negative size_in",
         validation,
         {"'x'", "size_in -1"},
         [](Example& e) { e.net.node({.label = "x", .size_in = -1}); }},
        {"a value that is not a number",
         simulation,
         {"'x'", "nan"},
         [](Example& e) {
             e.net.node([](double t) { return t > 0.0015 ? nan : t; }, {.label = "x"});
             e.run();
         }},
        {"an infinite value",
         simulation,
         {"'x'", "inf"},
         [](Example& e) {
             e.net.node([](double t) { return t > 0 ? INFINITY : 0.0; },
                        {.label = "x"});
             e.run();
         }},
        {"nothing instead of a value",
         simulation,
         {"'x'"},
         [](Example& e) {
             e.net.node([](double) {}, {.label = "x", .size_out = 1});
             e.run();
         }},
        {"a value of another size",
         simulation,
         {"'x'", "2"},
         [](Example& e) {
             e.net.node(
                 [](double) {
                     return std::vector{1.0, 2.0};
                 },
                 {.label = "x", .size_out = 1});
             e.run();
         }},
    };
}

std::vector<Case> connections() {
    using enum Type;
    return {
        {"ends of different sizes",
         shape,
         {"'a'", "'rates'", "size 2", "size 1"},
         [](Example& e) { e.net.connect(e.a, e.rates); }},
        {"a transform of another size_out",
         shape,
         {"[3, 2]", "[1, 2]"},
         [](Example& e) {
             e.net.connect(e.a, e.rates,
                           {.transform = {{1.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}}});
         }},
        {"a transform of another size_in",
         shape,
         {"[1, 1]", "[1, 2]"},
         [](Example& e) { e.net.connect(e.a, e.rates, {.transform = {{1.0}}}); }},
        {"a vector as transform between different sizes",
         shape,
         {"'a'", "'rates'"},
         [](Example& e) {
             e.net.connect(e.a, e.rates, {.transform = {1.0, 2.0}});
         }},
        {"a transform of three axes",
         shape,
         {"matrix"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.transform = Array({1, 2, 2}, {1, 2, 3, 4})});
         }},
        {"a function of neurons",
         validation,
         {"function", "'a'"},
         [](Example& e) {
             e.net.connect(e.a.neurons, e.sum,
                           {.function = [](double x) { return x; }});
         }},
        {"a function of a node that passes its input on",
         validation,
         {"function"},
         [](Example& e) {
             e.net.connect(e.sum, e.a, {.function = [](double x) { return x; }});
         }},
        {"a function without a value",
         validation,
         {"function", "nothing"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.function = [](std::span<const double>) {}});
         }},
        {"evaluation points of a node",
         validation,
         {"eval_points", "ensemble"},
         [](Example& e) { e.net.connect(e.u, e.a, {.eval_points = Uniform{}}); }},
        {"evaluation points of some dimensions",
         validation,
         {"eval_points", "whole"},
         [](Example& e) {
             e.net.connect(e.a[0], e.rates, {.eval_points = Uniform{}});
         }},
        {"evaluation points of other dimensions",
         shape,
         {"eval_points", "[points, 2]"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.eval_points = Array{{1.0}, {2.0}}});
         }},
        {"values of a function without points",
         validation,
         {"function", "eval_points"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.function = Array{{1.0, 2.0}}});
         }},
        {"more values of a function than points",
         shape,
         {"function", "2"},
         [](Example& e) {
             e.net.connect(e.a, e.sum,
                           {.function = Array{{1.0, 2.0}},
                            .eval_points = Array{{1.0, 0.0}, {0.0, 1.0}}});
         }},
        {"a position out of range",
         validation,
         {"'a'", "2"},
         [](Example& e) { e.net.connect(e.a[2], e.rates); }},
        {"a negative position out of range",
         validation,
         {"'a'", "-3"},
         [](Example& e) { e.net.connect(e.a[-3], e.rates); }},
        {"a list with a position out of range",
         validation,
         {"'a'", "5"},
         [](Example& e) {
             e.net.connect(e.a[{0, 5}], e.sum);
         }},
        {"no components",
         validation,
         {"'a'", "at least one"},
         [](Example& e) {
             e.net.connect(e.a[Slice{1, 1}], e.rates);
         }},
        {"a slice of step zero",
         validation,
         {"'a'", "step 0"},
         [](Example& e) { e.net.connect(e.a[Slice{.step = 0}], e.sum); }},
        {"a connection as source",
         validation,
         {"connection"},
         [](Example& e) { e.net.connect(e.ua, e.sum); }},
        {"a source without output",
         validation,
         {"'sink'", "no output"},
         [](Example& e) {
             auto sink = e.net.node([](double, std::span<const double>) {},
                                    {.label = "sink", .size_in = 2});
             e.net.connect(sink, e.a);
         }},
        {"a target without input",
         validation,
         {"'u'", "no input"},
         [](Example& e) { e.net.connect(e.a, e.u); }},
        {"a negative time constant",
         validation,
         {"tau", "-0.1"},
         [](Example& e) { e.net.connect(e.a, e.sum, {.synapse = -0.1}); }},
        {"a time constant that is not a number",
         validation,
         {"tau"},
         [](Example& e) { e.net.connect(e.a, e.sum, {.synapse = Lowpass{nan}}); }},
        {"the neurons of a direct ensemble",
         validation,
         {"'direct'"},
         [](Example& e) {
             auto direct =
                 e.net.ensemble(5, 2, {.label = "direct", .neuron_type = Direct{}});
             e.net.connect(e.u, direct.neurons);
         }},
        {"neurons that are never active",
         build,
         {"'a'", "'silent'"},
         [](Example& e) {
             e.a.max_rates = Choice{{100.0}};
             e.a.intercepts = Choice{{0.9}};
             e.a.eval_points = Array{{0.0, 0.0}};
             e.net.connect(e.a, e.sum, {.label = "silent"});
             e.simulate();
         }},
        {"a function whose value is not a number",
         build,
         {"'bad'"},
         [](Example& e) {
             e.net.connect(e.a, e.sum, {.label = "bad", .function = [](double x) {
                                            return x == 0.0 ? 0.0 : nan;
                                        }});
             e.simulate();
         }},
        {"a loop without a synapse",
         build,
         {"'sum'", "synapse"},
         [](Example& e) {
             e.net.connect(e.sum, e.sum, {.synapse = None});
             e.simulate();
         }},
        {"an object of another network",
         validation,
         {"'stranger'", "another network"},
         [](Example& e) {
             Network other;
             e.net.connect(other.node({1.0, 2.0}, {.label = "stranger"}), e.sum);
             e.simulate();
         }},
    };
}

std::vector<Case> probes_and_simulators() {
    using enum Type;
    return {
        {"an attribute that there is none of",
         validation,
         {"'a'", "'speed'", "decoded_output"},
         [](Example& e) { e.net.probe(e.a, {.attr = "speed"}); }},
        {"a state of another neuron type",
         validation,
         {"'rates'", "'voltage'"},
         [](Example& e) { e.net.probe(e.rates.neurons, {.attr = "voltage"}); }},
        {"weights that there are none of",
         build,
         {"'ua'", "weights"},
         [](Example& e) {
             e.net.probe(e.ua, {.attr = "weights"});
             e.simulate();
         }},
        {"a sampling period of zero",
         validation,
         {"sample_every", "0"},
         [](Example& e) { e.net.probe(e.a, {.sample_every = 0.0}); }},
        {"a probe's negative time constant",
         validation,
         {"tau"},
         [](Example& e) { e.net.probe(e.a, {.synapse = -1.0}); }},
        {"a probed position out of range",
         validation,
         {"'a'"},
         [](Example& e) { e.net.probe(e.a[7]); }},
        {"a step of no time",
         validation,
         {"dt", "0"},
         [](Example& e) { e.simulate({.dt = 0.0, .progress_bar = false}); }},
        {"a negative step",
         validation,
         {"dt", "-0.001"},
         [](Example& e) { e.simulate({.dt = -0.001, .progress_bar = false}); }},
        {"a minibatch of nothing",
         validation,
         {"minibatch_size", "0"},
         [](Example& e) { e.simulate(quiet(0)); }},
        {"a device that does not exist",
         validation,
         {"abacus"},
         [](Example& e) { e.simulate({.device = "abacus", .progress_bar = false}); }},
        {"an inner network",
         validation,
         {"'inner'"},
         [](Example& e) {
             const Network inner = e.net.subnetwork({.label = "inner"});
             Simulator sim(inner, quiet());
         }},
        {"a negative time",
         validation,
         {"run", "-1"},
         [](Example& e) { Simulator(e.net, quiet()).run(-1.0); }},
        {"a time that is not a number",
         validation,
         {"run", "nan"},
         [](Example& e) { Simulator(e.net, quiet()).run(nan); }},
        {"a negative number of steps",
         validation,
         {"run_steps", "-1"},
         [](Example& e) { Simulator(e.net, quiet()).run_steps(-1); }},
        {"a sampling period of no time",
         validation,
         {"sample_every"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             static_cast<void>(sim.trange(0.0));
         }},
        {"data of a probe of another network",
         validation,
         {"'late'"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             const Probe late = e.net.probe(e.a, {.label = "late"});
             static_cast<void>(sim.data(late));
         }},
        {"data of an ensemble that came later",
         validation,
         {"'late'"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             static_cast<void>(sim.data(e.net.ensemble(3, 1, {.label = "late"})));
         }},
        {"fed numbers of another size",
         shape,
         {"'u'"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             sim.run_steps(
                 1, {.data = {{e.u, Tensor({1, 1, 3}, std::vector{1.0, 2.0, 3.0})}}});
         }},
        {"training before compile()",
         simulation,
         {"fit", "compile"},
         [](Example& e) {
             Simulator sim(e.net, quiet());
             sim.fit({}, {}, {.n_steps = 1});
         }},
        {"a parameter that there is none of",
         validation,
         {"'speed'"},
         [](Example& e) {
             static_cast<void>(Simulator(e.net, quiet()).parameter("speed"));
         }},
        {"a file that is missing",
         file,
         {"/nowhere.npz"},
         [](Example& e) { Simulator(e.net, quiet()).load_params("/nowhere.npz"); }},
    };
}

std::vector<Case> closed_simulators() {
    const auto closed = [](const char* call, std::function<void(Simulator&)> work) {
        return Case{std::string(call) + " after close()",
                    Type::closed,
                    {call, "closed"},
                    [work](Example& e) {
                        Simulator sim(e.net, quiet());
                        sim.close();
                        work(sim);
                    }};
    };
    return {
        closed("run", [](Simulator& sim) { sim.run(0.1); }),
        closed("run_steps", [](Simulator& sim) { sim.run_steps(1); }),
        closed("step", [](Simulator& sim) { sim.step(); }),
        closed("reset", [](Simulator& sim) { sim.reset(); }),
        closed("clear_probes", [](Simulator& sim) { sim.clear_probes(); }),
        closed("predict", [](Simulator& sim) { sim.predict({}, {.n_steps = 1}); }),
        closed("fit", [](Simulator& sim) { sim.fit({}, {}, {.n_steps = 1}); }),
        closed("compile", [](Simulator& sim) { sim.compile({}); }),
        closed("save_params", [](Simulator& sim) { sim.save_params("x.npz"); }),
        closed("load_params", [](Simulator& sim) { sim.load_params("x.npz"); }),
    };
}

std::vector<Case> all_cases() {
    std::vector<Case> result;
    for (const auto& cases : {ensembles(), nodes(), connections(),
                              probes_and_simulators(), closed_simulators()}) {
        result.insert(result.end(), cases.begin(), cases.end());
    }
    return result;
}

TEST(Errors, HaveNengosTypesAndNameTheObject) {
    for (const Case& one : all_cases()) {
        SCOPED_TRACE(one.what);
        Example example;
        try {
            one.work(example);
            ADD_FAILURE() << "no error";
        } catch (const std::exception& error) {
            const std::string message = error.what();
            EXPECT_TRUE(has_type(error, one.type))
                << typeid(error).name() << ": " << message;
            for (const auto& text : one.texts) {
                EXPECT_NE(message.find(text), message.npos)
                    << '\'' << text << "' in: " << message;
            }
        }
    }
}

}  // namespace

}  // namespace nengine::test

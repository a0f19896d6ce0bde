#include <cmath>
#include <functional>

#include "tests/api/helpers.hpp"

// Functions of the user's that a run calls: in which order, and what they may look at.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;
using Calls = std::vector<std::string>;

SimulatorOptions unfolded(bool fold) {
    SimulatorOptions options = quiet();
    options.plan.fold = fold;
    return options;
}

/// An environment outside of the network: one node observes it, another acts on it.
struct Environment {
    Environment() {
        auto observe = net.node([this](double) { return x; });
        auto a = net.ensemble(50, 1);
        auto act = net.node(
            [this](double, std::span<const double> u) { x += 0.001 * 3 * (1 - u[0]); },
            {.size_in = 1});
        net.connect(observe, a);
        net.connect(a, act, {.synapse = 0.01});
        x = 0;
    }
    Network net{{.seed = 3}};
    double x = 0;
};

TEST(HostFunctions, CloseALoopThroughWhatTheyShare) {
    constexpr double nengo = 0.965159;  // Nengo 4.1, optimize on or off
    for (const bool fold : {true, false}) {
        Environment world;
        Simulator sim(world.net, unfolded(fold));

        sim.run(1.0);

        EXPECT_NEAR(world.x, nengo, 1e-6) << "fold " << fold;
    }
    Environment steps;
    Simulator sim(steps.net, quiet());
    for (int step = 0; step < 1000; ++step) {
        sim.step();
    }
    EXPECT_NEAR(steps.x, nengo, 1e-6);
}

TEST(HostFunctions, CloseThatLoopInPredictAndFitToo) {
    Environment ran, predicted;
    Simulator one(ran.net, quiet()), other(predicted.net, quiet());

    one.run_steps(200);
    other.predict({}, {.n_steps = 200});

    EXPECT_DOUBLE_EQ(predicted.x, ran.x);
}

/// Functions that say in `calls` when they are called.
struct Caller {
    auto of_time(const std::string& name) {
        return [this, name](double t) {
            calls.push_back(name);
            return std::sin(t);
        };
    }
    auto of_input(const std::string& name) {
        return [this, name](double, std::span<const double> x) {
            calls.push_back(name);
            return 0.5 * x[0];
        };
    }
    auto of_value(const std::string& name) {
        return [this, name](double x) {
            calls.push_back(name);
            return x * x;
        };
    }
    Piecewise piecewise(const std::string& name, std::size_t size = 1) {
        return {.data = {{0.0, [this, name, size](double t) {
                              calls.push_back(name);
                              return std::vector<double>(size, t);
                          }}}};
    }
    CustomProcess process(const std::string& name) {
        return {.size_in = 1, .make_step = [this, name](ProcessSizes, RandomStream) {
                    return [this, name](double, std::span<const double> x,
                                        std::span<double> out) {
                        calls.push_back(name);
                        out[0] = 0.5 * x[0];
                    };
                }};
    }
    Calls calls;
};

/// Functions of nodes, of a connection, of processes and of an ensemble's noise.
struct OrderedNetwork : Caller {
    OrderedNetwork() {
        auto late = net.node(of_input("late"), {.size_in = 1});
        auto wave = net.node(of_time("wave"));
        auto mid = net.node(of_input("mid"), {.size_in = 1});
        net.node([this](double) { calls.push_back("sink"); });
        net.connect(wave, mid, {.function = of_value("function"), .synapse = None});
        net.connect(mid, late, {.synapse = None});
        net.connect(late, mid, {.synapse = 0.01});
        net.node(of_time("tail"));
        net.node(piecewise("switch"));
        net.connect(mid, net.node(process("process")), {.synapse = None});
        auto a = net.ensemble(5, 1, {.noise = piecewise("noise", 5)});
        net.connect(late, a);
        p = net.probe(a, {.label = "p"});
        calls.clear();
    }
    Network net{{.seed = 1}};
    std::optional<Probe> p;
    /// A step of it in Nengo 4.1, optimize on or off.
    Calls step{"wave",     "sink", "tail", "switch", "noise",
               "function", "mid",  "late", "process"};

    Calls steps(int n) const {
        Calls all;
        for (int i = 0; i < n; ++i) {
            all.insert(all.end(), step.begin(), step.end());
        }
        return all;
    }
};

TEST(HostFunctions, AreCalledStepByStepInNengosOrder) {
    for (const bool fold : {true, false}) {
        OrderedNetwork ordered;
        Simulator sim(ordered.net, unfolded(fold));
        ordered.calls.clear();

        sim.run_steps(3);

        EXPECT_EQ(ordered.calls, ordered.steps(3)) << "fold " << fold;
    }
}

TEST(HostFunctions, KeepThatOrderInPredictEvaluateAndFit) {
    OrderedNetwork ordered;
    Simulator sim(ordered.net, quiet());
    sim.compile({.optimizer = SGD{0.0}, .loss = {{*ordered.p, MeanSquaredError{}}}});
    const Tensor target({1, 3, 1}, std::vector<double>(3, 0.5));

    ordered.calls.clear();
    sim.predict({}, {.n_steps = 3});
    EXPECT_EQ(ordered.calls, ordered.steps(3)) << "predict";
    ordered.calls.clear();
    sim.evaluate({}, {{*ordered.p, target}}, {.n_steps = 3});
    EXPECT_EQ(ordered.calls, ordered.steps(3)) << "evaluate";
    ordered.calls.clear();
    sim.fit({}, {{*ordered.p, target}}, {.n_steps = 3});
    EXPECT_EQ(ordered.calls, ordered.steps(3)) << "fit";
}

/// Two functions of an input, which is above 0 in the first item alone, and one of
/// time.
struct OrderedItems : Caller {
    OrderedItems() {
        auto time = [this](double) { calls.push_back("time"); };
        auto first = net.node(of_item("first"), {.size_in = 1});
        auto second = net.node(of_item("second"), {.size_in = 1});
        net.node(time);
        net.connect(in, first, {.synapse = None});
        net.connect(first, second, {.synapse = None});
        net.probe(second);
    }
    std::function<double(double, std::span<const double>)> of_item(
        const std::string& name) {
        return [this, name](double, std::span<const double> x) {
            calls.push_back(name + (x[0] > 0 ? " 0" : " 1"));
            return x[0];
        };
    }
    Network net{{.seed = 1}};
    Node in = net.node(0.0);
};

TEST(HostFunctions, AreCalledForAllItemsBeforeTheNextFunction) {
    const Tensor x({2, 2, 1}, std::vector<double>{1, 1, -1, -1});
    const Calls step = {"time", "first 0", "first 1", "second 0", "second 1"};
    for (const bool fold : {true, false}) {
        OrderedItems ordered;
        SimulatorOptions options = quiet(2);
        options.plan.fold = fold;
        Simulator sim(ordered.net, options);
        ordered.calls.clear();

        sim.predict({{ordered.in, x}});

        Calls two_steps = step;
        two_steps.insert(two_steps.end(), step.begin(), step.end());
        EXPECT_EQ(ordered.calls, two_steps) << "fold " << fold;
    }
}

TEST(HostFunctions, OfTimeAloneAreCalledAheadButStepByStep) {
    Caller caller;
    Network net({.seed = 1});
    net.node(caller.of_time("a"));
    net.node(caller.piecewise("b"));
    net.node(CustomProcess{.make_step = [&](ProcessSizes, RandomStream) {
        return [&](double, std::span<const double>, std::span<double> out) {
            caller.calls.push_back("c");
            out[0] = 1.0;
        };
    }});
    Simulator sim(net, quiet());
    sim.step();
    caller.calls.clear();

    sim.run_steps(3);

    EXPECT_EQ(caller.calls, (Calls{"a", "b", "c", "a", "b", "c", "a", "b", "c"}));
}

TEST(HostFunctions, ThatArePureAreNotCalledInTheOrder) {
    Caller caller;
    Network net({.seed = 1});
    auto wave = net.node(caller.of_time("wave"));
    auto half = net.node(caller.of_input("half"), {.size_in = 1, .pure = true});
    net.connect(wave, half, {.synapse = None});
    Simulator sim(net, quiet());
    caller.calls.clear();

    sim.run_steps(3);

    EXPECT_EQ(caller.calls, (Calls{"wave", "wave", "wave", "half", "half", "half"}));
}

TEST(HostFunctions, SeeTheSimulatorAtTheirStep) {
    for (const bool fold : {true, false}) {
        Network net({.seed = 1});
        Simulator* running = nullptr;
        std::optional<Probe> every, last;
        std::vector<double> seen;
        auto wave = net.node([](double t) { return 1000 * t; });
        auto look = net.node(
            [&](double, std::span<const double> x) {
                const Tensor all = running->data(*every), one = running->data(*last);
                const auto n = all.extent(0);
                seen.insert(
                    seen.end(),
                    {static_cast<double>(running->n_steps()), static_cast<double>(n),
                     n > 0 ? all(n - 1, 0) : 0.0, one.extent(0) > 0 ? one(0, 0) : 0.0});
                return x[0];
            },
            {.size_in = 1, .size_out = 1});
        net.connect(wave, look, {.synapse = None});
        every = net.probe(wave);
        last = net.probe(wave, {.keep_history = false});
        Simulator sim(net, unfolded(fold));
        running = &sim;

        sim.run_steps(2);
        sim.run_steps(2);

        EXPECT_THAT(seen, near_to({0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3}));
    }
}

TEST(HostFunctions, MayNotRunOrChangeTheirSimulator) {
    using Attempt = std::function<void(Simulator&)>;
    const std::vector<Attempt> attempts = {
        [](Simulator& sim) { sim.step(); }, [](Simulator& sim) { sim.reset(); },
        [](Simulator& sim) { sim.close(); },
        [](Simulator& sim) { sim.predict({}, {.n_steps = 1}); }};
    for (const Attempt& attempt : attempts) {
        Network net({.seed = 1});
        Simulator* running = nullptr;
        auto node = net.node(
            [&](double t) {
                if (running != nullptr && t > 0.0025) {
                    attempt(*running);
                }
                return t;
            },
            {.size_out = 1});
        auto p = net.probe(node);
        Simulator sim(net, quiet());
        running = &sim;

        EXPECT_THAT(message<SimulationError>([&] { sim.run_steps(5); }),
                    HasSubstr("got a call from a function"));
        EXPECT_EQ(sim.data(p).extent(0), 2);
    }
}

}  // namespace
}  // namespace nengine::test

#include <gtest/gtest.h>

#include <cmath>

#include "errors.hpp"

namespace nengine::test {

namespace {

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

TEST(Errors, OfProbesAndSimulators) {
    expect_errors(probes_and_simulators());
}

TEST(Errors, OfClosedSimulators) {
    expect_errors(closed_simulators());
}

}  // namespace

}  // namespace nengine::test

#include <cmath>

#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/random_spikes.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/sim_random.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// Remembers: a walk that differs by item, driven by x, and by how many they are, if
/// there is one.
ProcessFactory walk(double rate) {
    return [rate](Index item) -> ProcessStep {
        return [rate, at = 0.1 * static_cast<double>(item)](
                   double t, std::span<const double> x, std::span<double> out) mutable {
            for (std::size_t i = 0; i < out.size(); ++i) {
                at = 0.9 * at + 0.2 * std::sin(rate * t + static_cast<double>(i)) +
                     (x.empty() ? 0.0 : 0.3 * x[i % x.size()] + 0.1 * double(x.size()));
                out[i] = at;
            }
        };
    };
}

/// Several at once merge; one is shared by all items, one is seen a step later.
void processes(ModelMaker& m) {
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {2}),
                   shared = m.signal("shared", {2}), late = m.signal("late", {3}),
                   own = m.signal("own", {1}), y = m.signal("y", {4});
    m.add(SimProcess(walk(20), a, no_signal, {}), "a");
    m.add(SimProcess(walk(30), b, no_signal, {}), "b");
    m.add(SimProcess(walk(40), shared, no_signal, {.per_item = false}), "shared");
    m.add(SimProcess(walk(50), late, no_signal, {.role = Role::update}), "late");
    m.add(SimProcess(walk(60), own, no_signal, {.users_own = true}), "own");
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("wa", {4, 3}), a, y), "y");
    m.add(DotInc(m.parameter("wb", {4, 2}), b, y), "y");
    m.add(DotInc(m.parameter("ws", {4, 2}), shared, y), "y");
    m.add(DotInc(m.parameter("wl", {4, 3}), late, y), "y");
    m.add(DotInc(m.parameter("wo", {4, 1}), own, y), "y");
    const SignalId slow = m.lowpass("slow", y);
    m.add(DotInc(m.parameter("back", {4, 4}, -0.2, 0.2), slow, y), "back");
    for (const SignalId probed : {a, b, shared, late, own, y}) {
        m.probe(probed);
    }
}

/// Into elements of a signal that others write too.
void processes_in_slices(ModelMaker& m) {
    const SignalId x = m.input("x", 2), y = m.signal("y", {7});
    m.add(Copy(x, m.slice(y, 0, 2), false), "x");
    m.add(SimProcess(walk(20), m.slice(y, 6, 2, -2), no_signal, {}), "a");
    m.add(SimProcess(walk(30), m.slice(y, 2, 2, 3), no_signal, {}), "b");
    m.add(SimProcess(walk(40), m.slice(y, 3, 1), no_signal, {.per_item = false}), "c");
    m.probe(y);
}

/// With input: folded, and in a loop that an update closes.
void processes_of_input(ModelMaker& m) {
    const SignalId x = m.input("x", 3), still = m.input("still", 2, true);
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {5}),
                   c = m.signal("c", {2}), d = m.signal("d", {2}),
                   e = m.signal("e", {3}), f = m.signal("f", {3}),
                   loop = m.signal("loop", {3});
    m.add(SimProcess(walk(20), a, x, {}), "a");
    m.add(SimProcess(walk(25), e, m.constant("one", {1}), {}), "e");
    m.add(SimProcess(walk(35), f, m.constant("another", {1}), {}), "f");
    m.add(SimProcess(walk(30), b, still, {.role = Role::update}), "b");
    m.add(Reset(loop), "loop");
    m.add(Copy(a, loop, true), "loop");
    m.add(SimProcess(walk(10), c, loop, {.role = Role::update, .per_item = false}),
          "c");
    m.add(SimProcess(walk(15), d, loop, {.users_own = true}), "d");
    m.add(Copy(m.slice(c, 1, 2, -1), m.slice(loop, 0, 2), true), "back");
    for (const SignalId probed : {a, b, c, d, e, f, loop}) {
        m.probe(probed);
    }
}

/// An input of the model that a process fills where no data do.
void process_of_input_node(ModelMaker& m) {
    const SignalId node = m.signal("node", {2}), y = m.signal("y", {3});
    const int producer = m.add(SimProcess(walk(25), node, no_signal, {}), "node");
    m.model->inputs.push_back({"node", node, producer});
    m.add(DotInc(m.parameter("w", {3, 2}), node, y, false), "y");
    m.probe(node);
    m.probe(y, 2);
}

/// Numbers in [0, 1) that no rate is near.
ProcessFactory fractions() {
    return [](Index item) -> ProcessStep {
        return [at = 0.05 * static_cast<double>(item)](double, std::span<const double>,
                                                       std::span<double> out) mutable {
            for (double& number : out) {
                at += 0.7548776662466927;
                number = at - std::floor(at);
            }
        };
    };
}

/// Rates of both signs, above and below one spike per step; two sizes merge, the third
/// is in a loop.
void stochastic_spikes(ModelMaker& m) {
    const SignalId x = m.input("x", 2), loop = m.signal("loop", {3});
    const auto spikes = [&](const std::string& name, SignalId from, Index n,
                            double low) {
        const SignalId rates = m.signal(name + ".rates", {n}),
                       uniform = m.signal(name + ".uniform", {n}),
                       output = m.signal(name, {n});
        const Index size = m.model->signal(from).size();
        m.add(
            DotInc(m.parameter(name + ".w", {n, size}, -900, 900), from, rates, false),
            name + ".rates");
        m.add(SimProcess(fractions(), uniform, no_signal, {}), name + ".uniform");
        m.add(StochasticSpikes(rates, output, uniform,
                               low < 1 ? m.constant(name + ".amplitude", {n}, low, 1)
                                       : m.constant(name + ".amplitude", {}, low, low)),
              name);
        m.probe(output);
        return output;
    };
    spikes("a", x, 5, 1.0);
    spikes("b", x, 33, 0.5);
    m.add(Reset(loop), "loop");
    m.add(DotInc(m.parameter("in", {3, 2}), x, loop), "in");
    const SignalId c = spikes("c", loop, 7, 0.5);
    const SignalId slow = m.lowpass("slow", c);
    m.add(DotInc(m.parameter("back", {3, 7}, -0.001, 0.001), slow, loop), "back");
}

/// Counts from none to some sixty in a step, of rates of both signs; two sizes merge,
/// one goes into a slice, one is in a loop.
void poisson_spikes(ModelMaker& m) {
    const SignalId x = m.input("x", 2), loop = m.signal("loop", {3}),
                   both = m.signal("both", {40});
    // Where there are many, each counts for little: gradients are of order 1.
    const auto spikes = [&](const std::string& name, SignalId from, SignalId output,
                            double most) {
        const Index n = m.model->signal(output).size();
        const Index size = m.model->signal(from).size();
        const SignalId drive = m.signal(name + ".drive", {n}),
                       rates = m.signal(name + ".rates", {n});
        m.add(DotInc(m.parameter(name + ".w", {n, size}), from, drive, false), name);
        m.add(Reset(rates), name);
        m.add(ElementwiseInc(m.constant(name + ".most", {}, most, most), drive, rates),
              name);
        const SignalId amplitude =
            most > 900 ? m.constant(name + ".amplitude", {n}, 1 / most, 3 / most)
                       : m.constant(name + ".amplitude", {}, 1 / most, 1 / most);
        m.add(PoissonSpikes(rates, output, amplitude), name);
    };
    spikes("a", x, m.slice(both, 35, 5), 900);
    spikes("b", x, m.slice(both, 34, 33, -1), 60000);
    m.add(Reset(m.slice(both, 0, 2)), "rest");
    m.add(Reset(loop), "loop");
    m.add(DotInc(m.parameter("in", {3, 2}), x, loop), "in");
    // These two merge, each with a number as its amplitude.
    const SignalId d = m.signal("d", {5}), e = m.signal("e", {4});
    spikes("d", x, d, 800);
    spikes("e", x, e, 300);
    const SignalId c = m.signal("c", {7});
    spikes("c", loop, c, 20000);
    const SignalId slow = m.lowpass("slow", c);
    m.add(DotInc(m.parameter("back", {3, 7}, -0.2, 0.2), slow, loop), "back");
    for (const SignalId probed : {both, c, d, e}) {
        m.probe(probed);
    }
}

/// Numbers of the device's: merged, of odd sizes, into slices, into a loop; two
/// operators of one seed of their own draw the same.
void random_numbers(ModelMaker& m) {
    using enum RandomKind;
    const SignalId a = m.signal("a", {3}), b = m.signal("b", {4}),
                   seeded = m.signal("seeded", {3}), again = m.signal("again", {3}),
                   u = m.signal("u", {5}), y = m.signal("y", {4});
    m.add(SimRandom(a, {.kind = normal}), "a");
    m.add(SimRandom(b, {.kind = normal}), "b");
    m.add(SimRandom(seeded, {.kind = normal, .seed = 7}), "seeded");
    m.add(SimRandom(again, {.kind = normal, .seed = 7}), "again");
    m.add(SimRandom(m.slice(u, 4, 3, -2), {.scale = 2, .shift = -1}), "u");
    m.add(SimRandom(m.slice(u, 1, 2, 2), {}), "u");
    m.add(Reset(y), "y");
    m.add(DotInc(m.parameter("wa", {4, 3}), a, y), "y");
    m.add(DotInc(m.parameter("wu", {4, 5}), u, y), "y");
    m.add(DotInc(m.parameter("back", {4, 4}, -0.2, 0.2), m.lowpass("slow", y), y),
          "back");
    for (const SignalId probed : {a, b, seeded, again, u, y}) {
        m.probe(probed);
    }
}

/// One signal for all items, to which each adds its own.
void random_numbers_of_all_items(ModelMaker& m) {
    const SignalId x = m.input("x", 2), y = m.signal("y", {2});
    m.add(SimRandom(y, {.seed = 11}), "y");
    m.add(Copy(x, y, true), "x");
    m.probe(y);
}

}  // namespace

std::vector<OperatorCase> process_cases() {
    return {{"Processes", "SimProcess", processes},
            {"ProcessesInSlices", "SimProcess", processes_in_slices},
            {"ProcessesOfInput", "SimProcess", processes_of_input},
            {"ProcessOfInputNode", "SimProcess", process_of_input_node},
            {"StochasticSpikes", "StochasticSpikes", stochastic_spikes, true},
            {"PoissonSpikes", "PoissonSpikes", poisson_spikes, true},
            {"RandomNumbers", "SimRandom", random_numbers},
            {"RandomNumbersOfAllItems", "SimRandom", random_numbers_of_all_items}};
}

}  // namespace nengine::test

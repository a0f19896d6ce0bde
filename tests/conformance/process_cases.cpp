#include <cmath>

#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {
namespace {

/// Remembers: a walk that differs by item, driven by x if there is one.
ProcessFactory walk(double rate) {
    return [rate](Index item) -> ProcessStep {
        return [rate, at = 0.1 * static_cast<double>(item)](
                   double t, std::span<const double> x, std::span<double> out) mutable {
            for (std::size_t i = 0; i < out.size(); ++i) {
                at = 0.9 * at + 0.2 * std::sin(rate * t + static_cast<double>(i)) +
                     (x.empty() ? 0.0 : 0.3 * x[i % x.size()]);
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
                   loop = m.signal("loop", {3});
    m.add(SimProcess(walk(20), a, x, {}), "a");
    m.add(SimProcess(walk(30), b, still, {.role = Role::update}), "b");
    m.add(Reset(loop), "loop");
    m.add(Copy(a, loop, true), "loop");
    m.add(SimProcess(walk(10), c, loop, {.role = Role::update, .per_item = false}),
          "c");
    m.add(SimProcess(walk(15), d, loop, {.users_own = true}), "d");
    m.add(Copy(m.slice(c, 1, 2, -1), m.slice(loop, 0, 2), true), "back");
    for (const SignalId probed : {a, b, c, d, loop}) {
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

}  // namespace

std::vector<OperatorCase> process_cases() {
    return {{"Processes", "SimProcess", processes},
            {"ProcessesInSlices", "SimProcess", processes_in_slices},
            {"ProcessesOfInput", "SimProcess", processes_of_input},
            {"ProcessOfInputNode", "SimProcess", process_of_input_node}};
}

}  // namespace nengine::test

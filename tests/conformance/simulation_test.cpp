#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>

#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_process.hpp"
#include "kernels/base/error.hpp"
#include "tests/conformance/simulation_conformance.hpp"
#include "tests/support/train_epoch.hpp"

// What calls of a simulation promise beside numbers: the order of the user's functions,
// what an exception leaves behind.

namespace nengine::test {

using namespace engine;
namespace {

/// A sink that appends the rows of a probe of `size` numbers.
ProbeSink into(std::vector<double>& values, Index size = 1) {
    return [&values, size](int, Index, Index, Index, Index rows, const void* from) {
        const auto* numbers = static_cast<const double*>(from);
        values.insert(values.end(), numbers, numbers + size * rows);
    };
}

/// A call of one of the functions: which, and the value that it was given.
using CallLog = std::vector<std::pair<char, double>>;

/// Two functions of (t, x) that write to one log; the second one is fed by the first
/// through a filter, or they do not know of each other.
ModelMaker logging_model(CallLog& log, bool recurrent) {
    ModelMaker m(3);
    const SignalId x = m.input("x", 1), a = m.signal("a", {1}), b = m.signal("b", {1});
    const auto logging = [&log](char name) {
        return [&log, name](double, std::span<const double> in, std::span<double> out) {
            log.emplace_back(name, in[0]);
            out[0] = 0;
        };
    };
    SignalId from = x;
    if (recurrent) {
        from = m.signal("loop", {1});
        m.add(Reset(from), "loop");
        m.add(Copy(x, from, true), "loop");
    }
    m.add(HostFunction(logging('a'), a, from), "a");
    m.add(HostFunction(logging('b'), b, x), "b");
    if (recurrent) {
        m.add(Copy(m.lowpass("slow", a), from, true), "back");
    }
    m.probe(b);
    return m;
}

TEST_P(SimulationConformance, FunctionsWithSideEffectsAreCalledStepByStepItemByItem) {
    constexpr Index items = 3, steps = 4;
    for (const bool recurrent : {false, true}) {
        for (const bool fold : {true, false}) {
            for (const Index tile : {0, 2}) {
                CallLog log;
                const ModelMaker m = logging_model(log, recurrent);
                PlannerOptions planner;
                planner.fold = fold;
                planner.tile_items = tile;
                reference::Data data{items, steps, 1, {}};
                CallLog want;
                for (Index item = 0; item < items; ++item) {
                    for (Index step = 0; step < steps; ++step) {
                        data.values.push_back(static_cast<double>(10 * item + step));
                    }
                }
                for (Index step = 0; step < steps; ++step) {
                    for (const char name : {'a', 'b'}) {
                        for (Index item = 0; item < items; ++item) {
                            want.emplace_back(name,
                                              static_cast<double>(10 * item + step));
                        }
                    }
                }

                simulation(m, items, planner).run(steps, borrow({{0, data}}), ignore);

                // Within a step, either item by item or function by function; a step is
                // over before the next begins, and no call is missing or doubled.
                ASSERT_EQ(log.size(), want.size());
                for (Index step = 0; step < steps; ++step) {
                    const auto first = static_cast<std::ptrdiff_t>(step * 2 * items);
                    CallLog got_step(log.begin() + first,
                                     log.begin() + first + 2 * items);
                    CallLog want_step(want.begin() + first,
                                      want.begin() + first + 2 * items);
                    std::ranges::sort(got_step);
                    std::ranges::sort(want_step);
                    EXPECT_EQ(got_step, want_step)
                        << "step " << step << (recurrent ? ", recurrent" : "")
                        << (fold ? "" : ", no fold") << ", tile " << tile;
                }
                std::vector<double> seen_by_a;
                for (const auto& [name, value] : log) {
                    if (name == 'a') {
                        seen_by_a.push_back(value);
                    }
                }
                for (Index step = 0; step < steps; ++step) {
                    for (Index item = 0; item < items; ++item) {
                        EXPECT_EQ(
                            seen_by_a[static_cast<std::size_t>(step * items + item)],
                            static_cast<double>(10 * item + step));
                    }
                }
            }
        }
    }
}

TEST_P(SimulationConformance, FunctionsOfTimeAreCalledOncePerStepWhateverTheBatch) {
    std::vector<double> times;
    ModelMaker m(3);
    const SignalId x = m.input("x", 1), a = m.signal("a", {1}), y = m.signal("y", {1});
    m.add(HostFunction(
              [&](double t, std::span<const double>, std::span<double> out) {
                  times.push_back(t);
                  out[0] = t;
              },
              a, no_signal),
          "a");
    m.add(ElementwiseInc(a, x, y, false), "y");
    m.probe(y);
    const reference::Data data{5, 1, 1, {1, 2, 3, 4, 5}};
    PlannerOptions planner;
    planner.chunk_steps = 2;
    Simulation one = simulation(m, 5, planner);

    one.run(3, borrow({{0, data}}), ignore);
    one.run(1, borrow({{0, data}}), ignore);

    ASSERT_EQ(times.size(), 4U);
    for (std::size_t k = 0; k < times.size(); ++k) {
        EXPECT_NEAR(times[k], 0.001 * static_cast<double>(k + 1), 1e-15);
    }
}

TEST_P(SimulationConformance, AnExceptionLeavesTheSimulationBeforeItsStep) {
    int calls_until_failure = 1000;
    ModelMaker m(3);
    const SignalId x = m.input("x", 1), a = m.signal("a", {1});
    m.add(HostFunction(
              [&](double, std::span<const double> in, std::span<double> out) {
                  if (--calls_until_failure < 0) {
                      throw std::runtime_error("the user's own");
                  }
                  out[0] = in[0];
              },
              a, x),
          "a");
    const SignalId slow = m.lowpass("slow", a, 0.5);
    m.probe(slow);
    PlannerOptions planner;
    planner.chunk_steps = 3;
    const reference::Data data{1, 8, 1, {1, 2, 3, 4, 5, 6, 7, 8}};
    std::vector<double> want, got;
    simulation(m, 1, planner).run(8, borrow({{0, data}}), into(want));
    Simulation one = simulation(m, 1, planner);

    calls_until_failure = 5;
    EXPECT_THROW(one.run(8, borrow({{0, data}}), into(got)), std::runtime_error);
    const auto done = static_cast<std::size_t>(one.step());

    // What was committed agrees: steps, samples, state.
    EXPECT_EQ(done, 5U);
    EXPECT_EQ(got.size(), done);
    calls_until_failure = 1000;
    reference::Data rest{1, 8 - static_cast<Index>(done), 1, {}};
    for (std::size_t k = done; k < 8; ++k) {
        rest.values.push_back(data.values[k]);
    }
    one.run(rest.steps, borrow({{0, rest}}), into(got));
    EXPECT_TRUE(near({got}, {want}, 1e-12));
}

TEST_P(SimulationConformance, IsolatedCallsLeaveTheStateAlone) {
    ModelMaker m(3);
    const SignalId x = m.input("x", 2);
    m.probe(m.lowpass("slow", x, 0.9));
    const reference::Data data{1, 5, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
    std::vector<double> first, second, after;
    Simulation one = simulation(m, 1);
    one.run(5, borrow({{0, data}}), ignore);

    one.predict(5, borrow({{0, data}}), {}, into(first, 2));
    one.predict(5, borrow({{0, data}}), {}, into(second, 2));
    EXPECT_EQ(one.step(), 5);
    one.run(5, borrow({{0, data}}), into(after, 2));

    EXPECT_EQ(first, second);
    EXPECT_TRUE(near({after}, {first}, 1e-12));
    EXPECT_EQ(one.step(), 10);
}

/// Counts its own steps, from ten times the item on.
ProcessStep counter_of(Index item) {
    return [count = 10.0 * static_cast<double>(item)](double, std::span<const double>,
                                                      std::span<double> out) mutable {
        out[0] = ++count;
    };
}

TEST_P(SimulationConformance, IsolatedCallsLeaveProcessesAlone) {
    ModelMaker m(3);
    const SignalId x = m.input("x", 1), y = m.signal("y", {1});
    m.add(SimProcess(counter_of, y, no_signal, {}), "y");
    m.probe(y);
    const auto values = [](std::vector<double>& into) {
        return [&into](int, Index, Index items, Index, Index rows, const void* from) {
            const auto* numbers = static_cast<const double*>(from);
            into.insert(into.end(), numbers, numbers + items * rows);
        };
    };
    Simulation one = simulation(m, 2);
    one.run(3, {}, ignore);
    const reference::Data data{3, 1, 1, {0, 0, 0}};
    std::vector<double> isolated, after, reset;

    one.predict(2, borrow({{0, data}}), {}, values(isolated));
    one.run(2, {}, values(after));
    one.reset(true);
    one.run(2, {}, values(reset));

    // The third item is the first of the second minibatch.
    EXPECT_EQ(isolated, (std::vector<double>{4, 5, 14, 15, 4, 5}));
    EXPECT_EQ(after, (std::vector<double>{4, 5, 14, 15}));
    EXPECT_EQ(reset, (std::vector<double>{1, 2, 11, 12}));
    EXPECT_EQ(x, SignalId(0));
}

TEST_P(SimulationConformance, MinibatchesOfTrainingHaveProcessesOfTheirOwn) {
    ModelMaker m(3);
    std::vector<double> asked;
    const SignalId y = m.signal("y", {1}), z = m.signal("z", {1});
    m.add(SimProcess(
              [&](Index item) {
                  asked.push_back(static_cast<double>(item));
                  return counter_of(item);
              },
              y, no_signal, {}),
          "y");
    m.add(SimProcess(
              [&](Index item) {
                  asked.push_back(static_cast<double>(-item));
                  return counter_of(item);
              },
              z, no_signal, {.per_item = false}),
          "z");
    const SignalId out = m.signal("out", {1});
    m.add(ElementwiseInc(m.parameter("w", {1}), y, out, false), "out");
    m.add(Copy(z, out, true), "out");
    m.probe(out);
    Simulation one = simulation(m, 2);
    one.trainer().set_optimizer(SGD{0.0});
    const reference::Data targets{4, 1, 1, {0, 0, 0, 0}};
    const Objective objective{.losses = {{.probe = 0}}, .metrics = {}};

    train_epoch(one, 2, {}, borrow({{0, targets}}), objective, {0, 1, 2, 3});

    EXPECT_EQ(asked, (std::vector<double>{0, 1, 0, 2, 3}));
}

TEST_P(SimulationConformance, AnExceptionTakesProcessesBackToItsStep) {
    ModelMaker m(3);
    int calls_until_failure = 5;
    std::vector<double> times;
    const SignalId y = m.signal("y", {1}), z = m.signal("z", {1});
    m.add(SimProcess(counter_of, y, no_signal, {}), "y");
    m.add(SimProcess(
              [&](Index) -> ProcessStep {
                  return [&](double t, std::span<const double>, std::span<double>) {
                      if (--calls_until_failure < 0) {
                          throw std::runtime_error("the user's own");
                      }
                      times.push_back(1000 * t);
                  };
              },
              z, no_signal, {.users_own = true}),
          "z");
    m.probe(y);
    PlannerOptions planner;
    planner.chunk_steps = 3;
    std::vector<double> got;
    Simulation one = simulation(m, 1, planner);

    EXPECT_THROW(one.run(8, {}, into(got)), std::runtime_error);
    EXPECT_EQ(one.step(), 5);
    EXPECT_EQ(got, (std::vector<double>{1, 2, 3, 4, 5}));
    calls_until_failure = 100;
    one.run(2, {}, into(got));

    EXPECT_EQ(got, (std::vector<double>{1, 2, 3, 4, 5, 6, 7}));
    EXPECT_TRUE(near({times}, {{1, 2, 3, 4, 5, 6, 7}}, 1e-9));
}

/// A function of time that counts its calls, and one of x that fails.
struct FailingModel {
    explicit FailingModel(HostFunction::Order order) : m(3) {
        const SignalId a = m.signal("a", {1}), b = m.signal("b", {1});
        m.add(HostFunction(
                  [this](double t, std::span<const double>, std::span<double> out) {
                      times.push_back(1000 * t);
                      out[0] = static_cast<double>(times.size());
                  },
                  a, no_signal),
              "a");
        m.add(HostFunction(
                  [this](double t, std::span<const double> x, std::span<double> out) {
                      if (1000 * t > fails_after + 0.5) {
                          throw std::runtime_error("the user's own");
                      }
                      out[0] = 10 * x[0];
                  },
                  b, a, order),
              "b");
        m.probe(m.lowpass("slow", b, 0.5));
    }
    ModelMaker m;
    std::vector<double> times;
    double fails_after = 1000;
};

TEST_P(SimulationConformance, WhatWasCalledAheadOfAFailureIsNotCalledAgain) {
    using enum HostFunction::Order;
    for (const auto order : {pure, automatic}) {
        FailingModel plain(order), failing(order);
        std::vector<double> want, got;
        PlannerOptions planner;
        planner.chunk_steps = 4;
        simulation(plain.m, 1, planner).run(10, {}, into(want));
        Simulation one = simulation(failing.m, 1, planner);

        failing.fails_after = 5;
        EXPECT_THROW(one.run(10, {}, into(got)), std::runtime_error);
        EXPECT_EQ(one.step(), 5);
        EXPECT_EQ(got.size(), 5U);
        EXPECT_THROW(one.run(1, {}, into(got)), std::runtime_error);
        failing.fails_after = 1000;
        one.run(2, {}, into(got));
        one.run(3, {}, into(got));

        EXPECT_TRUE(near({got}, {want}, 1e-12));
        EXPECT_TRUE(near({failing.times}, {plain.times}, 1e-9));
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, SimulationConformance,
                         ::testing::ValuesIn(device_names()), device_label);

}  // namespace
}  // namespace nengine::test

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>
#include <stdexcept>

#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/reset.hpp"
#include "engine/simulation/simulation.hpp"
#include "kernels/base/error.hpp"
#include "tests/support/on_each_device.hpp"
#include "tests/support/train_epoch.hpp"

// When the host's looks are called, and what is there if they throw.

namespace nengine::test {

using namespace engine;
namespace {

using ::testing::ElementsAre;
using Log = std::vector<std::string>;

const ProbeSink ignore = [](int, Index, Index, Index, Index, const void*) {};

/// y = w x of a fed x; what looks see is written down: "name step: numbers".
struct Watched {
    std::shared_ptr<Model> model = std::make_shared<Model>(0.001);
    Log log;
    SignalId x = model->add_signal({.name = "x", .shape = {1}});
    SignalId y = model->add_signal({.name = "y", .shape = {1}});

    Watched() {
        model->inputs.push_back({.name = "x", .signal = x});
        const SignalId w = model->add_signal({.name = "w",
                                              .shape = {1, 1},
                                              .initial = std::vector<double>{1.0},
                                              .parameter = "w",
                                              .trainable = true});
        model->add(Reset(y));
        model->add(DotInc(w, x, y));
        model->probes.push_back({.name = "y", .signal = y});
    }

    void look(const std::string& name, const std::vector<SignalId>& signals) {
        model->looks.push_back(
            {name, signals,
             [this, name](std::int64_t step, double t, const Look::Values& values) {
                 EXPECT_DOUBLE_EQ(t, static_cast<double>(step) * 0.001);
                 std::ostringstream text;
                 text << name << ' ' << step << ':';
                 for (const auto& numbers : values) {
                     for (const double number : numbers) {
                         text << ' ' << number;
                     }
                 }
                 log.push_back(text.str());
             }});
    }

    /// Another input of a function of time, which says the number of the step.
    SignalId clock(const std::function<void(int step)>& when_called = {}) {
        const SignalId out = model->add_signal({.name = "clock", .shape = {1}});
        model->add(HostFunction(
            [when_called](double t, std::span<const double>, std::span<double> result) {
                result[0] = std::round(t * 1000);
                if (when_called) {
                    when_called(static_cast<int>(result[0]));
                }
            },
            out, no_signal));
        model->probes.push_back({.name = "clock", .signal = out});
        return out;
    }
};

/// [items, steps, 1]: the item's number, a point, and the step's.
std::vector<float> numbered(Index items, Index steps) {
    std::vector<float> values;
    for (Index item = 0; item < items; ++item) {
        for (Index step = 0; step < steps; ++step) {
            values.push_back(static_cast<float>(item) +
                             static_cast<float>(step + 1) / 8);
        }
    }
    return values;
}

class Looks : public OnEachDevice {
protected:
    Simulation simulation(const Watched& of, Index minibatch, Index chunk = 0,
                          Index tile = 0) const {
        ReplicaOptions options{.minibatch = minibatch};
        options.planner.chunk_steps = chunk;
        options.planner.tile_items = tile;
        return Simulation(of.model, device(), options);
    }
};

TEST_P(Looks, GoStepByStepAndWithinAStepInTheirOrder) {
    for (const Index chunk : {0, 1, 2}) {
        Watched of;
        of.look("a", {of.y});
        of.look("b", {of.x, of.y});
        Simulation simulation = this->simulation(of, 2, chunk, 1);
        const auto x = numbered(2, 3);

        simulation.run(3, {{0, {x.data(), DType::float32, 2, 3, 1}}}, ignore);

        EXPECT_THAT(of.log,
                    ElementsAre("a 1: 0.125 1.125", "b 1: 0.125 1.125 0.125 1.125",
                                "a 2: 0.25 1.25", "b 2: 0.25 1.25 0.25 1.25",
                                "a 3: 0.375 1.375", "b 3: 0.375 1.375 0.375 1.375"));
    }
}

TEST_P(Looks, SeeNoPaddedItems) {
    Watched of;
    of.look("y", {of.y});
    Simulation simulation = this->simulation(of, 2, 1);
    const auto x = numbered(3, 2);

    simulation.predict(2, {{0, {x.data(), DType::float32, 3, 2, 1}}}, {}, ignore);

    EXPECT_THAT(of.log, ElementsAre("y 1: 0.125 1.125", "y 2: 0.25 1.25", "y 1: 2.125",
                                    "y 2: 2.25"));
}

TEST_P(Looks, SeeTrainingAndEvaluation) {
    Watched of;
    of.look("y", {of.y});
    Simulation simulation = this->simulation(of, 2, 0, 1);
    simulation.trainer().set_optimizer(SGD{});
    const auto x = numbered(3, 2);
    const HostTensor data{x.data(), DType::float32, 3, 2, 1};
    const Objective objective{.losses = {{.probe = 0}}};

    train_epoch(simulation, 2, {{0, data}}, {{0, data}}, objective, {2, 0, 1});
    simulation.evaluate(2, {{0, data}}, {{0, data}}, objective);

    EXPECT_THAT(of.log, ElementsAre("y 1: 2.125 0.125", "y 2: 2.25 0.25", "y 1: 1.125",
                                    "y 2: 1.25", "y 1: 0.125 1.125", "y 2: 0.25 1.25",
                                    "y 1: 2.125", "y 2: 2.25"));
}

TEST_P(Looks, AreNotCalledAgainToFindWhatWasNotFinite) {
    Watched of;
    of.look("x", {of.x});
    Simulation simulation = this->simulation(of, 1);
    simulation.trainer().set_optimizer(SGD{});
    const std::vector<float> x{1e30F, 1e30F};
    const HostTensor data{x.data(), DType::float32, 1, 2, 1};
    const std::vector<float> zeros{0, 0};

    EXPECT_THROW(train_epoch(simulation, 2, {{0, data}},
                             {{0, {zeros.data(), DType::float32, 1, 2, 1}}},
                             {.losses = {{.probe = 0}}}, {0}),
                 SimulationError);

    EXPECT_EQ(of.log.size(), 2U);
}

TEST_P(Looks, SeeConstantsParametersAndViewsOfThreeDimensions) {
    Watched of;
    std::vector<double> numbers;
    for (int i = 0; i < 8; ++i) {
        numbers.push_back(i);
    }
    const SignalId cube =
        of.model->add_signal({.name = "cube", .shape = {2, 2, 2}, .initial = numbers});
    const SignalId turned = of.model->add_view(cube, "turned", {2, 2, 2}, 0, {1, 4, 2});
    const SignalId trained = of.model->add_signal({.name = "trained",
                                                   .shape = {2},
                                                   .initial = std::vector{7.0, 8.0},
                                                   .parameter = "trained",
                                                   .trainable = true});
    of.look("constant", {turned});
    of.look("parameter", {of.model->add_slice(trained, 1, 1)});
    Simulation simulation = this->simulation(of, 2, 0, 1);

    simulation.run(1, {}, ignore);
    simulation.set_parameter("trained", {9, 10});
    simulation.run(1, {}, ignore);

    const std::string all = " 0 2 4 6 1 3 5 7 0 2 4 6 1 3 5 7";
    EXPECT_THAT(of.log, ElementsAre("constant 1:" + all, "parameter 1: 8 8",
                                    "constant 2:" + all, "parameter 2: 10 10"));
}

/// Throws once, in step `at`.
struct ThrowsOnce {
    int at;
    std::shared_ptr<bool> thrown = std::make_shared<bool>(false);

    void operator()(std::int64_t step) const {
        if (step == at && !*thrown) {
            *thrown = true;
            throw std::runtime_error("once");
        }
    }
};

TEST_P(Looks, ThatThrowLeaveARunBeforeTheirStep) {
    for (const Index chunk : {0, 1, 3}) {
        Watched of;
        int calls = 0;
        const SignalId clock = of.clock([&](int) { ++calls; });
        of.look("a", {clock});
        of.model->looks.push_back(
            {"b", {}, [once = ThrowsOnce{5}](std::int64_t step, double, const auto&) {
                 once(step);
             }});
        Simulation simulation = this->simulation(of, 2, chunk, 1);
        std::vector<float> recorded;
        const ProbeSink sink = [&](int probe, Index item, Index, Index, Index rows,
                                   const void* values) {
            const auto* from = static_cast<const float*>(values);
            if (probe == 1 && item == 0) {
                recorded.insert(recorded.end(), from, from + rows);
            }
        };

        EXPECT_THROW(simulation.run(7, {}, sink), std::runtime_error);
        EXPECT_EQ(simulation.step(), 4);
        EXPECT_THAT(recorded, ElementsAre(1, 2, 3, 4));
        EXPECT_EQ(of.log.back(), "a 5: 5 5");
        of.log.clear();
        simulation.run(3, {}, sink);

        EXPECT_THAT(recorded, ElementsAre(1, 2, 3, 4, 5, 6, 7));
        EXPECT_THAT(of.log, ElementsAre("a 5: 5 5", "a 6: 6 6", "a 7: 7 7"));
        EXPECT_EQ(calls, 7);
    }
}

TEST_P(Looks, HaveSeenEveryStepBeforeTheOneInWhichAFunctionThrows) {
    Watched of;
    const SignalId clock = of.clock(ThrowsOnce{5});
    of.look("a", {clock});
    Simulation simulation = this->simulation(of, 1);

    EXPECT_THROW(simulation.run(7, {}, ignore), std::runtime_error);
    EXPECT_THAT(of.log, ElementsAre("a 1: 1", "a 2: 2", "a 3: 3", "a 4: 4"));
    of.log.clear();
    simulation.run(3, {}, ignore);

    EXPECT_THAT(of.log, ElementsAre("a 5: 5", "a 6: 6", "a 7: 7"));
}

TEST_P(Looks, TakeTurnsWithFunctionsThatAreCalledWithinTheSteps) {
    Watched of;
    const SignalId g = of.model->add_signal({.name = "g", .shape = {1}});
    of.model->add(HostFunction(
        [&](double, std::span<const double> in, std::span<double> out) {
            of.log.emplace_back("g");
            out[0] = 2 * in[0];
        },
        g, of.x));
    of.look("g", {g});
    Simulation simulation = this->simulation(of, 1);
    const auto x = numbered(1, 2);
    const Feeds feeds{{0, {x.data(), DType::float32, 1, 2, 1}}};

    simulation.predict(2, feeds, {}, ignore);
    simulation.run(2, feeds, ignore);

    EXPECT_THAT(of.log, ElementsAre("g", "g 1: 0.25", "g", "g 2: 0.5", "g", "g 1: 0.25",
                                    "g", "g 2: 0.5"));
}

TEST_P(Looks, AreNotCalledByWhatRunsNothing) {
    Watched of;
    of.look("y", {of.y});
    Simulation simulation = this->simulation(of, 1);

    simulation.explain(5, {});
    simulation.explain(5, {}, true);
    simulation.reset(true);

    EXPECT_TRUE(of.log.empty());
}

TEST(LooksOfAModel, NeedAFunctionAndSignals) {
    Watched of;
    of.model->looks = {{.name = "nothing", .signals = {of.x}}};
    EXPECT_THROW(of.model->validate(), BuildError);
    of.model->looks.clear();
    of.look("far", {SignalId(99)});
    EXPECT_THROW(of.model->validate(), BuildError);
}

INSTANTIATE_TEST_SUITE_P(Devices, Looks, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

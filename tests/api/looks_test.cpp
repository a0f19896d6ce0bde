#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/builder/build_state.hpp"
#include "engine/operators/copy.hpp"
#include "engine/simulation/simulation.hpp"
#include "helpers.hpp"
#include "kernels/base/device.hpp"

// What builders make of print and check.

namespace nengine::test {
namespace {

using ::testing::ElementsAre;

/// x is fed, [items, 1, 2] and held; lines are kept.
struct Watched {
    BuildState state{0.001, Rng::numpy};
    engine::SignalId x = state.variable("x", {2}, {});
    engine::SignalId condition = state.signal("condition", 2);
    std::vector<std::string> lines;

    Watched() {
        state.model->inputs.push_back({.name = "x", .signal = x});
        state.add(engine::Copy(x, condition, false), "condition");
        state.built.prints->write = [this](const std::string& line) {
            lines.push_back(line);
        };
    }

    void run(std::vector<float> values, Index steps = 2) {
        const auto items = static_cast<Index>(values.size() / 2);
        engine::Simulation simulation(state.model, kernels::Device::cpu(1),
                                      {.minibatch = items});
        simulation.run(steps, {{0, {values.data(), DType::float32, items, 1, 2}}},
                       [](int, Index, Index, Index, Index, const void*) {});
    }
};

TEST(Looks, PrintALineAStepInTheOrderOfTheCalls) {
    Watched of;
    add_print(of.state, "x:", {.signal = of.x, .shape = {2}});
    add_print(of.state, "", {.signal = of.x, .shape = {1, 2}});

    of.run({0.5F, -0.1F});

    EXPECT_THAT(of.lines, ElementsAre("x: [[0.5 -0.1]]", "[[[0.5 -0.1]]]",
                                      "x: [[0.5 -0.1]]", "[[[0.5 -0.1]]]"));
}

TEST(Looks, PrintAllItemsUnlessTheyAreTheSame) {
    Watched of;
    const engine::SignalId same = of.state.constant("same", {1}, {0.25});
    add_print(of.state, "x:", {.signal = of.x, .shape = {2}});
    add_print(of.state, "same:", {.signal = same, .shape = {}, .by_item = false});

    of.run({1, 2, 3, 4}, 1);

    EXPECT_THAT(of.lines, ElementsAre("x: [[1 2]\n [3 4]]", "same: 0.25"));
}

TEST(Looks, PrintTheDigitsOfTheSimulatorsDtype) {
    Watched of;
    of.state.built.prints->dtype = DType::float64;
    const engine::SignalId third = of.state.constant("third", {1}, {1.0 / 3});
    add_print(of.state, "1/3:", {.signal = third, .shape = {}, .by_item = false});

    of.run({1, 2}, 1);

    EXPECT_THAT(of.lines, ElementsAre("1/3: 0.3333333432674408"));
}

TEST(Looks, PrintToStandardOutputUnlessTold) {
    Watched of;
    of.state.built.prints->write = nullptr;
    add_print(of.state, "x:", {.signal = of.x, .shape = {2}});

    ::testing::internal::CaptureStdout();
    of.run({1, 2}, 1);

    EXPECT_EQ(::testing::internal::GetCapturedStdout(), "x: [[1 2]]\n");
}

TEST(Looks, CheckNamesNodeStepItemAndTheNumbersThatFail) {
    Watched of;
    add_check(of.state, "node 'n'", {.signal = of.x, .shape = {2}},
              {.signal = of.condition, .shape = {2}}, "needs numbers that are not 0");

    of.run({1, 2, 3, 4});

    EXPECT_EQ(message<SimulationError>([&] {
                  of.run({1, 2, 3, 0});
              }),
              "node 'n': needs numbers that are not 0: got [0] for item 1 at step 1 (t "
              "= 0.001)");
}

TEST(Looks, CheckOfOneConditionShowsAllNumbersOfTheItem) {
    Watched of;
    const engine::SignalId first = of.state.model->add_slice(of.condition, 0, 1);
    add_check(of.state, "node 'n'", {.signal = of.x, .shape = {2}},
              {.signal = first, .shape = {}}, "first");

    of.run({1, 0});

    EXPECT_EQ(message<SimulationError>([&] {
                  of.run({0, 7});
              }),
              "node 'n': first: got [0 7] for item 0 at step 1 (t = 0.001)");
}

TEST(Looks, RefuseShapesThatDoNotFit) {
    Watched of;

    EXPECT_EQ(message<BuildError>(
                  [&] { add_print(of.state, "x:", {.signal = of.x, .shape = {3}}); }),
              "print 'x:': got shape [3] for 'x', needs one of 2 elements");
}

}  // namespace
}  // namespace nengine::test

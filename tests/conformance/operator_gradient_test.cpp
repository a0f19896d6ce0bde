#include <gtest/gtest.h>

#include <cmath>

#include "kernels/base/error.hpp"
#include "tests/conformance/gradient_calls.hpp"
#include "tests/conformance/operator_conformance.hpp"

// Gradients through every operator.

namespace nengine::test {

using namespace engine;
namespace {

TEST_P(OperatorConformance, GradientsAreThoseOfCentralDifferences) {
    if (!operator_case().trains) {
        EXPECT_THROW(
            gradients_of(case_, device(), in_float64(3), training_call(case_, 3)),
            BuildError);
        return;
    }
    if (operator_case().operator_type == "HostFunction") {
        GTEST_SKIP() << "gradients stop at functions of the user's; differences do not";
    }
    const reference::TrainingCall call = training_call(case_, 3);
    const Gradients got = gradients_of(case_, device(), in_float64(3), call);
    Draw draw(9);
    int compared = 0, trusted = 0;
    for (const SignalId s : case_.model->signal_ids()) {
        const Signal& parameter = case_.model->signal(s);
        if (!parameter.trainable || parameter.is_view()) {
            continue;
        }
        ASSERT_TRUE(got.contains(parameter.parameter)) << parameter.parameter;
        const auto& values = got.at(parameter.parameter);
        ASSERT_EQ(static_cast<Index>(values.size()), parameter.size());
        for (int pick = 0; pick < 3; ++pick) {
            const Index element = draw.between(0, parameter.size() - 1);
            const reference::Derivative want =
                reference::naive_derivative(*case_.model, call, s, element);
            ++compared;
            if (!want.trusted) {
                continue;
            }
            ++trusted;
            EXPECT_NEAR(values[static_cast<std::size_t>(element)], want.value,
                        1e-6 * (1e-2 + std::abs(want.value)))
                << parameter.parameter << ", element " << element;
        }
    }
    EXPECT_GE(2 * trusted, compared);
}

TEST_P(OperatorConformance, GradientsLeaveOutItemsOfPadding) {
    if (!operator_case().trains || case_.held.empty()) {
        GTEST_SKIP() << "no training, or no input says how many items there are";
    }
    const reference::TrainingCall call = training_call(case_, 3);
    if (call.objective.losses.empty()) {
        GTEST_SKIP() << "nothing but states is probed";
    }
    const Gradients want = gradients_of(case_, device(), in_float64(3), call);
    for (const bool fold : {true, false}) {
        ReplicaOptions options = in_float64(5);
        options.planner.fold = fold;

        const Gradients got = gradients_of(case_, device(), options, call);

        for (const auto& [name, values] : want) {
            EXPECT_TRUE(near({got.at(name)}, {values}, 1e-10)) << name;
        }
    }
}

TEST_P(OperatorConformance, GradientsDoNotDependOnThePlan) {
    if (!operator_case().trains) {
        GTEST_SKIP() << "neurons without a rate curve";
    }
    const reference::TrainingCall call = training_call(case_, 5);
    if (call.objective.losses.empty()) {
        GTEST_SKIP() << "nothing but states is probed";
    }
    const Gradients want = gradients_of(case_, device(), in_float64(5), call);
    for (const Switch& one : switches()) {
        for (const bool fold : {true, false}) {
            for (const Index tile : {0, 2}) {
                ReplicaOptions options = in_float64(5);
                one.turn(options.planner);
                options.planner.fold = fold;
                options.planner.tile_items = tile;

                const Gradients got = gradients_of(case_, device(), options, call);

                ASSERT_EQ(got.size(), want.size());
                for (const auto& [name, values] : want) {
                    ASSERT_TRUE(near({got.at(name)}, {values}, 1e-10))
                        << name << ": " << one.name << ": " << describe(options);
                }
            }
        }
    }
}

}  // namespace
}  // namespace nengine::test

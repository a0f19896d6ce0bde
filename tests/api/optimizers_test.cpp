#include "kernels/optimizers/optimizers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "tests/api/helpers.hpp"

namespace nengine::test {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// y = w x for one item, x = 1, with target 0: the gradient of w is 2 w.
struct Line {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node(0.0);
    Probe p =
        net.probe(net.layer(Dense{.units = 1, .use_bias = false}, x, {.label = "d"}));
    Simulator sim{net, quiet()};

    void compile(const AnyOptimizer& optimizer) {
        sim.compile({.optimizer = optimizer, .loss = {{p, MeanSquaredError{}}}});
        sim.set_parameter("d.kernel", Array{{1.0}});
    }
    void fit(int updates) {
        sim.fit({{x, Tensor({1, 1, 1}, {1.0})}}, {{p, Tensor({1, 1, 1}, {0.0})}},
                {.epochs = updates});
    }
    double w() const { return sim.parameter("d.kernel").values[0]; }
};

TEST(Optimizers, AllTrain) {
    kernels::for_each_optimizer([](auto optimizer) {
        Line of;
        optimizer.learning_rate = 0.01;
        of.compile(optimizer);
        of.fit(20);
        EXPECT_LT(of.w(), 1.0) << kernels::OptimizerFormula<decltype(optimizer)>::name;
        EXPECT_GT(of.w(), 0.0);
    });
}

TEST(Optimizers, AveragesTakeTheParametersPlaceAtTheEndOfFit) {
    Line of;
    of.compile(SGD{.learning_rate = 0.25, .use_ema = true, .ema_momentum = 0.75});
    of.fit(2);
    // w: 1, 0.5, 0.25; average: 1, 0.875, 0.71875
    EXPECT_DOUBLE_EQ(of.w(), 0.71875);
    of.fit(1);
    // w: 0.71875, 0.359375
    EXPECT_DOUBLE_EQ(of.w(), 0.75 * 0.71875 + 0.25 * 0.359375);
}

TEST(Optimizers, WeightsDecay) {
    Line of;
    of.compile(SGD{.learning_rate = 0.25, .weight_decay = 0.5});
    of.fit(1);
    EXPECT_DOUBLE_EQ(of.w(), 1.0 - 0.125 - 0.5);
}

TEST(Optimizers, AskTheRateForTheNumberOfEachUpdate) {
    Line of;
    std::vector<std::int64_t> asked;
    of.compile(SGD{.learning_rate = [&](std::int64_t update) {
        asked.push_back(update);
        return update == 2 ? 0.5 : 0.0;
    }});
    of.fit(2);
    EXPECT_EQ(of.w(), 1.0);
    asked.clear();
    of.fit(1);
    EXPECT_EQ(of.w(), 0.0);
    EXPECT_EQ(std::set<std::int64_t>(asked.begin(), asked.end()),
              (std::set<std::int64_t>{2}));

    of.sim.set_parameter("d.kernel", Array{{1.0}});
    of.sim.set_learning_rate(0.25);
    of.fit(1);
    EXPECT_EQ(of.w(), 0.5);
}

TEST(Optimizers, RefuseRatesThatFunctionsGive) {
    Line of;
    of.compile(SGD{.learning_rate = [](std::int64_t update) {
        return update < 2 ? 0.25 : update == 2 ? -1.0 : std::nan("");
    }});
    const std::string text = message<SimulationError>([&] { of.fit(3); });
    EXPECT_THAT(text, HasSubstr("got a learning rate of -1, needs at least 0"));
    EXPECT_EQ(of.w(), 0.25);
    EXPECT_THAT(
        message<ValidationError>([&] {
            of.compile(Adam{.learning_rate = [](std::int64_t) { return -1.0; }});
        }),
        HasSubstr("compile: Adam: learning_rate: got -1"));
}

TEST(Optimizers, FtrlNeedsALearningRate) {
    Line of;
    of.compile(Ftrl{});
    of.sim.set_learning_rate(0.0);
    EXPECT_THAT(message<SimulationError>([&] { of.fit(1); }),
                AllOf(HasSubstr("got a learning rate of 0, needs at least"),
                      HasSubstr("divides by it")));
    EXPECT_EQ(of.w(), 1.0);
}

TEST(Optimizers, NameOptionsThatAreOutOfRange) {
    Line of;
    const auto refusal = [&](const AnyOptimizer& optimizer) {
        return message<ValidationError>([&] { of.compile(optimizer); });
    };
    EXPECT_THAT(refusal(Nadam{.beta_2 = 1.5}), HasSubstr("compile: Nadam: beta_2"));
    EXPECT_THAT(refusal(Adamax{.epsilon = 0}), HasSubstr("compile: Adamax: epsilon"));
    EXPECT_THAT(refusal(Adadelta{.rho = -1}), HasSubstr("compile: Adadelta: rho"));
    EXPECT_THAT(refusal(Ftrl{.learning_rate_power = 1}),
                HasSubstr("compile: Ftrl: learning_rate_power: got 1"));
    EXPECT_THAT(refusal(Ftrl{.l1 = -1}), HasSubstr("compile: Ftrl: l1"));
    EXPECT_THAT(refusal(SGD{.weight_decay = -1}), HasSubstr("SGD: weight_decay"));
    EXPECT_THAT(refusal(SGD{.use_ema = true, .ema_momentum = 2}),
                HasSubstr("SGD: ema_momentum"));
    EXPECT_THAT(refusal(SGD{.learning_rate = PiecewiseConstantDecay{{3}, {0.1}}}),
                HasSubstr("PiecewiseConstantDecay: got 1 values, needs 2"));
}

TEST(Optimizers, LearningRatesAreNumbersSchedulesOrFunctions) {
    EXPECT_EQ(Rate(0.5)(7), 0.5);
    EXPECT_EQ(Rate(ExponentialDecay{1.0, 2, 0.5})(4), 0.25);
    EXPECT_EQ(Rate([](std::int64_t update) { return update > 2 ? 0.5 : 1.5; })(3), 0.5);
    const Adam adam{1};
    EXPECT_EQ(adam.learning_rate(0), 1.0);
}

}  // namespace
}  // namespace nengine::test

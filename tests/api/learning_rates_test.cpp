#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "kernels/optimizers/optimizers.hpp"
#include "nengine/nengine.hpp"
#include "tests/engine/io/files.hpp"

// Parameters with learning rates of their own.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

/// y = w x + b for one item.
struct Affine {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node(0.0);
    Probe p = net.probe(net.layer(Dense{.units = 1}, x, {.label = "d"}));
    Simulator sim{net, quiet()};

    struct Values {
        double w, b;
    };
    /// After some updates, from w = 1 and b = 0.5.
    Values trained(const AnyOptimizer& optimizer,
                   const std::map<std::string, double>& rates, int updates = 1) {
        sim.compile({.optimizer = optimizer,
                     .loss = {{p, MeanSquaredError{}}},
                     .learning_rates = rates});
        sim.set_parameter("d.kernel", Array{{1.0}});
        sim.set_parameter("d.bias", Array{0.5});
        fit(updates);
        return values();
    }
    void fit(int updates) {
        sim.fit({{x, Tensor({1, 1, 1}, {2.0})}}, {{p, Tensor({1, 1, 1}, {0.0})}},
                {.epochs = updates});
    }
    Values values() const {
        return {sim.parameter("d.kernel").values[0], sim.parameter("d.bias").values[0]};
    }
};

TEST(LearningRates, MultiplyTheStepsOfEachOptimizer) {
    kernels::for_each_optimizer([](auto optimizer) {
        if constexpr (!std::is_same_v<decltype(optimizer), Ftrl>) {
            Affine of;
            optimizer.learning_rate = 0.01;
            optimizer.weight_decay = 0.5;
            const auto alike = of.trained(optimizer, {});
            const auto own = of.trained(optimizer, {{"d.kernel", 0.25}});
            const auto frozen = of.trained(optimizer, {{"d.bias", 0.0}}, 5);

            const auto name = kernels::OptimizerFormula<decltype(optimizer)>::name;
            EXPECT_LT(alike.w, 1.0) << name;
            EXPECT_NEAR(own.w - 1.0, 0.25 * (alike.w - 1.0), 1e-15) << name;
            EXPECT_EQ(own.b, alike.b) << name;
            EXPECT_EQ(frozen.b, 0.5) << name;
        }
    });
}

TEST(LearningRates, AreThoseOfAnOptimizerWithSuchARate) {
    Affine of;
    const auto half = of.trained(SGD{.learning_rate = 0.02, .momentum = 0.9},
                                 {{"d.kernel", 0.5}, {"d.bias", 0.5}}, 4);
    const auto alone = of.trained(SGD{.learning_rate = 0.01, .momentum = 0.9}, {}, 4);

    EXPECT_NEAR(half.w, alone.w, 1e-14);
    EXPECT_NEAR(half.b, alone.b, 1e-14);
}

TEST(LearningRates, AreInAveragesAndGoOnFromACheckpoint) {
    const SGD optimizer{.learning_rate = 0.01, .momentum = 0.5, .use_ema = true};
    Affine whole, first, second;
    const std::map<std::string, double> rates = {{"d.kernel", 0.5}};
    const TemporaryFolder folder;
    const auto path = folder / "checkpoint.npz";
    whole.trained(optimizer, rates, 2);
    whole.fit(2);

    first.trained(optimizer, rates, 2);
    first.sim.save_checkpoint(path);
    second.trained(optimizer, rates, 1);
    second.sim.load_checkpoint(path);
    second.fit(2);

    EXPECT_EQ(second.values().w, whole.values().w);
    EXPECT_EQ(second.values().b, whole.values().b);
}

TEST(LearningRates, NeedParametersThatAreTrained) {
    Affine of;
    for (const char* name : {"d.weights", "kernel"}) {
        EXPECT_THAT(message<ValidationError>([&] {
                        of.trained(Adam{}, {{"d.kernel", 0.5}, {name, 1.0}});
                    }),
                    HasSubstr("learning_rates: got '" + std::string(name) + "'"));
    }
    EXPECT_THAT(message<ValidationError>([&] {
                    of.trained(Adam{}, {{"d.kernel", -0.5}});
                }),
                HasSubstr("learning_rates of 'd.kernel'"));
    EXPECT_THAT(message<ValidationError>([&] {
                    of.trained(Ftrl{}, {{"d.kernel", 0.5}});
                }),
                HasSubstr("learning_rates: got Ftrl"));
}

}  // namespace
}  // namespace nengine::test

#include "kernels/optimizer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/on_each_device.hpp"
#include "tests/support/optimizer_run.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index n = 257;
constexpr int updates = 5;
constexpr double lr = 0.01;

/// One of each type, and those with the options that keep the most.
std::vector<AnyOptimizer> all_optimizers() {
    std::vector<AnyOptimizer> all{SGD{.momentum = 0.9, .nesterov = true},
                                  RMSprop{.momentum = 0.5, .centered = true},
                                  Adam{.amsgrad = true}};
    for_each_optimizer([&](auto optimizer) { all.push_back(optimizer); });
    return all;
}

class Optimizer : public OnEachDevice {
protected:
    static std::vector<double> gradient(int update) {
        return uniform<double>(n, -1, 1, static_cast<unsigned>(100 + update));
    }

    /// Runs the optimizer for some gradients and compares the parameters with
    /// `plain(i, g, p)`, which does the same to one of them.
    template <class Plain>
    void compare(const AnyOptimizer& optimizer, const Plain& plain) const {
        auto want = uniform<double>(n, -1, 1, 1);
        OptimizerRun<double> run(device(), optimizer, want);
        run.learning_rate = lr;
        for (int k = 0; k < updates; ++k) {
            const auto g = gradient(k);
            run.update(g);
            for (std::size_t i = 0; i < n; ++i) {
                plain(i, g[i], want[i]);
            }
        }
        const auto got = run.values();
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-12);
        }
    }
};

TEST_P(Optimizer, SgdFollowsItsFormula) {
    for (const double momentum : {0.0, 0.9}) {
        for (const bool nesterov : {false, true}) {
            std::vector<double> v(n, 0.0);
            compare(SGD{.momentum = momentum, .nesterov = nesterov},
                    [&](std::size_t i, double g, double& p) {
                        v[i] = momentum * v[i] - lr * g;
                        p += nesterov ? momentum * v[i] - lr * g : v[i];
                    });
        }
    }
}

TEST_P(Optimizer, RmspropFollowsItsFormula) {
    constexpr double rho = 0.9, epsilon = 1e-7;
    for (const double momentum : {0.0, 0.5}) {
        for (const bool centered : {false, true}) {
            std::vector<double> s(n, 0.0), m(n, 0.0), mean(n, 0.0);
            compare(RMSprop{.momentum = momentum, .centered = centered},
                    [&](std::size_t i, double g, double& p) {
                        s[i] = rho * s[i] + (1 - rho) * g * g;
                        mean[i] = centered ? rho * mean[i] + (1 - rho) * g : 0;
                        const double step =
                            lr * g / std::sqrt(s[i] - mean[i] * mean[i] + epsilon);
                        m[i] = momentum * m[i] + step;
                        p -= m[i];
                    });
        }
    }
}

TEST_P(Optimizer, AdamFollowsItsFormulaAndCounts) {
    constexpr double b1 = 0.9, b2 = 0.999, epsilon = 1e-7;
    for (const bool amsgrad : {false, true}) {
        std::vector<double> m(n, 0.0), v(n, 0.0), largest(n, 0.0), t(n, 0.0);
        compare(Adam{.amsgrad = amsgrad}, [&](std::size_t i, double g, double& p) {
            t[i] += 1;
            m[i] = b1 * m[i] + (1 - b1) * g;
            v[i] = b2 * v[i] + (1 - b2) * g * g;
            largest[i] = amsgrad ? std::max(largest[i], v[i]) : v[i];
            const double rate =
                lr * std::sqrt(1 - std::pow(b2, t[i])) / (1 - std::pow(b1, t[i]));
            p -= rate * m[i] / (std::sqrt(largest[i]) + epsilon);
        });
    }
}

// 1 - 0.9999^t of float32 would have lost most of its digits.
TEST_P(Optimizer, AdamsRateIsComputedInDouble) {
    using Progress = UpdateProgress<AdamStep<float, false>::Shared>;
    constexpr double b1 = 0.9, b2 = 0.9999;
    OptimizerRun<float> run(device(), Adam{.beta_1 = b1, .beta_2 = b2},
                            std::vector<float>(n, 1.0F));
    run.learning_rate = lr;
    for (const Index before : {0, 1, 10, 1000, 100000, 100000000}) {
        run.progress = upload(std::vector<Progress>{{before, {0}}});
        run.update(std::vector<float>(n, 0.5F));
        const auto got = download<Progress>(run.progress)[0];
        const double t = static_cast<double>(before) + 1;
        const double want =
            lr * std::sqrt(-std::expm1(t * std::log(b2))) / (1 - std::pow(b1, t));
        EXPECT_EQ(got.updates, before + 1);
        EXPECT_NEAR(got.shared.rate / want, 1, 1e-6) << "update " << t;
    }
}

TEST_P(Optimizer, FloatFollowsDouble) {
    const auto start = uniform<float>(n, -1, 1, 1), g = uniform<float>(n, -1, 1, 2);
    OptimizerRun<float> run(device(), RMSprop{}, start);
    run.learning_rate = 0.001;
    run.update(g);
    const auto got = run.values();
    for (std::size_t i = 0; i < n; ++i) {
        const double square = 0.1 * g[i] * g[i];
        ASSERT_NEAR(got[i], start[i] - 0.001 * g[i] / std::sqrt(square + 1e-7), 3e-7);
    }
}

TEST_P(Optimizer, WeightsDecayBeforeTheUpdate) {
    compare(SGD{.momentum = 0, .weight_decay = 0.25},
            [&](std::size_t, double g, double& p) {
                p -= p * 0.25 * lr;
                p -= lr * g;
            });
}

TEST_P(Optimizer, AveragesOfParametersAreKeptBesideThem) {
    auto average = uniform<double>(n, -1, 1, 1), p = average;
    OptimizerRun<double> run(device(), SGD{.use_ema = true, .ema_momentum = 0.75}, p);
    for (int k = 0; k < updates; ++k) {
        const auto g = gradient(k);
        run.update(g);
        for (std::size_t i = 0; i < n; ++i) {
            p[i] -= lr * g[i];
            average[i] = 0.75 * average[i] + 0.25 * p[i];
        }
    }
    const auto got = run.download(run.parameter_average);
    for (std::size_t i = 0; i < n; ++i) {
        ASSERT_NEAR(got[i], average[i], 1e-14);
    }
}

TEST_P(Optimizer, ASkippedUpdateChangesNothing) {
    const auto start = uniform<double>(n, 0.5, 1, 1);
    const Buffer g = upload(gradient(0)), skip = upload(std::vector<int>{1});
    for (const AnyOptimizer& optimizer : all_optimizers()) {
        OptimizerRun<double> run(device(), optimizer, start);
        run.update(gradient(1));
        std::vector<std::vector<double>> before;
        for (const Buffer& average : run.averages) {
            before.push_back(run.download(average));
        }
        const auto values = run.values(),
                   averaged = run.download(run.parameter_average);
        const auto progress = run.download<std::byte>(run.progress);

        run.update(g, skip.as<int>());

        EXPECT_EQ(run.values(), values);
        EXPECT_EQ(run.download(run.parameter_average), averaged);
        EXPECT_EQ(run.download<std::byte>(run.progress), progress);
        for (std::size_t k = 0; k < before.size(); ++k) {
            EXPECT_EQ(run.download(run.averages[k]), before[k]);
        }

        const Buffer go_on = upload(std::vector<int>{0});
        run.update(g, go_on.as<int>());
        EXPECT_NE(run.values(), values);
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, Optimizer, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

#include "kernels/optimizer.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

constexpr Index n = 257;
constexpr int updates = 5;
constexpr double lr = 0.01;

class Optimizer : public OnEachDevice {
protected:
    Buffer zeros() const { return upload(std::vector<double>(n, 0.0)); }

    static std::vector<double> gradient(int update) {
        return uniform<double>(n, -1, 1, static_cast<unsigned>(100 + update));
    }

    /// Runs `update(exec, args)` for some gradients and compares the parameters with
    /// `plain(i, g, p)`, which does the same to one of them.
    template <class Update, class Plain>
    void compare(const Update& update, const Plain& plain) const {
        auto want = uniform<double>(n, -1, 1, 1);
        const Buffer p = upload(want);
        for (int k = 0; k < updates; ++k) {
            const auto g = gradient(k);
            const Buffer dg = upload(g);
            const UpdateArgs<double> args{n, p.as<double>(), dg.as<double>(), lr,
                                          nullptr};
            device().run([&](const auto& exec) { update(exec, args); });
            device().synchronize();
            for (std::size_t i = 0; i < n; ++i) {
                plain(i, g[i], want[i]);
            }
        }
        const auto got = download<double>(p);
        for (std::size_t i = 0; i < n; ++i) {
            ASSERT_NEAR(got[i], want[i], 1e-12);
        }
    }
};

TEST_P(Optimizer, SgdFollowsKeras) {
    for (const double momentum : {0.0, 0.9}) {
        for (const bool nesterov : {false, true}) {
            const Buffer velocity = zeros();
            std::vector<double> v(n, 0.0);
            compare(
                [&](const auto& exec, const UpdateArgs<double>& args) {
                    sgd_update(exec, args,
                               momentum == 0 ? nullptr : velocity.as<double>(),
                               momentum, nesterov);
                },
                [&](std::size_t i, double g, double& p) {
                    v[i] = momentum * v[i] - lr * g;
                    p += nesterov ? momentum * v[i] - lr * g : v[i];
                });
        }
    }
}

TEST_P(Optimizer, RmspropFollowsKeras) {
    constexpr double rho = 0.9, epsilon = 1e-7;
    for (const double momentum : {0.0, 0.5}) {
        for (const bool centered : {false, true}) {
            const Buffer square = zeros(), moved = zeros(), average = zeros();
            const RmspropState<double> state{
                square.as<double>(), momentum > 0 ? moved.as<double>() : nullptr,
                centered ? average.as<double>() : nullptr};
            std::vector<double> s(n, 0.0), m(n, 0.0), mean(n, 0.0);
            compare(
                [&](const auto& exec, const UpdateArgs<double>& args) {
                    rmsprop_update(exec, args, state, rho, momentum, epsilon);
                },
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

TEST_P(Optimizer, AdamFollowsKerasAndCounts) {
    constexpr double b1 = 0.9, b2 = 0.999, epsilon = 1e-7;
    const Buffer first = zeros(), second = zeros();
    const Buffer progress = upload(std::vector<AdamProgress<double>>(1));
    const AdamState<double> state{first.as<double>(), second.as<double>(),
                                  progress.as<AdamProgress<double>>()};
    std::vector<double> m(n, 0.0), v(n, 0.0), t(n, 0.0);
    compare(
        [&](const auto& exec, const UpdateArgs<double>& args) {
            adam_update(exec, args, state, b1, b2, epsilon);
        },
        [&](std::size_t i, double g, double& p) {
            t[i] += 1;
            m[i] = b1 * m[i] + (1 - b1) * g;
            v[i] = b2 * v[i] + (1 - b2) * g * g;
            const double rate =
                lr * std::sqrt(1 - std::pow(b2, t[i])) / (1 - std::pow(b1, t[i]));
            p -= rate * m[i] / (std::sqrt(v[i]) + epsilon);
        });
    EXPECT_EQ(download<AdamProgress<double>>(progress)[0].updates, updates);
}

// 1 - 0.9999^t of float32 would have lost most of its digits.
TEST_P(Optimizer, AdamsRateIsComputedInDouble) {
    constexpr double b1 = 0.9, b2 = 0.9999;
    const Buffer p = upload(std::vector<float>(n, 1.0F));
    const Buffer g = upload(std::vector<float>(n, 0.5F));
    const Buffer m = upload(std::vector<float>(n, 0.0F));
    const Buffer v = upload(std::vector<float>(n, 0.0F));
    for (const Index before : {0, 1, 10, 1000, 100000, 100000000}) {
        const Buffer progress = upload(std::vector<AdamProgress<float>>{{before, 0}});
        device().run([&](const auto& exec) {
            adam_update(
                exec,
                UpdateArgs<float>{n, p.as<float>(), g.as<float>(), 0.01F, nullptr},
                AdamState<float>{m.as<float>(), v.as<float>(),
                                 progress.as<AdamProgress<float>>()},
                b1, b2, 1e-7);
        });
        const auto got = download<AdamProgress<float>>(progress)[0];
        const double t = static_cast<double>(before) + 1;
        const double want =
            0.01 * std::sqrt(-std::expm1(t * std::log(b2))) / (1 - std::pow(b1, t));
        EXPECT_EQ(got.updates, before + 1);
        EXPECT_NEAR(got.rate / want, 1, 1e-6) << "update " << t;
    }
}

TEST_P(Optimizer, FloatFollowsDouble) {
    const auto start = uniform<float>(n, -1, 1, 1);
    const Buffer p = upload(start), s = upload(std::vector<float>(n, 0.0F));
    const auto g = uniform<float>(n, -1, 1, 2);
    const Buffer dg = upload(g);
    device().run([&](const auto& exec) {
        rmsprop_update(
            exec, UpdateArgs<float>{n, p.as<float>(), dg.as<float>(), 0.001F, nullptr},
            RmspropState<float>{s.as<float>(), nullptr, nullptr}, 0.9F, 0.0F, 1e-7F);
    });
    const auto got = download<float>(p);
    for (std::size_t i = 0; i < n; ++i) {
        const double square = 0.1 * g[i] * g[i];
        ASSERT_NEAR(got[i], start[i] - 0.001 * g[i] / std::sqrt(square + 1e-7), 3e-7);
    }
}

TEST_P(Optimizer, ASkippedUpdateChangesNothing) {
    const auto start = uniform<double>(n, -1, 1, 1);
    const Buffer p = upload(start), g = upload(gradient(0));
    const Buffer a = upload(start), b = upload(start), c = upload(start);
    const Buffer progress = upload(std::vector<AdamProgress<double>>{{7, 0.5}}),
                 skip = upload(std::vector<int>{1});
    const UpdateArgs<double> args{n, p.as<double>(), g.as<double>(), lr,
                                  skip.as<int>()};
    device().run([&](const auto& exec) {
        sgd_update(exec, args, a.as<double>(), 0.9, true);
        rmsprop_update(
            exec, args,
            RmspropState<double>{a.as<double>(), b.as<double>(), c.as<double>()}, 0.9,
            0.5, 1e-7);
        adam_update(exec, args,
                    AdamState<double>{a.as<double>(), b.as<double>(),
                                      progress.as<AdamProgress<double>>()},
                    0.9, 0.999, 1e-7);
    });
    for (const Buffer* buffer : {&p, &a, &b, &c}) {
        EXPECT_EQ(download<double>(*buffer), start);
    }
    EXPECT_EQ(download<AdamProgress<double>>(progress)[0].updates, 7);
    EXPECT_EQ(download<AdamProgress<double>>(progress)[0].rate, 0.5);

    const int none = 0;
    device().upload(skip.data(), &none, sizeof none);
    device().run([&](const auto& exec) {
        sgd_update(exec, args, static_cast<double*>(nullptr), 0.0, false);
    });
    EXPECT_NE(download<double>(p), start);
}

INSTANTIATE_TEST_SUITE_P(Devices, Optimizer, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

#include "kernels/conv.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <ostream>
#include <string>
#include <thread>
#include <vector>

#include "kernels/cpu/conv_direct.hpp"
#include "tests/kernels/conv_reference.hpp"
#include "tests/kernels/conv_shapes.hpp"

namespace nengine::kernels {

namespace {

using namespace conv_reference;

class Conv : public test::WithoutFallbacks {
protected:
    template <class Real>
    std::vector<Real> forward(const Conv2DShape& s, const std::vector<Real>& x,
                              const std::vector<Real>& w, const std::vector<Real>* bias,
                              const std::vector<Real>& y0, bool accumulate) {
        const Buffer dx = upload(x), dw = upload(w), dy = upload(y0);
        const Buffer db = bias == nullptr ? Buffer() : upload(*bias);
        device().run([&](const auto& exec) {
            conv2d_forward<Real>(exec, s, dx.as<Real>(), dw.as<Real>(), db.as<Real>(),
                                 dy.as<Real>(), accumulate);
        });
        return download<Real>(dy);
    }

    template <class Real>
    std::vector<Real> backward_data(const Conv2DShape& s, const std::vector<Real>& gy,
                                    const std::vector<Real>& w,
                                    const std::vector<Real>& gx0, bool accumulate) {
        const Buffer dy = upload(gy), dw = upload(w), dx = upload(gx0);
        device().run([&](const auto& exec) {
            conv2d_backward_data<Real>(exec, s, dy.as<Real>(), dw.as<Real>(),
                                       dx.as<Real>(), accumulate);
        });
        return download<Real>(dx);
    }

    /// The kernel's gradient; the bias's goes to `gbias` unless that is null.
    template <class Real>
    std::vector<Real> backward_filter(const Conv2DShape& s, const std::vector<Real>& x,
                                      const std::vector<Real>& gy,
                                      const std::vector<Real>& gw0,
                                      std::vector<Real>* gbias, bool accumulate) {
        const Buffer dx = upload(x), dy = upload(gy), dw = upload(gw0);
        const Buffer db = gbias == nullptr ? Buffer() : upload(*gbias);
        device().run([&](const auto& exec) {
            conv2d_backward_filter<Real>(exec, s, dx.as<Real>(), dy.as<Real>(),
                                         dw.as<Real>(), db.as<Real>(), accumulate);
        });
        if (gbias != nullptr) {
            *gbias = download<Real>(db);
        }
        return download<Real>(dw);
    }

    template <class Real>
    void check_forward(const Conv2DShape& s, bool with_bias, bool accumulate) {
        const Data<Real> d(s);
        auto want =
            summed(s, d.y, accumulate, [&](auto& sums, Index x, Index w, Index y) {
                sums[at(y)] += static_cast<double>(d.x[at(x)]) * d.w[at(w)];
            });
        for (std::size_t i = 0; with_bias && i < want.size(); ++i) {
            want[i] += d.bias[i % d.bias.size()];
        }
        expect_near(
            forward(s, d.x, d.w, with_bias ? &d.bias : nullptr, d.y, accumulate), want,
            s.k_h * s.k_w * s.in_c, "forward");
    }

    template <class Real>
    void check_backward_data(const Conv2DShape& s, bool accumulate) {
        const Data<Real> d(s);
        const auto want =
            summed(s, d.x, accumulate, [&](auto& sums, Index x, Index w, Index y) {
                sums[at(x)] += static_cast<double>(d.y[at(y)]) * d.w[at(w)];
            });
        expect_near(backward_data(s, d.y, d.w, d.x, accumulate), want,
                    s.k_h * s.k_w * s.out_c, "backward data");
    }

    template <class Real>
    void check_backward_filter(const Conv2DShape& s, bool with_bias, bool accumulate) {
        const Data<Real> d(s);
        const auto want =
            summed(s, d.w, accumulate, [&](auto& sums, Index x, Index w, Index y) {
                sums[at(w)] += static_cast<double>(d.x[at(x)]) * d.y[at(y)];
            });
        std::vector<double> want_bias(d.bias.size(), 0.0);
        if (accumulate) {
            want_bias.assign(d.bias.begin(), d.bias.end());
        }
        for (std::size_t i = 0; i < d.y.size(); ++i) {
            want_bias[i % want_bias.size()] += d.y[i];
        }

        std::vector<Real> bias = d.bias;
        const auto got =
            backward_filter(s, d.x, d.y, d.w, with_bias ? &bias : nullptr, accumulate);

        const Index terms = s.images * s.out_h * s.out_w;
        expect_near(got, want, terms, "backward filter");
        if (with_bias) {
            expect_near(bias, want_bias, terms, "backward bias");
        }
    }

    template <class Real>
    void check_all(const Conv2DShape& s) {
        SCOPED_TRACE(::testing::PrintToString(s) +
                     (sizeof(Real) == 4 ? " float32" : " float64"));
        for (const bool accumulate : {false, true}) {
            for (const bool with_bias : {false, true}) {
                check_forward<Real>(s, with_bias, accumulate);
                check_backward_filter<Real>(s, with_bias, accumulate);
            }
            check_backward_data<Real>(s, accumulate);
        }
    }
};

TEST_P(Conv, AllPassesMatchTheDefinitionInFloat32) {
    for (const auto& s : shapes()) {
        check_all<float>(s);
    }
}

TEST_P(Conv, AllPassesMatchTheDefinitionInFloat64) {
    for (const auto& s : shapes()) {
        check_all<double>(s);
    }
}

TEST_P(Conv, LayersOfTheSpikingNetworkMatchTheDefinition) {
    for (const auto& s : main_job_layers(3)) {
        check_all<float>(s);
    }
}

TEST_P(Conv, NoImagesGiveNoOutputAndAZeroGradient) {
    Conv2DShape s = shapes().front();
    s.images = 0;
    const Data<float> d(s);

    EXPECT_TRUE(forward(s, d.x, d.w, &d.bias, d.y, false).empty());
    EXPECT_TRUE(backward_data(s, d.y, d.w, d.x, false).empty());
    auto bias = d.bias;
    EXPECT_EQ(backward_filter(s, d.x, d.y, d.w, &bias, false),
              std::vector<float>(d.w.size(), 0.0f));
    EXPECT_EQ(bias, std::vector<float>(d.bias.size(), 0.0f));
    bias = d.bias;
    EXPECT_EQ(backward_filter(s, d.x, d.y, d.w, &bias, true), d.w);
    EXPECT_EQ(bias, d.bias);
}

// The map is linear in x and in w, so <gy, conv(x, tw) + conv(tx, w)> has to be
// <gw, tw> + <gx, tx>: one scalar covers the whole Jacobian.
TEST_P(Conv, BackwardIsTheAdjointOfForward) {
    for (const auto& s : shapes()) {
        const Data<float> value(s, 10), direction(s, 20);
        auto ty = forward<float>(s, direction.x, value.w, nullptr, value.y, false);
        ty = forward<float>(s, value.x, direction.w, &direction.bias, ty, true);

        const auto& gy = value.y;
        auto gbias = value.bias;
        const auto gx = backward_data(s, gy, value.w, value.x, false);
        const auto gw = backward_filter(s, value.x, gy, value.w, &gbias, false);

        const double want = dot(gy, ty);
        const double got =
            dot(gx, direction.x) + dot(gw, direction.w) + dot(gbias, direction.bias);
        EXPECT_NEAR(got, want, 2e-5 * std::sqrt(dot(gy, gy) * dot(ty, ty)))
            << ::testing::PrintToString(s);
    }
}

TEST_P(Conv, TheSameConvolutionGivesTheSameBits) {
    const Conv2DShape s{.images = 33,
                        .in_h = 12,
                        .in_w = 12,
                        .in_c = 64,
                        .out_h = 5,
                        .out_w = 5,
                        .out_c = 128,
                        .k_h = 3,
                        .k_w = 3,
                        .stride_h = 2,
                        .stride_w = 2};
    const Data<float> d(s);
    const auto y = forward(s, d.x, d.w, &d.bias, d.y, false);
    const auto gx = backward_data(s, d.y, d.w, d.x, false);
    const auto gw = backward_filter<float>(s, d.x, d.y, d.w, nullptr, false);
    for (int run = 0; run < 3; ++run) {
        EXPECT_EQ(forward(s, d.x, d.w, &d.bias, d.y, false), y);
        EXPECT_EQ(backward_data(s, d.y, d.w, d.x, false), gx);
        EXPECT_EQ(backward_filter<float>(s, d.x, d.y, d.w, nullptr, false), gw);
    }
}

// Where there is a library it hides these in float32.
TEST(DirectConv, OwnKernelsMatchTheDefinitionInFloat32) {
    for (const auto& s : shapes()) {
        SCOPED_TRACE(::testing::PrintToString(s));
        const Data<float> d(s);
        const auto product = [](float a, float b) {
            return static_cast<double>(a) * static_cast<double>(b);
        };
        const auto y = summed(s, d.y, true, [&](auto& sums, Index i, Index j, Index k) {
            sums[at(k)] += product(d.x[at(i)], d.w[at(j)]);
        });
        const auto x = summed(s, d.x, true, [&](auto& sums, Index i, Index j, Index k) {
            sums[at(i)] += product(d.y[at(k)], d.w[at(j)]);
        });
        const auto w = summed(s, d.w, true, [&](auto& sums, Index i, Index j, Index k) {
            sums[at(j)] += product(d.x[at(i)], d.y[at(k)]);
        });
        for (const int threads : {1, 3}) {
            Data<float> got = d;
            const float* none = nullptr;
            direct::conv2d_forward(threads, s, d.x.data(), d.w.data(), none,
                                   got.y.data(), true);
            direct::conv2d_backward_data(threads, s, d.y.data(), d.w.data(),
                                         got.x.data(), true);
            direct::conv2d_backward_filter<float>(threads, s, d.x.data(), d.y.data(),
                                                  got.w.data(), nullptr, true);
            expect_near(got.y, y, s.k_h * s.k_w * s.in_c, "forward");
            expect_near(got.x, x, s.k_h * s.k_w * s.out_c, "backward data");
            expect_near(got.w, w, s.images * s.out_h * s.out_w, "backward filter");
        }
    }
}

// More shapes than are kept compiled, from two threads at once.
TEST(CpuConv, ManyShapesFromTwoThreadsGiveTheRightNumbers) {
    const auto run = [](Index offset, int& wrong) {
        for (Index i = 0; i < 200; ++i) {
            const Conv2DShape s{.images = 1,
                                .in_h = 1,
                                .in_w = 3 + (i + offset) % 150,
                                .in_c = 16,
                                .out_h = 1,
                                .out_w = 1 + (i + offset) % 150,
                                .out_c = 16,
                                .k_h = 1,
                                .k_w = 3};
            const std::vector<float> x(at(x_size(s)), 0.5f), w(at(w_size(s)), 0.25f);
            std::vector<float> y(at(y_size(s)), 0.0f);
            const float* none = nullptr;
            conv2d_forward(CpuExec{1}, s, x.data(), w.data(), none, y.data(),
                           i % 2 == 1);
            wrong += std::count(y.begin(), y.end(), 6.0f) != y_size(s);
        }
    };
    int wrong[2] = {0, 0};
    std::thread other(run, 75, std::ref(wrong[0]));
    run(0, wrong[1]);
    other.join();
    EXPECT_EQ(wrong[0] + wrong[1], 0);
}

INSTANTIATE_TEST_SUITE_P(Devices, Conv, ::testing::ValuesIn(test::device_names()),
                         test::device_label);

}  // namespace
}  // namespace nengine::kernels

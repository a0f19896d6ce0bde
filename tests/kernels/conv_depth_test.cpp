#include "kernels/conv_depth.hpp"

#include <gtest/gtest.h>

#include "tests/reference/naive_convolution.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {
namespace {

ConvShape make_shape(Index stride_d, Index pad, Index groups) {
    ConvShape s = Conv2DShape{.images = 3,
                              .in_h = 5,
                              .in_w = 4,
                              .in_c = 2,
                              .out_h = 3 + 2 * pad,
                              .out_w = 2 + 2 * pad,
                              .out_c = 4,
                              .k_h = 3,
                              .k_w = 3,
                              .pad_top = pad,
                              .pad_left = pad,
                              .groups = groups};
    s.in_d = 5;
    s.k_d = 3;
    s.stride_d = stride_d;
    s.pad_front = pad;
    s.out_d = (5 + 2 * pad - 3) / stride_d + 1;
    return s;
}

class ConvDepth : public OnEachDevice {
protected:
    /// Runs `pass(exec, a, b, to)` on copies of the operands.
    template <class Pass>
    std::vector<double> run(const std::vector<double>& a, const std::vector<double>& b,
                            const std::vector<double>& to, Pass&& pass) {
        const Buffer from_a = upload(a), from_b = upload(b), into = upload(to);
        device().run([&](const auto& exec) {
            pass(exec, from_a.as<double>(), from_b.as<double>(), into.as<double>());
        });
        return download<double>(into);
    }
};

/// `to` or zeros, plus the terms of every image.
template <class Term>
std::vector<double> expected(const ConvShape& s, std::vector<double> to,
                             bool accumulate, Term&& term) {
    if (!accumulate) {
        to.assign(to.size(), 0.0);
    }
    for (Index image = 0; image < s.images; ++image) {
        reference::for_each_conv_product(s, [&](Index x, Index w, Index y) {
            term(to, static_cast<std::size_t>(x + image * s.x_size()),
                 static_cast<std::size_t>(w),
                 static_cast<std::size_t>(y + image * s.y_size()));
        });
    }
    return to;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want,
                 const char* pass) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], 1e-12) << pass << ", element " << i;
    }
}

TEST_P(ConvDepth, AllPassesAreSumsOfTheDefinitionsProducts) {
    using Values = std::vector<double>;
    for (const ConvShape& s : {make_shape(1, 0, 1), make_shape(1, 1, 2),
                               make_shape(2, 1, 1), make_shape(3, 0, 2)}) {
        const auto x = uniform<double>(s.images * s.x_size(), -1, 1, 1);
        const auto w = uniform<double>(s.w_size(), -1, 1, 2);
        const auto y = uniform<double>(s.images * s.y_size(), -1, 1, 3);
        for (const bool add : {false, true}) {
            expect_near(run(x, w, y,
                            [&](const auto& exec, auto* px, auto* pw, auto* to) {
                                conv_forward<double>(exec, s, px, pw, nullptr, to, add);
                            }),
                        expected(s, y, add,
                                 [&](Values& to, auto i, auto k, auto o) {
                                     to[o] += x[i] * w[k];
                                 }),
                        "forward");
            expect_near(run(y, w, x,
                            [&](const auto& exec, auto* py, auto* pw, auto* to) {
                                conv_backward_data<double>(exec, s, py, pw, to, add);
                            }),
                        expected(s, x, add,
                                 [&](Values& to, auto i, auto k, auto o) {
                                     to[i] += y[o] * w[k];
                                 }),
                        "backward data");
            expect_near(
                run(x, y, w,
                    [&](const auto& exec, auto* px, auto* py, auto* to) {
                        conv_backward_filter<double>(exec, s, px, py, to, nullptr, add);
                    }),
                expected(
                    s, w, add,
                    [&](Values& to, auto i, auto k, auto o) { to[k] += x[i] * y[o]; }),
                "backward filter");
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, ConvDepth, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

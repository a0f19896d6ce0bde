#include "kernels/conv_depth.hpp"

#include <gtest/gtest.h>

#include "tests/kernels/conv_shapes.hpp"
#include "tests/reference/naive_convolution.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

class ConvDepth : public WithoutFallbacks {
protected:
    /// Runs `pass(exec, a, b, to)` on copies of the operands.
    template <class Real, class Pass>
    std::vector<double> run(const std::vector<double>& a, const std::vector<double>& b,
                            const std::vector<double>& to, Pass&& pass) {
        const auto put = [&](const std::vector<double>& values) {
            return upload(std::vector<Real>(values.begin(), values.end()));
        };
        const Buffer from_a = put(a), from_b = put(b), into = put(to);
        device().run([&](const auto& exec) {
            pass(exec, from_a.as<Real>(), from_b.as<Real>(), into.as<Real>());
        });
        const auto got = download<Real>(into);
        return {got.begin(), got.end()};
    }

    template <class Real>
    void check(const ConvShape& s, bool add, double bound);
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
                 double bound, const char* pass) {
    ASSERT_EQ(got.size(), want.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], bound) << pass << ", element " << i;
    }
}

template <class Real>
void ConvDepth::check(const ConvShape& s, bool add, double bound) {
    using Values = std::vector<double>;
    const auto numbers = [](Index count, unsigned seed) {
        const auto values = uniform<Real>(count, -1, 1, seed);
        return Values(values.begin(), values.end());
    };
    const auto x = numbers(s.images * s.x_size(), 1), w = numbers(s.w_size(), 2);
    const auto y = numbers(s.images * s.y_size(), 3);
    const auto forward = [&](const auto& exec, auto* px, auto* pw, auto* to) {
        conv_forward<Real>(exec, s, px, pw, nullptr, to, add);
    };
    const auto data = [&](const auto& exec, auto* py, auto* pw, auto* to) {
        conv_backward_data<Real>(exec, s, py, pw, to, add);
    };
    const auto filter = [&](const auto& exec, auto* px, auto* py, auto* to) {
        conv_backward_filter<Real>(exec, s, px, py, to, nullptr, add);
    };
    expect_near(
        run<Real>(x, w, y, forward),
        expected(s, y, add,
                 [&](Values& to, auto i, auto k, auto o) { to[o] += x[i] * w[k]; }),
        bound, "forward");
    expect_near(
        run<Real>(y, w, x, data),
        expected(s, x, add,
                 [&](Values& to, auto i, auto k, auto o) { to[i] += y[o] * w[k]; }),
        bound, "backward data");
    expect_near(
        run<Real>(x, y, w, filter),
        expected(s, w, add,
                 [&](Values& to, auto i, auto k, auto o) { to[k] += x[i] * y[o]; }),
        bound, "backward filter");
}

TEST_P(ConvDepth, AllPassesAreSumsOfTheDefinitionsProducts) {
    for (const ConvShape& s : conv_reference::depth_shapes()) {
        for (const bool add : {false, true}) {
            check<double>(s, add, 1e-12);
            check<float>(s, add, 5e-5);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, ConvDepth, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

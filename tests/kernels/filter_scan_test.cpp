#include "kernels/filter_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "kernels/base/error.hpp"
#include "tests/reference/filters.hpp"
#include "tests/support/blocks.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

struct Case {
    FilterForm form;
    Index order;
};

std::vector<Case> all_cases() {
    std::vector<Case> cases{{FilterForm::gain, 0}, {FilterForm::first_order, 1}};
    for (Index order = 1; order <= max_filter_order; ++order) {
        cases.push_back({FilterForm::state_first, order});
        cases.push_back({FilterForm::output_first, order});
    }
    for (const Index order : {1, 3, 30}) {  // also longer than the inputs below
        cases.push_back({FilterForm::finite, order});
    }
    return cases;
}

/// A stable filter per channel: coefficients [channels, filter_coefficients].
std::vector<double> stable_filters(const Case& c, Index channels, unsigned seed) {
    const Index count = filter_coefficients(c.form, c.order);
    auto k = uniform<double>(channels * count, -1, 1, seed);
    const Index matrix = c.form == FilterForm::first_order ? 1 : c.order * c.order;
    for (Index i = 0; i < channels * count; ++i) {
        if (i % count < matrix && c.order > 0) {
            k[static_cast<std::size_t>(i)] *= 0.9 / static_cast<double>(c.order);
        }
    }
    return k;
}

template <class Real>
struct Result {
    std::vector<Real> output, state;
    bool operator==(const Result&) const = default;
};

class FilterScan : public OnEachDevice {
protected:
    /// Runs [steps, batch, n] inputs, `chunk` steps per call; one filter per channel,
    /// or one for all if there is only one.
    template <class Real>
    Result<Real> run(const Device& on, const Case& c, Index steps, Index batch, Index n,
                     const std::vector<Real>& k, const std::vector<Real>& input,
                     const std::vector<Real>& state, Index chunk) const {
        const Buffer coefficients = upload(k), in = upload(input);
        const Buffer x = upload(state), out = upload(input);
        const Index count = filter_coefficients(c.form, c.order);
        FilterScanArgs<Bound<Real>> args;
        args.form = c.form;
        args.order = c.order;
        args.coefficients = {coefficients.as<Real>(), 1,
                             static_cast<Index>(k.size()) == count ? 0 : count};
        args.state = dense(x.as<Real>(), 1, batch, c.order, n);
        for (Index first = 0; first < steps; first += chunk) {
            const Index rows = std::min(chunk, steps - first), at = first * batch * n;
            args.input = dense(in.as<Real>() + at, rows, batch, 1, n);
            args.output = dense(out.as<Real>() + at, rows, batch, 1, n);
            on.run([&](const auto& exec) { filter_scan(exec, args); });
        }
        return {download<Real>(out), download<Real>(x)};
    }

    template <class Real>
    Result<Real> backward(const Case& c, Index steps, Index batch, Index n,
                          const std::vector<Real>& k, const std::vector<Real>& dy,
                          const std::vector<Real>& adjoint, bool accumulate) const {
        const Buffer coefficients = upload(k), in = upload(dy), l = upload(adjoint);
        const Buffer out = upload(std::vector<Real>(dy.size(), Real(1)));
        FilterBackwardArgs<Bound<Real>> args;
        args.form = c.form;
        args.order = c.order;
        args.coefficients = {coefficients.as<Real>(), 1,
                             filter_coefficients(c.form, c.order)};
        args.dL_doutput = dense(in.as<Real>(), steps, batch, 1, n);
        args.adjoint = dense(l.as<Real>(), 1, batch, c.order, n);
        args.dL_dinput = dense(out.as<Real>(), steps, batch, 1, n);
        args.accumulate = accumulate;
        device().run([&](const auto& exec) { filter_scan_backward(exec, args); });
        return {download<Real>(out), download<Real>(l)};
    }

    template <class Real>
    void compare(const Case& c, Index steps, Index batch, Index n, double tolerance) {
        const auto k = stable_filters(c, n, 1);
        const auto input = uniform<double>(steps * batch * n, -1, 1, 2);
        const auto state = uniform<double>(batch * c.order * n, -1, 1, 3);
        const auto got = run(device(), c, steps, batch, n, convert<Real>(k),
                             convert<Real>(input), convert<Real>(state), steps);
        const Index count = filter_coefficients(c.form, c.order);
        for (Index b = 0; b < batch; ++b) {
            for (Index i = 0; i < n; ++i) {
                reference::Filter filter{
                    c.form, static_cast<std::size_t>(c.order), {}, {}};
                filter.coefficients.assign(k.begin() + i * count,
                                           k.begin() + (i + 1) * count);
                for (Index r = 0; r < c.order; ++r) {
                    filter.x.push_back(
                        state[static_cast<std::size_t>((b * c.order + r) * n + i)]);
                }
                for (Index t = 0; t < steps; ++t) {
                    const auto at = static_cast<std::size_t>((t * batch + b) * n + i);
                    ASSERT_NEAR(got.output[at], filter.step(input[at]), tolerance)
                        << "form " << static_cast<int>(c.form) << " order " << c.order;
                }
                for (Index r = 0; r < c.order; ++r) {
                    const auto at = static_cast<std::size_t>((b * c.order + r) * n + i);
                    ASSERT_NEAR(got.state[at], filter.x[static_cast<std::size_t>(r)],
                                tolerance);
                }
            }
        }
    }
};

TEST_P(FilterScan, FollowsTheDifferenceEquation) {
    for (const Case& c : all_cases()) {
        compare<double>(c, 9, 5, 67, 1e-12);
        compare<float>(c, 9, 1, 257, 1e-5);
    }
}

TEST_P(FilterScan, IsTheSameForAllStepsAtOnceAndOneByOne) {
    for (const Case& c : all_cases()) {
        const auto k = convert<float>(stable_filters(c, 67, 1));
        const auto input = uniform<float>(11 * 5 * 67, -1, 1, 2);
        const auto state = uniform<float>(5 * c.order * 67, -1, 1, 3);
        const auto at_once = run(device(), c, 11, 5, 67, k, input, state, 11);
        EXPECT_EQ(run(device(), c, 11, 5, 67, k, input, state, 1), at_once);
        EXPECT_EQ(run(device(), c, 11, 5, 67, k, input, state, 4), at_once);
    }
}

TEST_P(FilterScan, SharedFilterEqualsEqualFilters) {
    for (const Case& c : all_cases()) {
        const auto one = convert<float>(stable_filters(c, 1, 1));
        std::vector<float> many;
        for (int i = 0; i < 67; ++i) {
            many.insert(many.end(), one.begin(), one.end());
        }
        const auto input = uniform<float>(6 * 2 * 67, -1, 1, 2);
        const auto state = uniform<float>(2 * c.order * 67, -1, 1, 3);
        EXPECT_EQ(run(device(), c, 6, 2, 67, one, input, state, 6),
                  run(device(), c, 6, 2, 67, many, input, state, 6));
    }
}

TEST_P(FilterScan, IsTheSameForAnyNumberOfThreads) {
    if (device().is_cuda()) {
        GTEST_SKIP() << "threads are the host's";
    }
    const Case c{FilterForm::state_first, 2};
    const auto k = convert<float>(stable_filters(c, 1031, 1));
    const auto input = uniform<float>(7 * 5 * 1031, -1, 1, 2);
    const auto state = uniform<float>(5 * 2 * 1031, -1, 1, 3);
    const auto with = [&](int threads) {
        return run(Device::cpu(threads), c, 7, 5, 1031, k, input, state, 7);
    };
    EXPECT_EQ(with(1), with(2));
    EXPECT_EQ(with(1), with(3));
}

// Backward is right exactly when it is the adjoint of forward, which is linear:
// <dy, y> + <l, x_T> == <du, u> + <l_0, x_0>, with l_0 the adjoint that is returned.
TEST_P(FilterScan, BackwardIsTheAdjointOfForward) {
    constexpr Index steps = 9, batch = 5, n = 67;
    const auto dot = [](const std::vector<double>& a, const std::vector<double>& b) {
        double sum = 0;
        for (std::size_t i = 0; i < a.size(); ++i) {
            sum += a[i] * b[i];
        }
        return sum;
    };
    for (const Case& c : all_cases()) {
        const auto k = stable_filters(c, n, 1);
        const auto u = uniform<double>(steps * batch * n, -1, 1, 2);
        const auto x = uniform<double>(batch * c.order * n, -1, 1, 3);
        const auto dy = uniform<double>(steps * batch * n, -1, 1, 4);
        const auto l = uniform<double>(batch * c.order * n, -1, 1, 5);

        const auto forward = run(device(), c, steps, batch, n, k, u, x, steps);
        const auto back = backward(c, steps, batch, n, k, dy, l, false);

        const double want = dot(dy, forward.output) + dot(l, forward.state);
        EXPECT_NEAR(dot(back.output, u) + dot(back.state, x), want,
                    1e-10 * (1 + std::fabs(want)))
            << "form " << static_cast<int>(c.form) << " order " << c.order;

        const auto added = backward(c, steps, batch, n, k, dy, l, true);
        for (std::size_t i = 0; i < dy.size(); ++i) {
            ASSERT_EQ(added.output[i], 1.0 + back.output[i]);
        }
    }
}

TEST_P(FilterScan, RefusesOrdersThatHaveNoKernel) {
    FilterScanArgs<Bound<float>> args;
    args.form = FilterForm::state_first;
    for (const Index order : {0, max_filter_order + 1, -1}) {
        args.order = order;
        EXPECT_THROW(device().run([&](const auto& exec) { filter_scan(exec, args); }),
                     BuildError);
    }
    args.form = FilterForm::finite;
    args.order = 0;
    EXPECT_THROW(device().run([&](const auto& exec) { filter_scan(exec, args); }),
                 BuildError);
}

TEST_P(FilterScan, HeldInputHasNoTimeStride) {
    const std::vector<float> u{0.5F, -1.0F, 2.0F};
    const Buffer k = upload(std::vector<float>{0.8F, 0.2F}), in = upload(u);
    const Buffer x = upload(std::vector<float>(3, 0.0F));
    const Buffer out = upload(std::vector<float>(12, 0.0F));
    FilterScanArgs<Bound<float>> args;
    args.form = FilterForm::first_order;
    args.order = 1;
    args.coefficients = {k.as<float>(), 1, 0};
    args.input = {in.as<float>(), 4, 1, 1, 3, 0, 0, 0, 1};
    args.state = dense(x.as<float>(), 1, 1, 1, 3);
    args.output = dense(out.as<float>(), 4, 1, 1, 3);
    device().run([&](const auto& exec) { filter_scan(exec, args); });
    const auto got = download<float>(out);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(got[9 + i], (1 - std::pow(0.8F, 4)) * u[i], 1e-6);
    }
}

INSTANTIATE_TEST_SUITE_P(Devices, FilterScan, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

#include "kernels/cumulative_sum.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// Steps, items and three axes, where each lies among the numbers of x and y.
struct Case {
    std::array<Index, 5> extent;
    std::array<Index, 5> x_order{0, 1, 2, 3, 4};  ///< outermost first
    bool backwards = false;                       ///< x's strides are negative
};

class CumulativeSum : public OnEachDevice {
protected:
    /// Strides of a dense array with axes in an order.
    static std::array<Index, 5> strides(const Case& c,
                                        const std::array<Index, 5>& order) {
        std::array<Index, 5> strides{};
        Index inside = 1;
        for (auto axis = order.rbegin(); axis != order.rend(); ++axis) {
            strides[static_cast<std::size_t>(*axis)] = inside;
            inside *= c.extent[static_cast<std::size_t>(*axis)];
        }
        return strides;
    }
    template <class Real>
    static View<Real> view(Real* data, const Case& c,
                           const std::array<Index, 5>& stride) {
        View<Real> result{data, {c.extent[0], stride[0]}, {c.extent[1], stride[1]}};
        for (std::size_t k = 2; k < 5; ++k) {
            result.item[k + 1] = {c.extent[k], stride[k]};
        }
        return result;
    }

    template <class Real>
    void expect_sums(const Case& c, double tolerance) {
        Index n = 1;
        for (const Index extent : c.extent) {
            n *= extent;
        }
        const auto x = uniform<Real>(n, -1, 1, 1), before = uniform<Real>(n, -1, 1, 2);
        const Buffer from = upload(x);
        auto x_strides = strides(c, c.x_order);
        const auto y_strides = strides(c, {0, 1, 2, 3, 4});
        const Index first = c.backwards ? n - 1 : 0;
        for (Index& stride : x_strides) {
            stride = c.backwards ? -stride : stride;
        }
        for (std::size_t axis = 2; axis < 5; ++axis) {
            for (int options = 0; options < 8; ++options) {
                const bool exclusive = options & 1, reverse = options & 2,
                           accumulate = options & 4;
                SCOPED_TRACE(testing::Message()
                             << "axis " << axis << " options " << options);
                const Buffer to = upload(before);
                device().run([&](const auto& exec) {
                    cumulative_sum(
                        exec, CumulativeSumArgs<Bound<Real>>{
                                  view(from.as<const Real>() + first, c, x_strides),
                                  view(to.as<Real>(), c, y_strides),
                                  static_cast<int>(axis) + 1, exclusive, reverse,
                                  accumulate});
                });
                const auto got = download<Real>(to);
                for (Index i = 0; i < n; ++i) {
                    // Where i is in x, and on its line.
                    Index place = first, rest = i, k = 0;
                    for (std::size_t d = 5; d-- > 0;) {
                        const Index along = rest % c.extent[d];
                        rest /= c.extent[d];
                        place += along * x_strides[d];
                        k = d == axis ? along : k;
                    }
                    const auto at = static_cast<std::size_t>(i);
                    double want = accumulate ? before[at] : Real(0);
                    for (Index j = 0; j < c.extent[axis]; ++j) {
                        const bool counts = j == k ? !exclusive : (j < k) != reverse;
                        want += counts ? x[static_cast<std::size_t>(
                                             place + (j - k) * x_strides[axis])]
                                       : Real(0);
                    }
                    ASSERT_NEAR(got[at], want, tolerance) << "at " << i;
                }
            }
        }
    }
};

TEST_P(CumulativeSum, AddsAlongEachAxis) {
    for (const Case& c :
         {Case{{2, 3, 4, 5, 67}}, Case{{1, 1, 1, 300, 1}}, Case{{3, 2, 9, 1, 5}},
          Case{{1, 5, 300, 3, 2}}, Case{{2, 3, 4, 5, 6}, {0, 1, 4, 2, 3}},
          Case{{2, 3, 4, 5, 6}, {4, 3, 2, 1, 0}},
          Case{{2, 1, 4, 5, 33}, {0, 1, 2, 3, 4}, true}, Case{{0, 3, 4, 5, 6}},
          Case{{2, 3, 4, 0, 6}}}) {
        expect_sums<float>(c, 1e-4);
        expect_sums<double>(c, 1e-12);
    }
}

TEST_P(CumulativeSum, ReadsWhatRepeats) {
    const Buffer x = upload(std::vector<float>{1, 2, 3}),
                 y = upload(std::vector<float>(6, 0.0F));
    View<const float> from{.data = x.as<const float>()};
    from.item[4] = {2, 0};
    from.item[5] = {3, 1};
    View<float> to{.data = y.as<float>()};
    to.item[4] = {2, 3};
    to.item[5] = {3, 1};
    const auto along = [&](int axis) {
        device().run([&](const auto& exec) {
            cumulative_sum(exec, CumulativeSumArgs<Bound<float>>{from, to, axis});
        });
        return download<float>(y);
    };
    EXPECT_EQ(along(4), (std::vector<float>{1, 2, 3, 2, 4, 6}));
    EXPECT_EQ(along(5), (std::vector<float>{1, 3, 6, 1, 3, 6}));
}

INSTANTIATE_TEST_SUITE_P(Devices, CumulativeSum, ::testing::ValuesIn(device_names()),
                         device_label);

}  // namespace
}  // namespace nengine::test

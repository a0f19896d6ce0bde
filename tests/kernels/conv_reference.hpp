#pragma once

#include <gtest/gtest.h>

#include <limits>
#include <ostream>
#include <vector>

#include "kernels/conv.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::kernels {

inline void PrintTo(const Conv2DShape& s, std::ostream* out) {
    *out << s.images << " images " << s.in_h << 'x' << s.in_w << 'x' << s.in_c << " -> "
         << s.out_h << 'x' << s.out_w << 'x' << s.out_c << ", kernel " << s.k_h << 'x'
         << s.k_w << ", stride " << s.stride_h << 'x' << s.stride_w << ", pad "
         << s.pad_top << '+' << s.pad_left << ", groups " << s.groups;
}

/// Convolutions as they are defined, product by product.
namespace conv_reference {

inline std::size_t at(Index i) {
    return static_cast<std::size_t>(i);
}

inline Index x_size(const Conv2DShape& s) {
    return s.images * s.in_h * s.in_w * s.in_c;
}
inline Index y_size(const Conv2DShape& s) {
    return s.images * s.out_h * s.out_w * s.out_c;
}
inline Index w_size(const Conv2DShape& s) {
    return s.k_h * s.k_w * s.in_c / s.groups * s.out_c;
}

/// Calls `visit(x_index, w_index, y_index)` for every product in the definition.
template <class Visit>
void for_each_product(const Conv2DShape& s, Visit&& visit) {
    const Index group_in = s.in_c / s.groups, group_out = s.out_c / s.groups;
    for (Index y = 0; y < y_size(s); ++y) {
        const Index oc = y % s.out_c, ow = y / s.out_c % s.out_w;
        const Index oh = y / s.out_c / s.out_w % s.out_h;
        const Index image = y / s.out_c / s.out_w / s.out_h;
        for (Index tap = 0; tap < s.k_h * s.k_w; ++tap) {
            const Index ih = oh * s.stride_h + tap / s.k_w - s.pad_top;
            const Index iw = ow * s.stride_w + tap % s.k_w - s.pad_left;
            if (ih < 0 || ih >= s.in_h || iw < 0 || iw >= s.in_w) {
                continue;
            }
            for (Index i = 0; i < group_in; ++i) {
                const Index ic = oc / group_out * group_in + i;
                visit(((image * s.in_h + ih) * s.in_w + iw) * s.in_c + ic,
                      (tap * group_in + i) * s.out_c + oc, y);
            }
        }
    }
}

/// Operands of all three passes.
template <class Real>
struct Data {
    std::vector<Real> x, w, bias, y;

    explicit Data(const Conv2DShape& s, unsigned seed = 1)
        : x(test::uniform<Real>(x_size(s), -1, 1, seed)),
          w(test::uniform<Real>(w_size(s), -1, 1, seed + 1)),
          bias(test::uniform<Real>(s.out_c, -1, 1, seed + 2)),
          y(test::uniform<Real>(y_size(s), -1, 1, seed + 3)) {}
};

/// `to`, or zeros of its size, plus `term` for every product.
template <class Real, class Term>
std::vector<double> summed(const Conv2DShape& s, const std::vector<Real>& to,
                           bool accumulate, Term&& term) {
    std::vector<double> sums(to.size(), 0.0);
    if (accumulate) {
        sums.assign(to.begin(), to.end());
    }
    for_each_product(s, [&](Index x, Index w, Index y) { term(sums, x, w, y); });
    return sums;
}

template <class Real>
void expect_near(const std::vector<Real>& got, const std::vector<double>& want,
                 Index terms, const char* pass) {
    ASSERT_EQ(got.size(), want.size()) << pass;
    const double bound = static_cast<double>(std::numeric_limits<Real>::epsilon()) *
                         (8.0 + 2.0 * static_cast<double>(terms));
    for (std::size_t i = 0; i < got.size(); ++i) {
        ASSERT_NEAR(static_cast<double>(got[i]), want[i], bound)
            << pass << ", element " << i;
    }
}

template <class A, class B>
double dot(const std::vector<A>& a, const std::vector<B>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
    }
    return sum;
}

}  // namespace conv_reference
}  // namespace nengine::kernels

#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

namespace nengine {

/// Piecewise linear through (x, y), constant outside; x ascends, and x[after] is the
/// first of them beyond `at`.
inline double interpolate_before(std::span<const double> x, std::span<const double> y,
                                 std::size_t after, double at) {
    if (after == 0) {
        return y.front();
    }
    if (after == x.size()) {
        return y.back();
    }
    // A share of the way, not a slope: steps between subnormal places have none.
    const double share = (at - x[after - 1]) / (x[after] - x[after - 1]);
    return y[after - 1] + share * (y[after] - y[after - 1]);
}

/// Piecewise linear through (x, y), constant outside; x ascends.
inline double interpolate(std::span<const double> x, std::span<const double> y,
                          double at) {
    const auto after = std::ranges::upper_bound(x, at) - x.begin();
    return interpolate_before(x, y, static_cast<std::size_t>(after), at);
}

}  // namespace nengine

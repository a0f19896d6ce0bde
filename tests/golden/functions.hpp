#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "api/numerics/random_state.hpp"
#include "nengine/nengine.hpp"

// What the networks of the golden data compute.

namespace nengine::test {

using Span = std::span<const double>;
using Values = std::vector<double>;

inline double ramp(double t) {
    return std::min(1.0, 10.0 * t - 1.0);
}
inline double sine(double t) {
    return std::sin(20.0 * t);
}
inline Values sincos(double t) {
    return {std::sin(20.0 * t), std::cos(20.0 * t)};
}
inline double square(double x) {
    return x * x;
}
inline double product(Span x) {
    return x[0] * x[1];
}
inline Values swap_and_square(Span x) {
    return {x[1], x[0] * x[0]};
}

inline Values linspace(double start, double stop, int count) {
    Values result;
    const double step = (stop - start) / (count - 1);
    for (int i = 0; i < count; ++i) {
        result.push_back(i + 1 == count ? stop : start + i * step);
    }
    return result;
}

inline Array column(const Values& values) {
    return Array({static_cast<std::int64_t>(values.size()), 1}, values);
}

inline Values zeros(std::int64_t size) {
    return Values(static_cast<std::size_t>(size));
}

/// [rows, cols] of one value.
inline Array full(std::int64_t rows, std::int64_t cols, double value) {
    return Array({rows, cols}, Values(static_cast<std::size_t>(rows * cols), value));
}

inline Array uniform(RandomState& rng, double low, double high, std::int64_t rows,
                     std::int64_t cols) {
    Values values;
    for (std::int64_t i = 0; i < rows * cols; ++i) {
        values.push_back(rng.uniform(low, high));
    }
    return Array({rows, cols}, values);
}

}  // namespace nengine::test

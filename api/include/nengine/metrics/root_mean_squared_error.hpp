#pragma once

#include <cmath>
#include <span>
#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// The square root of the mean of (output - target)^2 over all elements of all items.
/// Sums: squares, elements. Keras 2.12.
struct RootMeanSquaredError {
    static constexpr std::string_view name = "root_mean_squared_error";

    Expression sums(const Expression& target, const Expression& output) const {
        const Expression squares = square(output - target);
        return stack({sum(squares), static_cast<double>(squares.size())});
    }
    double finish(std::span<const double> sums, double) const {
        return std::sqrt(sums[0] / sums[1]);
    }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// (log(1 + output) - log(1 + target))^2, of numbers that are at least 1e-7, the mean
/// over the last axis: [samples]. Keras 2.12.
struct MeanSquaredLogarithmicError {
    static constexpr std::string_view name = "mean_squared_logarithmic_error";

    Expression operator()(const Expression& target, const Expression& output) const {
        const auto logarithm = [](const Expression& x) {
            return log(max(x, detail::epsilon) + 1.0);
        };
        return detail::mean_along(square(logarithm(output) - logarithm(target)));
    }
};

}  // namespace nengine

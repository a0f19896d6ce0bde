#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// (output - target)^2, and 0 without a gradient where the target is NaN; the mean over
/// the last axis, of all elements: [samples]. NengoDL's nan_mse.
struct NanMeanSquaredError {
    static constexpr std::string_view name = "nan_mse";

    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::mean_along(square(where(isnan(target), 0.0, output - target)));
    }
};

}  // namespace nengine

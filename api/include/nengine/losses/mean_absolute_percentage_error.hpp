#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// 100 |target - output| / max(|target|, 1e-7), the mean over the last axis: [samples].
/// Keras 2.12.
struct MeanAbsolutePercentageError {
    static constexpr std::string_view name = "mean_absolute_percentage_error";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression size = max(abs(target), detail::epsilon);
        return 100.0 * detail::mean_along(abs((target - output) / size));
    }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// (output - target)^2, the mean over the last axis: [samples]. Keras 2.12.
struct MeanSquaredError {
    static constexpr std::string_view name = "mean_squared_error";

    bool last_step = false;  ///< only the last sample counts

    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::mean_along(square(detail::counted(output, last_step) -
                                         detail::counted(target, last_step)));
    }
};

}  // namespace nengine

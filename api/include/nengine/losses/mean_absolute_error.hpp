#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// |output - target|, the mean over the last axis: [samples]. Keras 2.12.
struct MeanAbsoluteError {
    static constexpr std::string_view name = "mean_absolute_error";

    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::mean_along(abs(output - target));
    }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// output - target log(output + 1e-7), the mean over the last axis: [samples].
/// Keras 2.12.
struct Poisson {
    static constexpr std::string_view name = "poisson";

    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::mean_along(output - target * log(output + detail::epsilon));
    }
};

}  // namespace nengine

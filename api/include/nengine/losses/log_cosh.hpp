#pragma once

#include <numbers>
#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// log(cosh(e)) of e = output - target, computed as e + log(1 + exp(-2 e)) - log(2),
/// the mean over the last axis: [samples]. Keras 2.12, whose log(2) has single
/// precision.
struct LogCosh {
    static constexpr std::string_view name = "logcosh";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression error = output - target;
        return detail::mean_along(error + softplus(-2.0 * error) - std::numbers::ln2);
    }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// max(1 - target output, 0)^2, the mean over the last axis: [samples]. Targets as
/// those of Hinge. Keras 2.12.
struct SquaredHinge {
    static constexpr std::string_view name = "squared_hinge";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression sign = detail::signed_labels(target);
        return detail::mean_along(square(max(1.0 - sign * output, 0.0)));
    }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// max(1 + largest output of the other classes - output of the class, 0): [samples].
/// Targets are 1 for the class, else 0; the largest is that of (1 - target) output,
/// which is not below 0. Keras 2.12.
struct CategoricalHinge {
    static constexpr std::string_view name = "categorical_hinge";

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression own = detail::sum_along(target * output);
        const Expression others = amax((1.0 - target) * output, {.axes = {-1}});
        return max(others - own + 1.0, 0.0);
    }
};

}  // namespace nengine

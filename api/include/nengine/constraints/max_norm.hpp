#pragma once

#include <string_view>
#include <vector>

#include "nengine/constraints/parts.hpp"

namespace nengine {

/// Vectors along some axes get a norm of at most `max_value`: w min(norm, max_value) /
/// (norm + 1e-7). Axis 0 of a Dense's kernel [inputs, units] is the weights of a unit;
/// of a Conv2D's kernel these are axes 0, 1 and 2. Keras 2.12.
struct MaxNorm {
    static constexpr std::string_view name = "max_norm";

    double max_value = 2.0;
    std::vector<int> axis = {0};

    Expression operator()(const Expression& w) const {
        const Expression norms = norm(w, {axis, true});
        return detail::with_norm(w, norms, min(norms, max_value));
    }
};

}  // namespace nengine

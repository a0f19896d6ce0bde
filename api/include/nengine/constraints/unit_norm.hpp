#pragma once

#include <string_view>
#include <vector>

#include "nengine/constraints/parts.hpp"

namespace nengine {

/// Vectors along some axes get norm 1: w / (norm + 1e-7). Axes as of MaxNorm. Keras
/// 2.12.
struct UnitNorm {
    static constexpr std::string_view name = "unit_norm";

    std::vector<int> axis = {0};

    Expression operator()(const Expression& w) const {
        return detail::with_norm(w, norm(w, {axis, true}), 1.0);
    }
};

}  // namespace nengine

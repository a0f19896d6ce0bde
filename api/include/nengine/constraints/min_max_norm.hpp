#pragma once

#include <string_view>
#include <vector>

#include "nengine/constraints/parts.hpp"

namespace nengine {

/// Norms of vectors along some axes go `rate` of the way to [min_value, max_value] in
/// each update: w (rate clip(norm, min_value, max_value) + (1 - rate) norm) / (norm +
/// 1e-7). Axes as of MaxNorm. Keras 2.12.
struct MinMaxNorm {
    static constexpr std::string_view name = "min_max_norm";

    double min_value = 0.0;
    double max_value = 1.0;
    double rate = 1.0;
    std::vector<int> axis = {0};

    Expression operator()(const Expression& w) const {
        const Expression norms = norm(w, {axis, true});
        return detail::with_norm(
            w, norms, rate * clip(norms, min_value, max_value) + (1.0 - rate) * norms);
    }
};

}  // namespace nengine

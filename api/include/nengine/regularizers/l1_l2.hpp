#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// l1 sum(|w|) + l2 sum(w^2). Keras 2.12.
struct L1L2 {
    static constexpr std::string_view name = "l1_l2";

    double l1 = 0.0;
    double l2 = 0.0;

    Expression operator()(const Expression& w) const {
        return sum(l1 * abs(w) + l2 * square(w));
    }
};

}  // namespace nengine

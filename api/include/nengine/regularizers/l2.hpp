#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// l2 sum(w^2). Keras 2.12.
struct L2 {
    static constexpr std::string_view name = "l2";

    double l2 = 0.01;

    Expression operator()(const Expression& w) const { return l2 * sum(square(w)); }
};

}  // namespace nengine

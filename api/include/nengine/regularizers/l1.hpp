#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// l1 sum(|w|), with gradient 0 where w is 0. Keras 2.12.
struct L1 {
    static constexpr std::string_view name = "l1";

    double l1 = 0.01;

    Expression operator()(const Expression& w) const { return l1 * sum(abs(w)); }
};

}  // namespace nengine

#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// What is below 0 becomes 0. Keras 2.12.
struct NonNeg {
    static constexpr std::string_view name = "non_neg";

    Expression operator()(const Expression& w) const { return max(w, 0.0); }
};

}  // namespace nengine

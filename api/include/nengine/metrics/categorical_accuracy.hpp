#pragma once

#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// Whether the largest output is where the largest target is, of equals the first ones:
/// [samples]. Keras 2.12.
struct CategoricalAccuracy {
    static constexpr std::string_view name = "categorical_accuracy";

    Expression operator()(const Expression& target, const Expression& output) const {
        return argmax(target) == argmax(output);
    }
};

}  // namespace nengine

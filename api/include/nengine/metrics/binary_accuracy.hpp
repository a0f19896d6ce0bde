#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// Whether target == (output > threshold), the mean over the last axis: [samples].
/// Targets are 0 or 1. Keras 2.12.
struct BinaryAccuracy {
    static constexpr std::string_view name = "binary_accuracy";

    double threshold = 0.5;

    Expression operator()(const Expression& target, const Expression& output) const {
        return detail::mean_along(target == (output > threshold));
    }
};

}  // namespace nengine

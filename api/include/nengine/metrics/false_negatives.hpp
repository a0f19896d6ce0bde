#pragma once

#include <span>
#include <string_view>

#include "nengine/metrics/parts.hpp"

namespace nengine {

/// How many outputs are no where the target is true, the target being true where it is
/// not 0. Sums: that one. Keras 2.12.
struct FalseNegatives {
    static constexpr std::string_view name = "false_negatives";

    double thresholds = 0.5;  ///< outputs above it are yes

    Expression sums(const Expression& target, const Expression& output) const {
        return detail::confusion_counts(
            target, output, {.threshold = thresholds})[Slice{.start = 2, .stop = 3}];
    }
    double finish(std::span<const double> sums, double) const { return sums[0]; }
};

}  // namespace nengine

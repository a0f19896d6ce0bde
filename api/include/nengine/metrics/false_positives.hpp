#pragma once

#include <span>
#include <string_view>

#include "nengine/metrics/parts.hpp"

namespace nengine {

/// How many outputs are yes where the target is false, the target being true where it
/// is not 0. Sums: that one. Keras 2.12.
struct FalsePositives {
    static constexpr std::string_view name = "false_positives";

    double thresholds = 0.5;  ///< outputs above it are yes

    Expression sums(const Expression& target, const Expression& output) const {
        return detail::confusion_counts(
            target, output, {.threshold = thresholds})[Slice{.start = 1, .stop = 2}];
    }
    double finish(std::span<const double> sums, double) const { return sums[0]; }
};

}  // namespace nengine

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "nengine/metrics/parts.hpp"

namespace nengine {

/// Of the outputs that are yes, the share of those whose target is true; 0 if there are
/// none. Targets are true where they are not 0. Sums: yes and true, yes and false, no
/// and true, no and false. Keras 2.12.
struct Precision {
    static constexpr std::string_view name = "precision";

    /// Outputs above it are yes; by default 0.5, with top_k any.
    std::optional<double> thresholds = std::nullopt;
    /// Only the k largest outputs of a sample may be yes, the first ones of equals.
    std::optional<std::int64_t> top_k = std::nullopt;
    std::optional<int> class_id = std::nullopt;  ///< this class alone counts

    Expression sums(const Expression& target, const Expression& output) const {
        return detail::confusion_counts(target, output, {thresholds, top_k, class_id});
    }
    double finish(std::span<const double> sums, double) const {
        return detail::share(sums[0], sums[0] + sums[1]);
    }
};

}  // namespace nengine

#pragma once

#include <cstdint>
#include <optional>

#include "nengine/expression.hpp"

// What metrics share. Targets and outputs are of one item, [samples, size]; formulas
// are those of Keras 2.12.

namespace nengine::detail {

/// Whether the one class that is marked by a 1 in a sample is among the k largest
/// outputs, [samples]: fewer than k are larger. Not if none is marked or an output is
/// not finite.
NENGINE_API Expression is_in_top_k(const Expression& is_class, const Expression& output,
                                   std::int64_t k);

/// How outputs become yes or no.
struct Decision {
    std::optional<double> threshold;  ///< yes above it; by default 0.5
    /// Only the k largest of a sample may be yes, the first ones of equals; then the
    /// default is that all of them are.
    std::optional<std::int64_t> top_k = std::nullopt;
    std::optional<int> class_id = std::nullopt;  ///< this class alone counts
};
/// How often [yes and true, yes and false, no and true, no and false] of a target that
/// is true where it is not 0: [4].
NENGINE_API Expression confusion_counts(const Expression& target,
                                        const Expression& output,
                                        const Decision& decision);

/// a / b, or 0 if b is 0.
inline double share(double a, double b) {
    return b == 0.0 ? 0.0 : a / b;
}

}  // namespace nengine::detail

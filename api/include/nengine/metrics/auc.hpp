#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "nengine/expression.hpp"

namespace nengine {

/// The area under a curve over all thresholds, of outputs in [0, 1] for targets that
/// are true where they are not 0: of true against false positives (ROC), or of
/// precision against recall (PR). Thresholds are i / (num_thresholds - 1), 0 and 1 a
/// little beyond. Sums: of true targets and of false ones, how many outputs are between
/// each threshold and the next, [2 num_thresholds]. Keras 2.12.
struct AUC {
    static constexpr std::string_view name = "auc";
    enum class Curve { ROC, PR };
    /// The heights between two points: their mean, of PR the interpolation of Davis and
    /// Goadrich (2006), which is straight in counts of true and false positives; the
    /// lower one; the higher one.
    enum class Summation { interpolation, minoring, majoring };

    std::int64_t num_thresholds = 200;  ///< at least 2
    Curve curve = Curve::ROC;
    Summation summation_method = Summation::interpolation;
    bool from_logits = false;  ///< of sigmoid(output)

    /// @throws ValidationError  fewer than two thresholds
    NENGINE_API Expression sums(const Expression& target,
                                const Expression& output) const;
    NENGINE_API double finish(std::span<const double> sums, double items) const;
};

}  // namespace nengine

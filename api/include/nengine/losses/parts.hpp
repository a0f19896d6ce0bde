#pragma once

#include "nengine/expression.hpp"

// What losses and metrics share. Targets and outputs are of one item, [samples, size],
// or what broadcasts to it; formulas are those of Keras 2.12.

namespace nengine::detail {

/// What Keras keeps divisors, and arguments of logarithms, away from 0 by.
inline constexpr double epsilon = 1e-7;

/// The last sample alone, or all.
NENGINE_API Expression counted(const Expression& x, bool last_step);
/// The mean, and the sum, along one axis, which is left out.
NENGINE_API Expression mean_along(const Expression& x, int axis = -1);
NENGINE_API Expression sum_along(const Expression& x, int axis = -1);
/// x / |x| along an axis; where the sum of squares is below 1e-12, that is taken.
NENGINE_API Expression unit_along(const Expression& x, int axis);

/// Labels 0 and 1 as -1 and 1; of an item with any others, as they are.
NENGINE_API Expression signed_labels(const Expression& target);
/// target (1 - smoothing) + smoothing / classes
NENGINE_API Expression smoothed(const Expression& target, double smoothing,
                                double classes);

/// -target log(p) - (1 - target) log(1 - p), element by element: of p = sigmoid(output)
/// without overflow (from_logits); else of output within [epsilon, 1 - epsilon] with
/// epsilon added to the arguments of both logarithms.
NENGINE_API Expression binary_entropy(const Expression& target,
                                      const Expression& output, bool from_logits);

/// Labels [samples, 1] as [samples].
/// @throws ShapeError  another size, naming `where`
NENGINE_API Expression labels_of(const Expression& target, const char* where);

}  // namespace nengine::detail

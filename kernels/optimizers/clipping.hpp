#pragma once

#include <optional>

namespace nengine {

/// What is done with gradients of the total loss before the optimizer sees them: at
/// most one of these, each above 0. Keras 2.12's clipnorm, global_clipnorm and
/// clipvalue:
///
///     norm         each parameter's gradient g of a larger norm is scaled to it:
///                  g norm / max(norm(g), norm)
///     global_norm  the same of all parameters' gradients, as one vector
///     value        each number is clipped to [-value, value]
///
/// Where a norm is not finite the training stops, as where a gradient is not.
struct Clipping {
    std::optional<double> norm = std::nullopt;
    std::optional<double> global_norm = std::nullopt;
    std::optional<double> value = std::nullopt;
};

}  // namespace nengine

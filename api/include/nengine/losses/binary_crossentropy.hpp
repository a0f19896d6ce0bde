#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// -target log(p) - (1 - target) log(1 - p), the mean over an axis, the last one:
/// [samples]. p is the output, clipped to [1e-7, 1 - 1e-7] and with 1e-7 added within
/// the logarithms; or sigmoid(output), without overflow. Keras 2.12.
struct BinaryCrossentropy {
    static constexpr std::string_view name = "binary_crossentropy";

    bool from_logits = false;
    double label_smoothing = 0.0;  ///< targets become target (1 - s) + s / 2
    int axis = -1;                 ///< of [samples, size]; negative: from the last

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression wanted = detail::smoothed(target, label_smoothing, 2.0);
        return detail::mean_along(detail::binary_entropy(wanted, output, from_logits),
                                  axis);
    }
};

}  // namespace nengine

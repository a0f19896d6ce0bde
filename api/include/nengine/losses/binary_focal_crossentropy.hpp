#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// (1 - p of the target)^gamma times the binary cross-entropy, the mean over an axis,
/// the last one: [samples]. p of the target is target p + (1 - target) (1 - p), with p
/// = output or sigmoid(output). Keras 2.12.
struct BinaryFocalCrossentropy {
    static constexpr std::string_view name = "binary_focal_crossentropy";

    /// Times target alpha + (1 - target) (1 - alpha).
    bool apply_class_balancing = false;
    double alpha = 0.25;
    double gamma = 2.0;
    bool from_logits = false;
    double label_smoothing = 0.0;  ///< targets become target (1 - s) + s / 2
    int axis = -1;                 ///< of [samples, size]; negative: from the last

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression wanted = detail::smoothed(target, label_smoothing, 2.0);
        const Expression p = from_logits ? sigmoid(output) : output;
        const Expression of_target = wanted * p + (1.0 - wanted) * (1.0 - p);
        const Expression balance = wanted * alpha + (1.0 - wanted) * (1.0 - alpha);
        const Expression focal = pow(1.0 - of_target, gamma) *
                                 detail::binary_entropy(wanted, output, from_logits);
        return detail::mean_along(apply_class_balancing ? balance * focal : focal,
                                  axis);
    }
};

}  // namespace nengine

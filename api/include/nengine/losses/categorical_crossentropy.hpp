#pragma once

#include <string_view>

#include "nengine/losses/parts.hpp"

namespace nengine {

/// The sum over classes of -target log(p): [samples]. p is output / sum(output),
/// clipped to [1e-7, 1 - 1e-7], or softmax(output) (`from_logits`). Keras 2.12, whose
/// gradient of logits takes the targets of a sample to have a sum of 1.
struct CategoricalCrossentropy {
    static constexpr std::string_view name = "categorical_crossentropy";

    bool from_logits = false;
    double label_smoothing = 0.0;  ///< targets become target (1 - s) + s / size
    int axis = -1;  ///< of the classes in [samples, size]; negative: from the last

    Expression operator()(const Expression& target, const Expression& output) const {
        const Expression wanted = detail::smoothed(
            target, label_smoothing, static_cast<double>(target.extent(-1)));
        if (from_logits) {
            return -detail::sum_along(wanted * log_softmax(output, axis), axis);
        }
        const Expression p = output / sum(output, {.axes = {axis}, .keepdims = true});
        const Expression inner = clip(p, detail::epsilon, 1.0 - detail::epsilon);
        return -detail::sum_along(wanted * log(inner), axis);
    }
};

}  // namespace nengine

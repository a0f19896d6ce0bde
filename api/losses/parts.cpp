#include "nengine/losses/parts.hpp"

#include "api/expressions/axes.hpp"
#include "engine/trace/term.hpp"
#include "kernels/base/error.hpp"

namespace nengine::detail {

Expression counted(const Expression& x, bool last_step) {
    return last_step ? last(x, 1) : x;
}

Expression mean_along(const Expression& x, int axis) {
    return mean(x, {.axes = {axis}});
}

Expression sum_along(const Expression& x, int axis) {
    return sum(x, {.axes = {axis}});
}

Expression unit_along(const Expression& x, int axis) {
    const Expression squares = sum(square(x), {.axes = {axis}, .keepdims = true});
    return x * rsqrt(max(squares, 1e-12));
}

Expression signed_labels(const Expression& target) {
    const Expression all_bits = all(target == 0.0 || target == 1.0);
    return where(all_bits, 2.0 * target - 1.0, target);
}

Expression smoothed(const Expression& target, double smoothing, double classes) {
    return smoothing == 0.0 ? target : target * (1.0 - smoothing) + smoothing / classes;
}

Expression binary_entropy(const Expression& target, const Expression& output,
                          bool from_logits) {
    if (from_logits) {
        // log(1 + exp(output)) - target output, of which one side alone may be large.
        const Expression above = output >= 0.0;
        return where(above, output, 0.0) - target * output +
               softplus(where(above, -output, output));
    }
    const Expression p = clip(output, epsilon, 1.0 - epsilon);
    return -(target * log(p + epsilon) + (1.0 - target) * log(1.0 - p + epsilon));
}

Expression labels_of(const Expression& target, const char* where) {
    if (target.rank() == 0 || target.extent(-1) != 1) {
        throw ShapeError(where, "targets of shape " + engine::to_string(target.shape()),
                         "labels, (samples, 1)");
    }
    return squeeze(target, {-1});
}

}  // namespace nengine::detail

#include "nengine/losses/sparse_categorical_crossentropy.hpp"

#include <limits>

namespace nengine {

namespace {

/// log(p) of every class, [samples, size].
Expression logarithms(const Expression& output, bool from_logits) {
    // The logits of clipped outputs are their logarithms.
    return log_softmax(from_logits
                           ? output
                           : log(clip(output, detail::epsilon, 1.0 - detail::epsilon)));
}

}  // namespace

Expression SparseCategoricalCrossentropy::operator()(const Expression& target,
                                                     const Expression& output) const {
    const Expression label =
        detail::labels_of(detail::counted(target, last_step), name.data());
    const Expression logs = logarithms(detail::counted(output, last_step), from_logits);
    const std::int64_t size = logs.extent(-1);
    // An infinite logarithm of another class must not be multiplied by 0.
    const Expression own = -detail::sum_along(where(one_hot(label, size), logs, 0.0));
    const Expression is_class =
        label >= 0.0 && label < static_cast<double>(size) && floor(label) == label;
    const Expression loss =
        where(is_class, own, std::numeric_limits<double>::quiet_NaN());
    if (!ignore_class) {
        return loss;
    }
    const Expression counts = label != static_cast<double>(*ignore_class);
    return where(counts, loss, 0.0) / max(mean(counts), 1e-30);
}

}  // namespace nengine

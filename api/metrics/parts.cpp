#include "nengine/metrics/parts.hpp"

#include <algorithm>
#include <limits>

namespace nengine::detail {

namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();

/// 1 at the k largest of each sample, the first ones of equals.
Expression largest(const Expression& x, std::int64_t k) {
    const std::int64_t size = x.extent(-1);
    Expression chosen = 0.0, left = x;
    for (std::int64_t i = 0; i < std::min(k, size); ++i) {
        const Expression next = one_hot(argmax(left), size);
        chosen = chosen + next;
        left = where(next, -infinity, left);
    }
    return chosen;
}

}  // namespace

Expression is_in_top_k(const Expression& is_class, const Expression& output,
                       std::int64_t k) {
    const Expression own =
        sum(where(is_class, output, 0.0), {.axes = {-1}, .keepdims = true});
    const Expression larger = sum(output > own, {.axes = {-1}});
    const Expression known =
        any(is_class, {.axes = {-1}}) && all(abs(output) < infinity, {.axes = {-1}});
    return known && larger < static_cast<double>(k);
}

Expression confusion_counts(const Expression& target, const Expression& output,
                            const Decision& decision) {
    const double threshold =
        decision.threshold.value_or(decision.top_k ? -infinity : 0.5);
    Expression yes = output > threshold;
    if (decision.top_k) {
        yes = yes && largest(output, *decision.top_k);
    }
    Expression is_true = target != 0.0;
    if (decision.class_id) {
        yes = slice(yes, *decision.class_id, -1);
        is_true = slice(is_true, *decision.class_id, -1);
    }
    return stack({sum(yes && is_true), sum(yes && !is_true), sum(!yes && is_true),
                  sum(!yes && !is_true)});
}

}  // namespace nengine::detail

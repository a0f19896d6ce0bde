#include "nengine/metrics/auc.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"
#include "nengine/metrics/parts.hpp"

namespace nengine {

using detail::share;

namespace {

/// What is decided at one threshold.
struct Counts {
    double true_positives, false_positives, all_true, all_false;

    double positives() const { return true_positives + false_positives; }
    double recall() const { return share(true_positives, all_true); }
    double false_rate() const { return share(false_positives, all_false); }
    double precision() const { return share(true_positives, positives()); }
};

/// Of outputs that are counted between thresholds: at each threshold, those above.
std::vector<Counts> counts_above(std::span<const double> between) {
    const std::size_t n = between.size() / 2;
    std::vector<Counts> counts(n);
    double of_true = 0, of_false = 0;
    for (std::size_t i = n; i-- > 0;) {
        of_true += between[i];
        of_false += between[n + i];
        counts[i] = {of_true, of_false, 0, 0};
    }
    for (Counts& at : counts) {
        at.all_true = of_true;
        at.all_false = of_false;
    }
    return counts;
}

/// Under the curve of precision p(t) / (p(t) + f(t)) against recall, between two
/// thresholds, where true positives are a + s q of q positives: the integral of (a / q
/// + s) s dq, over all that are true.
double davis_goadrich(const Counts& more, const Counts& less) {
    const double from = less.positives(), to = more.positives();
    const double gain = more.true_positives - less.true_positives;
    const double slope = share(gain, std::max(to - from, 0.0));
    const double start = less.true_positives - slope * from;
    const double growth = from > 0 && to > 0 ? std::log(to / from) : 0.0;
    return share(slope * (gain + start * growth), less.all_true);
}

double height(AUC::Summation summation, double a, double b) {
    switch (summation) {
        case AUC::Summation::minoring:
            return std::min(a, b);
        case AUC::Summation::majoring:
            return std::max(a, b);
        default:
            return (a + b) / 2;
    }
}

}  // namespace

Expression AUC::sums(const Expression& target, const Expression& output) const {
    if (num_thresholds < 2) {
        throw ValidationError("auc: got " + std::to_string(num_thresholds) +
                              " thresholds, needs at least 2");
    }
    const auto last = static_cast<double>(num_thresholds - 1);
    const Expression p = flatten(from_logits ? sigmoid(output) : output);
    // A threshold itself belongs to what is below it.
    const Expression place = clip(ceil(p * last) - 1.0, 0.0, last - 1.0);
    const Expression is_true = flatten(broadcast_to(target != 0.0, output.shape()));
    return flatten(matmul(stack({is_true, !is_true}), one_hot(place, num_thresholds)));
}

double AUC::finish(std::span<const double> sums, double) const {
    const std::vector<Counts> counts = counts_above(sums);
    double area = 0;
    for (std::size_t i = 0; i + 1 < counts.size(); ++i) {
        const Counts &more = counts[i], &less = counts[i + 1];
        if (curve == Curve::ROC) {
            area += (more.false_rate() - less.false_rate()) *
                    height(summation_method, more.recall(), less.recall());
        } else if (summation_method == Summation::interpolation) {
            area += davis_goadrich(more, less);
        } else {
            area += (more.recall() - less.recall()) *
                    height(summation_method, more.precision(), less.precision());
        }
    }
    return area;
}

}  // namespace nengine

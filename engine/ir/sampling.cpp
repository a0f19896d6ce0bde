#include "engine/ir/sampling.hpp"

#include <algorithm>
#include <cmath>

#include "kernels/base/error.hpp"

namespace nengine::engine {

// Rounding keeps the order of numbers, and steps are doubles: a rounded quotient or
// product is never on the wrong side of the whole number that is next to it, but may
// have become that number. What is left, of which fma gives the exact sign, tells.

Index Sampling::count(Index step) const {
    const auto k = static_cast<double>(step);
    const double n = std::floor(k / period_);
    return static_cast<Index>(std::fma(-n, period_, k) < 0.0 ? n - 1.0 : n);
}

Index Sampling::step(Index n) const {
    const auto number = static_cast<double>(n);
    const double k = std::ceil(number * period_);
    return static_cast<Index>(std::fma(number, period_, -k) > 0.0 ? k + 1.0 : k);
}

CallSamples::CallSamples(const ProbePoint& probe, Index first_step, Index n_steps)
    : sampling_(probe.period),
      begin_(sampling_.count(first_step) + 1),
      end_(sampling_.count(first_step + n_steps) + 1) {
    if (!probe.keep_history) {
        begin_ = std::max(begin_, end_ - 1);
    }
}

SampledRows CallSamples::from(Index number, Index first_step, Index steps) const {
    const Index first = std::max(number, sampling_.count(first_step) + 1);
    const Index last = std::min(end_, sampling_.count(first_step + steps) + 1);
    SampledRows result{.before = first - begin_, .rows = {}};
    for (Index n = first; n < last; ++n) {
        result.rows.push_back(sampling_.step(n) - first_step - 1);
    }
    return result;
}

void check_target_steps(const ProbePoint& probe, Index first_step, Index n_steps,
                        Index target_steps, const std::string& where) {
    const Index samples = CallSamples(probe, first_step, n_steps).count();
    const std::string call = std::to_string(n_steps) + " steps";
    if (samples == 0) {
        throw ValidationError(where + ": got no sample in " + call +
                              ", needs at least one to compare with; lower "
                              "sample_every or run longer");
    }
    if (target_steps == 1 || target_steps == samples) {
        return;
    }
    const std::string of_what = probe.keep_history
                                    ? ", one for each sample of the probe in " + call
                                    : ", as the probe keeps its last sample only";
    throw ShapeError(
        where, "targets of " + std::to_string(target_steps) + " steps",
        std::to_string(samples) + of_what + (samples == 1 ? "" : ", or 1 to be held"));
}

}  // namespace nengine::engine

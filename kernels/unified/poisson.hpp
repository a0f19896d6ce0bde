#pragma once

#include <cmath>

#include "kernels/base/philox.hpp"

// Numbers of a Poisson distribution whose mean differs from draw to draw.

namespace nengine::kernels {
namespace {

/// log(mean^k e^-mean / k!), for mean above 0. From k = 10 on by Stirling's series, in
/// which nothing large cancels.
NENGINE_HD double log_poisson(double mean, double k) {
    if (k < 10.0) {
        double factorial = 1.0;
        for (double i = 2.0; i <= k; i += 1.0) {
            factorial *= i;
        }
        return k * std::log(mean) - mean - std::log(factorial);
    }
    constexpr double two_pi = 6.283185307179586476925;
    const double x = 1.0 / k, x2 = x * x;
    const double series =
        x * (1.0 / 12 - x2 * (1.0 / 360 - x2 * (1.0 / 1260 - x2 / 1680)));
    return k * std::log1p((mean - k) * x) + (k - mean) - 0.5 * std::log(two_pi * k) -
           series;
}

/// Inversion by sequential search (Devroye, Non-Uniform Random Variate Generation,
/// 1986, chapter X.3.3): the first count at which the distribution function is above a
/// uniform number. It ends where further terms no longer change the sum. Most neurons
/// are silent in most steps, which 1 - mean, below exp(-mean), shows at little cost.
NENGINE_HD double poisson_by_inversion(double mean, const RandomPlace& at) {
    if (mean == 0.0) {
        return 0.0;
    }
    const Words words = random_words(at);
    const double u = unit_interval(words.w[0], words.w[1]);
    if (u < 1.0 - mean) {
        return 0.0;
    }
    double count = 0.0, term = std::exp(-mean), below = 0.0, sum = term;
    while (u >= sum && sum > below) {
        count += 1.0;
        term *= mean / count;
        below = sum;
        sum += term;
    }
    return count;
}

/// Transformed rejection with a squeeze, PTRS (Hoermann 1993, Insurance: Mathematics
/// and Economics 12, 39-45). A try takes one block of words and succeeds four times in
/// five or more often: that all fail does not happen, but the loop has an end.
NENGINE_HD double poisson_by_rejection(double mean, const RandomPlace& at) {
    constexpr std::uint32_t most_tries = 256;
    const double b = 0.931 + 2.53 * std::sqrt(mean);
    const double a = -0.059 + 0.02483 * b;
    const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
    const double v_r = 0.9277 - 3.6224 / (b - 2.0);
    for (std::uint32_t block = 0; block < most_tries; ++block) {
        const Words words = random_words(at, block);
        const double u = unit_interval(words.w[0], words.w[1]) - 0.5;
        const double v = 1.0 - unit_interval(words.w[2], words.w[3]);  // above 0
        const double us = 0.5 - std::fabs(u);
        const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
        if (us >= 0.07 && v <= v_r) {
            return k;
        }
        if (!(us > 0.0 && k >= 0.0) || (us < 0.013 && v > us)) {
            continue;
        }
        if (std::log(v * inverse_alpha / (a / (us * us) + b)) <= log_poisson(mean, k)) {
            return k;
        }
    }
    return std::floor(mean);
}

/// As many as a Poisson distribution of this mean gives; of a mean that is not finite,
/// no finite number.
NENGINE_HD double poisson(double mean, const RandomPlace& at) {
    constexpr double small = 10.0;
    return mean < small ? poisson_by_inversion(mean, at)
                        : poisson_by_rejection(mean, at);
}

}  // namespace
}  // namespace nengine::kernels

#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numbers>

#include "engine/operators/sim_random.hpp"

// Philox 4x32-10 as its authors describe it, and the numbers that SimRandom and
// PoissonSpikes make of it.

namespace nengine::reference {

using namespace engine;

using Counter = std::array<std::uint32_t, 4>;

inline Counter naive_philox(Counter counter, std::uint64_t key) {
    auto left = static_cast<std::uint32_t>(key);
    auto right = static_cast<std::uint32_t>(key >> 32);
    for (int round = 0; round < 10; ++round) {
        const std::uint64_t a = 0xD2511F53ULL * counter[0];
        const std::uint64_t b = 0xCD9E8D57ULL * counter[2];
        counter = {static_cast<std::uint32_t>(b >> 32) ^ counter[1] ^ left,
                   static_cast<std::uint32_t>(b & 0xffffffffULL),
                   static_cast<std::uint32_t>(a >> 32) ^ counter[3] ^ right,
                   static_cast<std::uint32_t>(a & 0xffffffffULL)};
        left += 0x9E3779B9U;
        right += 0xBB67AE85U;
    }
    return counter;
}

/// Where a number is drawn: `step` counts from 0, `op` is the operator's index.
struct NaiveCoordinates {
    std::uint64_t seed = 0, step = 0;
    std::uint32_t item = 0, op = 0;
};

/// Two numbers in [0, 1) of four words.
inline std::array<double, 2> naive_fractions(const Counter& words) {
    const auto fraction = [&](std::size_t i) {
        return (static_cast<double>(words[i] >> 5) * 67108864.0 +
                static_cast<double>(words[i + 1] >> 6)) /
               9007199254740992.0;
    };
    return {fraction(0), fraction(2)};
}

inline double naive_random(const SimRandom::Options& options, NaiveCoordinates at,
                           std::uint32_t element) {
    if (options.seed) {
        at.seed = *options.seed;
        at.item = 0;
        at.op = 0xffffffffU;
    }
    const std::uint64_t key = at.seed ^ (at.step >> 32 << 32);
    const Counter words = naive_philox(
        {element / 2, at.item, static_cast<std::uint32_t>(at.step), at.op}, key);
    const auto fractions = naive_fractions(words);
    const bool second = element % 2 == 1;
    double number = fractions[second ? 1 : 0];
    if (options.kind == RandomKind::normal) {
        const double angle = 2.0 * std::numbers::pi * fractions[1];
        number = std::sqrt(-2.0 * std::log(1.0 - fractions[0])) *
                 (second ? std::sin(angle) : std::cos(angle));
    }
    return options.shift + options.scale * number;
}

/// The logarithm of a Poisson distribution's probability of k.
inline double naive_log_poisson(double mean, double k) {
    return k * std::log(mean) - mean - std::lgamma(k + 1.0);
}

/// PTRS, with its constants as in Hoermann's paper; a try for each block of words.
inline double naive_large_poisson(double mean,
                                  const std::function<Counter(std::uint64_t)>& words) {
    const double b = 0.931 + 2.53 * std::sqrt(mean), a = -0.059 + 0.02483 * b;
    const double v_r = 0.9277 - 3.6224 / (b - 2.0);
    const double one_over_alpha = 1.1239 + 1.1328 / (b - 3.4);
    for (std::uint64_t block = 0;; ++block) {
        const auto [first, second] = naive_fractions(words(block));
        const double u = first - 0.5, v = 1.0 - second, us = 0.5 - std::abs(u);
        const double k = std::floor((2.0 * a / us + b) * u + mean + 0.43);
        const bool inside = us >= 0.07 && v <= v_r;
        const bool outside = k < 0.0 || (us < 0.013 && v > us);
        if (inside || (!outside && std::log(v) + std::log(one_over_alpha) -
                                           std::log(a / (us * us) + b) <=
                                       naive_log_poisson(mean, k))) {
            return k;
        }
    }
}

/// Below a mean of 10 the first k up to which the probabilities sum to more than a
/// uniform number.
inline double naive_poisson(double mean, const NaiveCoordinates& at,
                            std::uint32_t element) {
    const auto words = [&](std::uint64_t block) {
        const std::uint64_t key = at.seed ^ (at.step >> 32 << 32) ^ block << 48;
        return naive_philox(
            {element, at.item, static_cast<std::uint32_t>(at.step), at.op}, key);
    };
    if (mean >= 10.0) {
        return naive_large_poisson(mean, words);
    }
    if (mean == 0.0) {
        return 0.0;
    }
    const double u = naive_fractions(words(0))[0];
    double k = 0.0, sum = std::exp(-mean);
    while (sum <= u && k < 100.0) {
        sum += std::exp(naive_log_poisson(mean, ++k));
    }
    return k;
}

}  // namespace nengine::reference

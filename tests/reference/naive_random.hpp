#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

#include "engine/operators/random.hpp"

// Philox 4x32-10 as its authors describe it, and the numbers that SimRandom makes of
// it.

namespace nengine::reference {

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
    const auto fraction = [&](std::size_t i) {
        return (static_cast<double>(words[i] >> 5) * 67108864.0 +
                static_cast<double>(words[i + 1] >> 6)) /
               9007199254740992.0;
    };
    const bool second = element % 2 == 1;
    double number = fraction(second ? 2 : 0);
    if (options.kind == RandomKind::normal) {
        const double angle = 2.0 * std::numbers::pi * fraction(2);
        number = std::sqrt(-2.0 * std::log(1.0 - fraction(0))) *
                 (second ? std::sin(angle) : std::cos(angle));
    }
    return options.shift + options.scale * number;
}

}  // namespace nengine::reference

#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

/// Four 32-bit words.
struct Words {
    std::uint32_t w[4];
};

/// Philox 4x32-10 (Salmon et al. 2011): a bijection of the counter, keyed by two words,
/// whose outputs pass as random. Any number of any stream costs the same.
NENGINE_HD Words philox(Words counter, std::uint32_t key_0, std::uint32_t key_1) {
    constexpr std::uint32_t multiplier_0 = 0xD2511F53, multiplier_1 = 0xCD9E8D57;
    constexpr std::uint32_t weyl_0 = 0x9E3779B9, weyl_1 = 0xBB67AE85;
    constexpr int rounds = 10;
    Words x = counter;
    for (int i = 0; i < rounds; ++i) {
        const std::uint64_t p0 = std::uint64_t{multiplier_0} * x.w[0];
        const std::uint64_t p1 = std::uint64_t{multiplier_1} * x.w[2];
        const auto high_0 = static_cast<std::uint32_t>(p0 >> 32);
        const auto high_1 = static_cast<std::uint32_t>(p1 >> 32);
        x = {{high_1 ^ x.w[1] ^ key_0, static_cast<std::uint32_t>(p1),
              high_0 ^ x.w[3] ^ key_1, static_cast<std::uint32_t>(p0)}};
        key_0 += weyl_0;
        key_1 += weyl_1;
    }
    return x;
}

/// Where a run draws random numbers. No two places of one seed share words.
struct RandomPlace {
    std::uint64_t seed, step;
    std::uint32_t item, stream, element;
};

/// Four words of a place; `block` asks for more of them, as many as are wanted. The
/// counter has room for 32 bits of the step; what is above them goes into the key,
/// where a seed of 32 bits leaves room, and so does the block (below 2^16, of steps
/// below 2^48).
NENGINE_HD Words random_words(const RandomPlace& at, std::uint32_t block = 0) {
    return philox(
        {{at.element, at.item, static_cast<std::uint32_t>(at.step), at.stream}},
        static_cast<std::uint32_t>(at.seed),
        static_cast<std::uint32_t>(at.seed >> 32) ^
            static_cast<std::uint32_t>(at.step >> 32) ^ block << 16);
}

/// 53 random bits as a number in [0, 1)
NENGINE_HD double unit_interval(std::uint32_t high, std::uint32_t low) {
    return (static_cast<double>(high >> 5) * 67108864.0 +
            static_cast<double>(low >> 6)) *
           0x1p-53;
}

}  // namespace nengine::kernels

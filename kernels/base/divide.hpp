#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

struct Quotient {
    Index quotient, remainder;
};

/// n / by and n % by of numbers that are not negative. On CUDA, 32 bits cost a fraction
/// of 64 and mostly suffice.
NENGINE_HD Quotient divide(Index n, Index by) {
#if defined(__CUDA_ARCH__)
    if (((n | by) >> 32) == 0) {
        const auto n_32 = static_cast<std::uint32_t>(n);
        const auto by_32 = static_cast<std::uint32_t>(by);
        const std::uint32_t q = n_32 / by_32;
        return {static_cast<Index>(q), static_cast<Index>(n_32 - q * by_32)};
    }
#endif
    return {n / by, n % by};
}

}  // namespace nengine

#pragma once

#include "kernels/cpu/simd.hpp"

namespace nengine::kernels::direct {

/// Channels that one tile covers: two registers.
template <class Real>
constexpr Index tile_width = 2 * simd::lanes<Real>;
/// Rows that one tile covers: 12 sums, 2 factors and 1 broadcast fill 15 registers.
constexpr int tile_rows = 6;

/// `rows` x `tile_width` sums of products of a broadcast number with a vector.
template <class Real, int rows>
struct Tile {
    simd::Vector<Real> sum[rows][2] = {};

    /// sum[r] += value(r) * factor[0 .. tile_width)
    template <class Value>
    __attribute__((always_inline)) inline void add(const Real* factor, Value&& value) {
        const auto low = simd::load(factor);
        const auto high = simd::load(factor + simd::lanes<Real>);
#pragma GCC unroll 8
        for (int r = 0; r < rows; ++r) {
            const Real v = value(r);
            sum[r][0] += v * low;
            sum[r][1] += v * high;
        }
    }

    /// Row r as plain numbers.
    void get(int r, Real* to) const {
        simd::store(to, sum[r][0]);
        simd::store(to + simd::lanes<Real>, sum[r][1]);
    }
};

}  // namespace nengine::kernels::direct

#pragma once

#include <cmath>
#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/base/spike.hpp"

// The functions that neurons need, from the C library and as branch-free polynomials
// that compilers turn into vectors. A product that is fused into a sum is written as
// `fused`: vectors, loop tails and devices round alike.

namespace nengine::kernels {

/// x * y + z, rounded once
NENGINE_HD float fused(float x, float y, float z) {
    return __builtin_fmaf(x, y, z);
}
NENGINE_HD double fused(double x, double y, double z) {
    return __builtin_fma(x, y, z);
}

/// x, or the bound that it is beyond; NaN stays NaN. A zero that meets a bound of zero
/// may get the bound's sign.
NENGINE_HD float clip(float x, float low, float high) {
#if defined(__CUDA_ARCH__)
    // Two instructions: a comparison that lets NaN pass would take two for each bound.
    asm("max.NaN.f32 %0, %0, %1;" : "+f"(x) : "f"(low));
    asm("min.NaN.f32 %0, %0, %1;" : "+f"(x) : "f"(high));
    return x;
#else
    x = x < low ? low : x;
    return x > high ? high : x;
#endif
}
NENGINE_HD double clip(double x, double low, double high) {
    x = x < low ? low : x;
    return x > high ? high : x;
}

namespace polynomial {

NENGINE_HD constexpr float exp_coefficient(int k) {
    double factorial = 1;
    for (int i = 2; i <= k; ++i) {
        factorial *= i;
    }
    return static_cast<float>(1 / factorial);
}

NENGINE_HD constexpr float log1p_coefficient(int k) {
    return static_cast<float>((k % 2 == 1 ? 1.0 : -1.0) / k);
}

/// The sum of x^(j - k) / j! for j in [k, degree]
template <int k, int degree>
NENGINE_HD float exp_tail(float x) {
    constexpr float c = exp_coefficient(k);
    if constexpr (k == degree) {
        return c;
    } else {
        return fused(x, exp_tail<k + 1, degree>(x), c);
    }
}

/// The sum of (-1)^(j + 1) x^(j - k) / j for j in [k, degree]
template <int k, int degree>
NENGINE_HD float log1p_tail(float x) {
    constexpr float c = log1p_coefficient(k);
    if constexpr (k == degree) {
        return c;
    } else {
        return fused(x, log1p_tail<k + 1, degree>(x), c);
    }
}

/// A float as the product m * 2^exponent with m in [sqrt(1/2), sqrt(2)).
struct Split {
    float m;
    std::int32_t exponent;
};

NENGINE_HD Split split(float x) {
    constexpr std::uint32_t root_half = 0x3f3504f3;  // the bits of sqrt(1/2)
    const auto bits = __builtin_bit_cast(std::uint32_t, x);
    const std::int32_t exponent = static_cast<std::int32_t>(bits - root_half) >> 23;
    const std::uint32_t m = bits - (static_cast<std::uint32_t>(exponent) << 23);
    return {__builtin_bit_cast(float, m), exponent};
}

/// 2^k for k in [-126, 127]
NENGINE_HD float power_of_two(std::int32_t k) {
    return __builtin_bit_cast(float, (k + 127) << 23);
}

/// ln 2 in two parts: the first has so few digits that its small multiples are exact.
inline constexpr float ln2_high = 0.693145752F, ln2_low = 1.42860677e-6F;

/// x = k ln 2 + r with |r| <= ln 2 / 2; x is clamped to where 2^k is a normal number.
struct Reduced {
    float r;
    std::int32_t k;
};

NENGINE_HD Reduced reduce_by_ln2(float x) {
    constexpr float lowest = -87.0F, highest = 88.0F, log2_e = 1.44269504F;
    x = clip(x, lowest, highest);
    const float k = std::floor(fused(x, log2_e, 0.5F));
    const float r = fused(-k, ln2_low, fused(-k, ln2_high, x));
    return {r, static_cast<std::int32_t>(k)};
}

/// Degree at which the Taylor series of exp is exact to float32 for |x| <= ln 2 / 2.
inline constexpr int exp_degree = 7;

}  // namespace polynomial

/// n / d, rounded once, from r = 1 / d of which the last place may be wrong. For normal
/// numbers whose quotient is normal too.
NENGINE_HD float refined_quotient(float n, float d, float r) {
    const float exact_r = fused(fused(-d, r, 1.0F), r, r);
    const float near = n * exact_r;
    const float q = fused(fused(-d, near, n), exact_r, near);
    return fused(fused(-d, q, n), exact_r, q);
}

/// n / d where both, 1 / d and the quotient are normal numbers, and anything elsewhere.
/// The bits are those of the division; CUDA's own also looks for the other cases.
NENGINE_HD float quotient_of_normals(float n, float d) {
#if defined(__CUDA_ARCH__)
    float r;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(r) : "f"(d));
    return refined_quotient(n, d, r);
#else
    return n / d;
#endif
}

/// The C library's functions: the oracle of the other policies.
template <class Number>
struct LibraryMath : SpikeMath<Number> {
    using Real = Number;
    static constexpr bool is_library = true;

    NENGINE_HD static Real exp(Real x) { return std::exp(x); }
    NENGINE_HD static Real expm1(Real x) { return std::expm1(x); }
    NENGINE_HD static Real log1p(Real x) { return std::log1p(x); }
    NENGINE_HD static Real quotient(Real x, Real y) { return x / y; }
};

/// float32 over the whole range that neurons use, a few units in the last place; NaN
/// stays NaN.
struct FullRangeMath : SpikeMath<float> {
    using Real = float;
    static constexpr bool is_library = false;

    /// x is clamped to [-87, 88].
    NENGINE_HD static float exp(float x) {
        const auto [r, k] = polynomial::reduce_by_ln2(x);
        return polynomial::power_of_two(k) *
               polynomial::exp_tail<0, polynomial::exp_degree>(r);
    }

    NENGINE_HD static float expm1(float x) {
        const auto [r, k] = polynomial::reduce_by_ln2(x);
        const float small =
            fused(r * r, polynomial::exp_tail<2, polynomial::exp_degree>(r), r);
        const float scale = polynomial::power_of_two(k);
        return fused(scale, small, scale - 1.0F);
    }

    /// For x > -1, clamped to 1e37. With 1 + x = (1 + f) 2^e, the rounding error of 1 +
    /// x is put back into f, and log(1 + f) = 2 atanh(f / (2 + f)).
    NENGINE_HD static float log1p(float x) {
        x = x > 1e37F ? 1e37F : x;
        const float u = 1.0F + x;
        const float lost = x > 1.0F ? 1.0F - (u - x) : x - (u - 1.0F);
        const auto [m, e] = polynomial::split(u);
        const float f = fused(lost, polynomial::power_of_two(-e), m - 1.0F);
        const float s = f / (2.0F + f);
        const float z = s * s;
        const float series =
            z *
            fused(z,
                  fused(z, fused(z, fused(z, 2.0F / 11, 2.0F / 9), 2.0F / 7), 2.0F / 5),
                  2.0F / 3);
        const auto exponent = static_cast<float>(e);
        // 2 s + s series = f - s (f - series): f carries the digits
        const float log_1f = f - s * (f - series);
        return fused(exponent, polynomial::ln2_high,
                     fused(exponent, polynomial::ln2_low, log_1f));
    }
};

/// float32 for |x| <= dt / tau_rc, the only arguments that occur in a spiking LIF step:
/// Taylor polynomials, relative error at most |x|^degree / (degree + 1).
template <int degree>
struct TaylorMath : SpikeMath<float> {
    using Real = float;
    static constexpr bool is_library = false;

    NENGINE_HD static float expm1(float x) {
        return fused(x * x, polynomial::exp_tail<2, degree>(x), x);
    }
    NENGINE_HD static float log1p(float x) {
        return fused(x * x, polynomial::log1p_tail<2, degree>(x), x);
    }
    NENGINE_HD static float quotient(float x, float y) {
        return quotient_of_normals(x, y);
    }
};

}  // namespace nengine::kernels

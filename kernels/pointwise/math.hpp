#pragma once

#include <cmath>
#include <limits>
#include <type_traits>

#include "kernels/base/macros.hpp"
#include "kernels/base/polynomial.hpp"

// The functions of pointwise programs. Those of float32 that networks spend their time
// on are polynomials without branches, over the whole range of their arguments, with
// infinities and NaN where the C library has them and numbers below the smallest normal
// one taken as 0. Each element is computed alone, so that results do not depend on its
// neighbours. The others, and all of float64, are the C library's.

namespace nengine::kernels {

/// What needs no function.
template <class Real>
struct PlainPointwiseMath {
    NENGINE_HD static Real truth(bool is_true) { return is_true ? Real(1) : Real(0); }
    NENGINE_HD static Real max(Real a, Real b) { return a >= b || a != a ? a : b; }
    NENGINE_HD static Real min(Real a, Real b) { return a <= b || a != a ? a : b; }
    NENGINE_HD static Real abs(Real a) { return std::fabs(a); }
    /// NaN and zeros are handed on.
    NENGINE_HD static Real sign(Real a) {
        return a > Real(0) ? Real(1) : a < Real(0) ? Real(-1) : a;
    }
    NENGINE_HD static Real floor(Real a) { return std::floor(a); }
    NENGINE_HD static Real ceil(Real a) { return std::ceil(a); }
    NENGINE_HD static Real round(Real a) { return std::rint(a); }
    NENGINE_HD static Real sqrt(Real a) { return std::sqrt(a); }

    NENGINE_HD static Real pow(Real a, Real b) { return std::pow(a, b); }
    NENGINE_HD static Real mod(Real a, Real b) {
        const Real rest = std::fmod(a, b);
        const bool other_sign = (rest < Real(0)) != (b < Real(0));
        return rest != Real(0) ? (other_sign ? rest + b : rest)
                               : std::copysign(Real(0), b);
    }
    NENGINE_HD static Real sin(Real a) { return std::sin(a); }
    NENGINE_HD static Real cos(Real a) { return std::cos(a); }
    NENGINE_HD static Real tan(Real a) { return std::tan(a); }
    NENGINE_HD static Real asin(Real a) { return std::asin(a); }
    NENGINE_HD static Real acos(Real a) { return std::acos(a); }
    NENGINE_HD static Real atan(Real a) { return std::atan(a); }
    NENGINE_HD static Real sinh(Real a) { return std::sinh(a); }
    NENGINE_HD static Real cosh(Real a) { return std::cosh(a); }
};

template <class Real>
struct PointwiseMath : PlainPointwiseMath<Real> {
    NENGINE_HD static Real exp(Real a) { return std::exp(a); }
    NENGINE_HD static Real expm1(Real a) { return std::expm1(a); }
    NENGINE_HD static Real log(Real a) { return std::log(a); }
    NENGINE_HD static Real log1p(Real a) { return std::log1p(a); }
    NENGINE_HD static Real tanh(Real a) { return std::tanh(a); }
    NENGINE_HD static Real erf(Real a) { return std::erf(a); }
    NENGINE_HD static Real sigmoid(Real a) { return Real(1) / (Real(1) + exp(-a)); }
    NENGINE_HD static Real softplus(Real a) {
        return (a > Real(0) ? a : Real(0)) + log1p(exp(-std::fabs(a)));
    }
};

template <>
struct PointwiseMath<float> : PlainPointwiseMath<float> {
    static constexpr float infinity = std::numeric_limits<float>::infinity();

    /// Beyond float32's range: scaled in two steps, to infinity or to 0.
    NENGINE_HD static float exp(float a) {
        const float x = clip(a, -105.0F, 90.0F);
        const float k = std::floor(fused(x, log2_e, 0.5F));
        const float r =
            fused(-k, polynomial::ln2_low, fused(-k, polynomial::ln2_high, x));
        const auto exponent = static_cast<std::int32_t>(k);
        const std::int32_t half = exponent >> 1;
        return polynomial::exp_tail<0, polynomial::exp_degree>(r) *
               polynomial::power_of_two(half) *
               polynomial::power_of_two(exponent - half);
    }
    /// From 80 on the same as exp(a).
    NENGINE_HD static float expm1(float a) {
        const float near = FullRangeMath::expm1(a);
        return a > 80.0F ? exp(a) : near;
    }
    /// a = m 2^e with m in [sqrt(1/2), sqrt(2))
    NENGINE_HD static float log(float a) {
        const auto [m, e] = polynomial::split(a);
        return of_positive(a, a, log_of(m - 1.0F, e));
    }
    /// With 1 + a = m 2^e; what rounding took from 1 + a is put back.
    NENGINE_HD static float log1p(float a) {
        const float u = 1.0F + a;
        const float lost = a > 1.0F ? 1.0F - (u - a) : a - (u - 1.0F);
        const auto [m, e] = polynomial::split(u);
        const std::int32_t least = e > 126 ? 126 : e;  // 2^-e is a normal number
        const float f = fused(lost, polynomial::power_of_two(-least), m - 1.0F);
        return of_positive(u, a, log_of(f, e));
    }
    /// (exp(2 a) - 1) / (exp(2 a) + 1), which is 1 from 10 on.
    NENGINE_HD static float tanh(float a) {
        const float size = std::fabs(a);
        const float e = FullRangeMath::expm1(2.0F * (size > 10.0F ? 10.0F : size));
        return std::copysign(e / (e + 2.0F), a);
    }
    NENGINE_HD static float sigmoid(float a) { return 1.0F / (1.0F + exp(-a)); }
    NENGINE_HD static float softplus(float a) {
        return (a > 0.0F ? a : 0.0F) + FullRangeMath::log1p(exp(-std::fabs(a)));
    }
    /// Below 1: a P(a^2). From there on 1 - exp(-R(|a|)), and 1 from 4 on. Minimax
    /// polynomials of relative error 1.2e-9, and of absolute error 2.1e-11 of erf.
    NENGINE_HD static float erf(float a) {
        const float size = std::fabs(a);
        const float square = a * a;
        float near = 7.853839756e-5F;
        near = fused(near, square, -8.010186862e-4F);
        near = fused(near, square, 5.188326884e-3F);
        near = fused(near, square, -2.685381149e-2F);
        near = fused(near, square, 1.128358514e-1F);
        near = fused(near, square, -3.761262582e-1F);
        near = fused(near, square, 1.128379166F);

        const float t = size > 4.0F ? 4.0F : size;
        float far = 2.168669179e-5F;
        far = fused(far, t, -4.413344245e-4F);
        far = fused(far, t, 4.204551766e-3F);
        far = fused(far, t, -2.520822828e-2F);
        far = fused(far, t, 1.084185302e-1F);
        far = fused(far, t, 6.33219939e-1F);
        far = fused(far, t, 1.1295784F);
        far = fused(far, t, -1.880347898e-4F);
        const float large = std::copysign(1.0F - FullRangeMath::exp(-far), a);
        return size < 1.0F ? a * near : large;
    }

private:
    static constexpr float log2_e = 1.44269504F;

    /// log((1 + f) 2^e) for f in [sqrt(1/2) - 1, sqrt(2) - 1): log(1 + f) = 2 artanh(s)
    /// with s = f / (2 + f).
    NENGINE_HD static float log_of(float f, std::int32_t e) {
        const float s = f / (2.0F + f);
        const float z = s * s;
        float series = fused(z, 2.0F / 11, 2.0F / 9);
        series = fused(z, series, 2.0F / 7);
        series = fused(z, series, 2.0F / 5);
        series = z * fused(z, series, 2.0F / 3);
        const auto exponent = static_cast<float>(e);
        const float of_f = f - s * (f - series);  // f carries the digits
        return fused(exponent, polynomial::ln2_high,
                     fused(exponent, polynomial::ln2_low, of_f));
    }
    /// A logarithm of x where x is a positive number; `a` is what was asked for.
    NENGINE_HD static float of_positive(float x, float a, float logarithm) {
        const float edge = x == 0.0F ? -infinity : x > 0.0F ? infinity : a - a;
        const float below = x < 0.0F ? std::numeric_limits<float>::quiet_NaN() : edge;
        return x > 0.0F && x < infinity ? logarithm : below;
    }
};

}  // namespace nengine::kernels

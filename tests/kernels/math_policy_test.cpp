#include "kernels/base/math_policy.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "kernels/base/dtype.hpp"
#include "kernels/base/polynomial.hpp"

namespace nengine::test {

using namespace kernels;
namespace {

/// How far `got` is from `want`, in units of float's last place at `want`.
double ulps(float got, double want) {
    const auto near = static_cast<float>(std::fabs(want));
    const float unit =
        std::nextafter(near, std::numeric_limits<float>::infinity()) - near;
    return std::fabs(got - want) / static_cast<double>(unit);
}

template <class Function, class Reference>
double worst_ulps(double low, double high, Function function, Reference reference) {
    double worst = 0;
    constexpr int points = 200001;
    for (int i = 0; i < points; ++i) {
        const auto x = static_cast<float>(low + (high - low) * i / (points - 1));
        worst = std::fmax(worst, ulps(function(x), reference(static_cast<double>(x))));
    }
    return worst;
}

TEST(MathPolicy, GrowsWithTheRatioAndEndsInTheLibrary) {
    EXPECT_EQ(choose_math(DType::float32, 0.0).degree, 4);
    EXPECT_EQ(choose_math(DType::float32, 0.01).degree, 4);
    EXPECT_EQ(choose_math(DType::float32, 0.05).degree, 6);
    EXPECT_EQ(choose_math(DType::float32, 0.1).degree, 8);
    EXPECT_EQ(choose_math(DType::float32, 0.5).degree, 0);
    EXPECT_EQ(choose_math(DType::float32, std::nan("")).degree, 0);
    EXPECT_EQ(choose_math(DType::float64, 0.01).degree, 0);
}

/// The largest ratio for which choose_math still takes `degree`.
double largest_ratio(int degree) {
    double ratio = 0;
    while (choose_math(DType::float32, ratio + 1e-4).degree <= degree &&
           choose_math(DType::float32, ratio + 1e-4).degree > 0) {
        ratio += 1e-4;
    }
    return ratio;
}

template <int degree>
void taylor_is_exact_where_it_is_chosen() {
    const double ratio = largest_ratio(degree);
    ASSERT_GT(ratio, 0.01);
    EXPECT_LT(worst_ulps(
                  -ratio, 0, [](float x) { return TaylorMath<degree>::expm1(x); },
                  [](double x) { return std::expm1(x); }),
              1.5);
    EXPECT_LT(
        worst_ulps(
            std::expm1(-ratio), 0, [](float x) { return TaylorMath<degree>::log1p(x); },
            [](double x) { return std::log1p(x); }),
        1.5);
}

TEST(MathPolicy, TaylorPolynomialsAreExactToFloatWhereTheyAreChosen) {
    taylor_is_exact_where_it_is_chosen<4>();
    taylor_is_exact_where_it_is_chosen<6>();
    taylor_is_exact_where_it_is_chosen<8>();
}

TEST(FullRangeMath, IsExactToAFewUnitsInTheLastPlace) {
    const auto fast_exp = [](float x) { return FullRangeMath::exp(x); };
    const auto fast_expm1 = [](float x) { return FullRangeMath::expm1(x); };
    const auto fast_log1p = [](float x) { return FullRangeMath::log1p(x); };
    const auto exp = [](double x) { return std::exp(x); };
    const auto expm1 = [](double x) { return std::expm1(x); };
    const auto log1p = [](double x) { return std::log1p(x); };
    EXPECT_LT(worst_ulps(-86, 87, fast_exp, exp), 2);
    EXPECT_LT(worst_ulps(-1, 1, fast_exp, exp), 2);
    EXPECT_LT(worst_ulps(-80, 1, fast_expm1, expm1), 3);
    EXPECT_LT(worst_ulps(-1e-3, 1e-3, fast_expm1, expm1), 2);
    EXPECT_LT(worst_ulps(-0.99, 10, fast_log1p, log1p), 3);
    EXPECT_LT(worst_ulps(0, 1e-3, fast_log1p, log1p), 2);
    EXPECT_LT(worst_ulps(0, 3e7, fast_log1p, log1p), 2);
    for (float x = 1e-30F; x < 1e36F; x *= 1.7F) {
        EXPECT_LT(ulps(FullRangeMath::log1p(x), log1p(x)), 3) << x;
    }
}

TEST(FullRangeMath, SaturatesAndKeepsNaN) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    EXPECT_LT(FullRangeMath::exp(-infinity), 1e-37F);
    EXPECT_GT(FullRangeMath::exp(infinity), 1e38F);
    EXPECT_TRUE(std::isfinite(FullRangeMath::exp(1e30F)));
    EXPECT_EQ(FullRangeMath::expm1(-infinity), -1);
    EXPECT_NEAR(FullRangeMath::log1p(infinity), std::log(1e37F), 1e-4);
    EXPECT_EQ(FullRangeMath::log1p(0), 0);
    EXPECT_TRUE(std::isnan(FullRangeMath::exp(std::nanf(""))));
    EXPECT_TRUE(std::isnan(FullRangeMath::expm1(std::nanf(""))));
    EXPECT_TRUE(std::isnan(FullRangeMath::log1p(std::nanf(""))));
}

/// Reciprocals of a device are off by at most one unit in the last place.
TEST(RefinedQuotient, IsTheQuotientRoundedOnce) {
    std::mt19937 generator(1);
    std::uniform_real_distribution<float> mantissa(1, 2);
    std::uniform_int_distribution<int> exponent(-40, 40);
    const auto draw = [&] {
        return std::ldexp(mantissa(generator), exponent(generator));
    };
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (int i = 0; i < 200000; ++i) {
        const float n = i % 2 == 0 ? draw() : -draw(), d = draw();
        const float r = 1.0F / d;
        for (const float near :
             {r, std::nextafter(r, 0.0F), std::nextafter(r, infinity)}) {
            ASSERT_EQ(refined_quotient(n, d, near), n / d) << n << " / " << d;
        }
    }
}

/// How far a spike lies in its step: n = v - 1 and d = J - 1 with 1 < v <= J.
TEST(RefinedQuotient, IsExactFromTheThresholdToHugeCurrents) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    for (float d = 0x1p-23F; d < 0x1p126F; d *= 1.37F) {
        const float r = 1.0F / d;
        for (float n = d; n > d * 1e-4F && n >= 0x1p-23F; n *= 0.71F) {
            for (const float near :
                 {r, std::nextafter(r, 0.0F), std::nextafter(r, infinity)}) {
                ASSERT_EQ(refined_quotient(n, d, near), n / d) << n << " / " << d;
            }
        }
    }
}

}  // namespace
}  // namespace nengine::test

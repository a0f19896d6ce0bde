#include "api/numerics/distributions.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"

namespace nengine {
namespace {

TEST(TruncatedNormal, StaysWithinItsLimitAndKeepsItsCentre) {
    RandomState rng(1);

    const Matrix samples =
        sample(TruncatedNormal{.mean = 3.0, .stddev = 0.5}, 501, 7, rng);

    EXPECT_LE((samples.array() - 3.0).abs().maxCoeff(), 1.0);
    EXPECT_GT((samples.array() - 3.0).abs().maxCoeff(), 0.95);
    EXPECT_NEAR(samples.mean(), 3.0, 0.03);
}

TEST(VarianceScaling, HasTheVarianceThatItsFanAsksFor) {
    constexpr std::int64_t n_out = 300, n_in = 101;
    RandomState rng(2);
    const auto variance = [&](const Distribution& dist) {
        const Matrix weights = sample(dist, n_out, n_in, rng);
        return weights.squaredNorm() / static_cast<double>(weights.size());
    };
    // A normal cut at two deviations has this share of its variance.
    constexpr double truncation = 0.7737;

    EXPECT_NEAR(variance(Glorot{}) * (n_in + n_out) / 2.0, 1.0, 0.03);
    EXPECT_NEAR(variance(Glorot{.scale = 2.0}) * (n_in + n_out) / 2.0, 2.0, 0.06);
    EXPECT_NEAR(variance(He{.scale = 2.0}) * n_in, 4.0 * truncation, 0.12);
    EXPECT_NEAR(variance(VarianceScaling{.mode = FanMode::fan_out}) * n_out, 1.0, 0.03);
    EXPECT_LE(sample(Glorot{}, n_out, n_in, rng).cwiseAbs().maxCoeff(),
              std::sqrt(6.0 / (n_in + n_out)));
}

TEST(ScatteredHypersphere, LiesOnTheSphereInAnyDimension) {
    for (const auto method :
         {SphereMethod::sct_approx, SphereMethod::sct, SphereMethod::tfww}) {
        for (const std::int64_t d : {1, 2, 3, 6, 9, 70}) {
            RandomState rng(5);
            const Matrix points = sample(
                ScatteredHypersphere{.surface = true, .method = method}, 33, d, rng);

            ASSERT_EQ(points.rows(), 33);
            ASSERT_EQ(points.cols(), d);
            EXPECT_NEAR(points.rowwise().norm().minCoeff(), 1.0, 1e-12) << "d = " << d;
            EXPECT_NEAR(points.rowwise().norm().maxCoeff(), 1.0, 1e-12) << "d = " << d;
        }
    }
}

TEST(SkipSample, LeavesTheGeneratorWhereSamplingDoes) {
    for (const bool surface : {false, true}) {
        for (const std::int64_t d : {2, 3, 16}) {
            SCOPED_TRACE(std::to_string(d) + (surface ? " on the surface" : " inside"));
            const Distribution dist = ScatteredHypersphere{.surface = surface};
            RandomState sampling(7), skipping(7);

            sample(dist, 101, d, sampling);
            ASSERT_TRUE(skip_sample(dist, 101, d, skipping));

            EXPECT_EQ(sampling.standard_normal(), skipping.standard_normal());
            EXPECT_EQ(sampling.random_u32(), skipping.random_u32());
        }
    }
}

TEST(SkipSample, DrawsNothingWhereItDoesNotHelp) {
    RandomState untouched(7), asked(7);

    EXPECT_FALSE(skip_sample(ScatteredHypersphere{}, 11, 1, asked));
    EXPECT_FALSE(skip_sample(ScatteredHypersphere{.base = Uniform{}}, 11, 3, asked));
    EXPECT_FALSE(skip_sample(Uniform{}, 11, 3, asked));

    EXPECT_EQ(untouched.random_u32(), asked.random_u32());
}

TEST(Distribution, RefusesWhatCannotBeSampled) {
    RandomState rng(0);

    EXPECT_THROW(sample(Gaussian{.std = 0.0}, 3, rng), ValidationError);
    EXPECT_THROW(sample(Exponential{.scale = -1.0}, 3, rng), ValidationError);
    EXPECT_THROW(sample(Choice{{1.0, 2.0}}, 3, 1, rng), ValidationError);
    EXPECT_THROW(sample(Choice{{{1.0, 2.0}}}, 3, 3, rng), ValidationError);
    EXPECT_THROW(sample(Choice{{1.0, 2.0}, std::vector{1.0}}, 3, rng), ValidationError);
    EXPECT_THROW(sample(Choice{{1.0}, std::vector{0.0}}, 3, rng), ValidationError);
    EXPECT_THROW(sample(Samples{{1.0, 2.0}}, 3, rng), ValidationError);
    EXPECT_THROW(sample(PDF{{0.0, 1.0}, {0.5, 0.6}}, 3, rng), ValidationError);
    EXPECT_THROW(sample(QuasirandomSequence{}, 3, rng), ValidationError);
    EXPECT_THROW(sample(SqrtBeta{.n = 0}, 3, rng), ValidationError);
    EXPECT_THROW(sample(UniformHypersphere{.min_magnitude = 1.0}, 3, 2, rng),
                 ValidationError);
    EXPECT_THROW(sample(Uniform{.low = 2, .high = 2, .integer = true}, 3, rng),
                 ValidationError);
}

TEST(DistributionFunctions, AreZeroAndOneOutsideTheirRange) {
    const SubvectorLength length{5, 2};
    const CosineSimilarity cosine{5};

    EXPECT_EQ(length.pdf(-0.1), 0.0);
    EXPECT_EQ(length.pdf(1.1), 0.0);
    EXPECT_EQ(length.cdf(-0.1), 0.0);
    EXPECT_EQ(length.cdf(2.0), 1.0);
    EXPECT_EQ(cosine.pdf(-1.5), 0.0);
    EXPECT_EQ(cosine.cdf(-1.5), 0.0);
    EXPECT_EQ(cosine.cdf(0.0), 0.5);
    EXPECT_EQ(cosine.cdf(1.5), 1.0);
}

TEST(DistributionFunctions, AreDerivativeAndInverseOfEachOther) {
    const SqrtBeta length{.n = 7, .m = 3};
    const CosineSimilarity cosine{6};
    constexpr double h = 1e-5;

    for (const double x : {0.1, 0.33, 0.8}) {
        EXPECT_NEAR((length.cdf(x + h) - length.cdf(x - h)) / (2 * h), length.pdf(x),
                    1e-8);
        EXPECT_NEAR((cosine.cdf(-x + h) - cosine.cdf(-x - h)) / (2 * h), cosine.pdf(-x),
                    1e-8);
        EXPECT_NEAR(length.ppf(length.cdf(x)), x, 1e-12);
        EXPECT_NEAR(cosine.ppf(cosine.cdf(-x)), -x, 1e-12);
    }
}

TEST(DistributionFunctions, RefuseParametersAndProbabilitiesOutOfRange) {
    EXPECT_THROW((SqrtBeta{.n = 0}.pdf(0.5)), ValidationError);
    EXPECT_THROW((SubvectorLength{3, 3}.cdf(0.5)), ValidationError);
    EXPECT_THROW((CosineSimilarity{1}.ppf(0.5)), ValidationError);
    EXPECT_THROW((SqrtBeta{.n = 2}.ppf(1.5)), ValidationError);
    EXPECT_THROW((CosineSimilarity{3}.ppf(-0.1)), ValidationError);
}

TEST(Distribution, ErrorsNameValueAndBound) {
    RandomState rng(0);

    try {
        sample(Gaussian{.std = -0.25}, 3, rng);
        FAIL() << "a negative deviation was accepted";
    } catch (const ValidationError& error) {
        EXPECT_STREQ(error.what(), "Gaussian: got std -0.25, needs a value above 0");
    }
}

TEST(DistributionOrArray, ArraysAreRepeatedAndDrawNothing) {
    RandomState rng(9), untouched(9);
    const Matrix want_column{{1.0, 1.0}, {2.0, 2.0}, {3.0, 3.0}};
    const Matrix want_matrix{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};

    EXPECT_EQ(values_or_samples(2.5, 3, rng, "gain"), Vector::Constant(3, 2.5));
    EXPECT_EQ(values_or_samples({1.0, 2.0, 3.0}, 3, 2, rng, "x"), want_column);
    EXPECT_EQ(
        values_or_samples({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, 3, 2, rng, "encoders"),
        want_matrix);
    EXPECT_THROW(values_or_samples({1.0, 2.0}, 3, rng, "gain"), ShapeError);
    EXPECT_THROW(values_or_samples({{1.0}, {2.0}, {3.0}}, 3, 2, rng, "x"), ShapeError);

    EXPECT_EQ(rng.random_u32(), untouched.random_u32());
}

TEST(Distribution, ComparesByValue) {
    EXPECT_EQ(Distribution(Uniform{.low = -1}), Distribution(Uniform{.low = -1}));
    EXPECT_NE(Distribution(Uniform{.low = -1}), Distribution(Uniform{.low = -2}));
    EXPECT_NE(Distribution(Glorot{}), Distribution(He{}));
    EXPECT_EQ(DistributionOrArray({1.0, 2.0}), DistributionOrArray({1.0, 2.0}));
    EXPECT_NE(DistributionOrArray(1.0), DistributionOrArray(Uniform{}));
}

}  // namespace
}  // namespace nengine

#include "api/builder/numerics/distributions.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/error.hpp"
#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;

Array as_array(const Json& values) {
    if (values.at(0).is_array()) {
        return Array(values.get<std::vector<std::vector<double>>>());
    }
    return Array(values.get<std::vector<double>>());
}

SphereMethod as_method(const std::string& name) {
    return name == "sct-approx" ? SphereMethod::sct_approx
           : name == "sct"      ? SphereMethod::sct
                                : SphereMethod::tfww;
}

ScatteredHypersphere as_scattered(const Json& params) {
    ScatteredHypersphere dist{.surface = params.at("surface"),
                              .min_magnitude = params.at("min_magnitude"),
                              .method = as_method(params.at("method"))};
    const Json& base = params.at("base");
    if (base.at("type") == "Uniform") {
        dist.base = Uniform{.low = base.at("low"), .high = base.at("high")};
    }
    return dist;
}

/// The distribution that a golden manifest describes.
Distribution as_distribution(const Json& p) {
    const auto type = p.at("type").get<std::string>();
    if (type == "Uniform") {
        return Uniform{p.at("low"), p.at("high"), p.at("integer")};
    } else if (type == "Gaussian") {
        return Gaussian{p.at("mean"), p.at("std")};
    } else if (type == "Exponential") {
        const double infinity = std::numeric_limits<double>::infinity();
        const double high =
            p.at("high") == "inf" ? infinity : p.at("high").get<double>();
        return Exponential{p.at("scale"), p.at("shift"), high};
    } else if (type == "Choice") {
        Choice choice{as_array(p.at("options"))};
        if (p.contains("weights")) {
            choice.weights = p.at("weights").get<std::vector<double>>();
        }
        return choice;
    } else if (type == "Samples") {
        return Samples{as_array(p.at("samples"))};
    } else if (type == "PDF") {
        return PDF{p.at("x"), p.at("p")};
    } else if (type == "UniformHypersphere") {
        return UniformHypersphere{p.at("surface"), p.at("min_magnitude")};
    } else if (type == "QuasirandomSequence") {
        return QuasirandomSequence{};
    } else if (type == "ScatteredHypersphere") {
        return as_scattered(p);
    } else if (type == "SqrtBeta") {
        return SqrtBeta{p.at("n"), p.at("m")};
    } else if (type == "SubvectorLength") {
        const std::int64_t n = p.at("n"), m = p.at("m");
        return SubvectorLength{n + m, m};
    } else if (type == "CosineSimilarity") {
        return CosineSimilarity{p.at("n").get<std::int64_t>() + 1};
    }
    throw Error("unknown distribution " + type);
}

std::vector<double> draw(const Distribution& dist, const Json& params,
                         RandomState& rng) {
    const std::int64_t n = params.at("n");
    if (params.at("d").is_null()) {
        const Vector samples = sample(dist, n, rng);
        return {samples.begin(), samples.end()};
    }
    const Matrix samples = sample(dist, n, params.at("d").get<std::int64_t>(), rng);
    return {samples.data(), samples.data() + samples.size()};
}

void expect_near(const std::vector<double>& got, const std::vector<double>& want,
                 double tolerance, const std::string& what) {
    ASSERT_EQ(got.size(), want.size()) << what;
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got[i], want[i], tolerance * std::max(1.0, std::abs(want[i])))
            << what << " element " << i;
    }
}

class DistributionGolden : public ::testing::TestWithParam<const char*> {};

TEST_P(DistributionGolden, SamplesAndNumberOfDrawsAreNengos) {
    const auto entry = test::golden("dist", GetParam());

    for (const auto& golden_case : entry.manifest().at("cases")) {
        const auto name = golden_case.at("name").get<std::string>();
        const auto& params = golden_case.at("params");
        const auto& arrays = golden_case.at("arrays");
        const auto dist = as_distribution(params.at("dist"));
        RandomState rng(params.at("seed").get<std::uint32_t>());

        const auto got = draw(dist, params, rng);

        expect_near(got, entry.array(arrays.at("samples")).values, 1e-12, name);
        EXPECT_EQ(rng.random_sample(), entry.array(arrays.at("next")).values.at(0))
            << name;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Kinds, DistributionGolden,
    ::testing::Values("dist_choice", "dist_cosine", "dist_exponential", "dist_gaussian",
                      "dist_hypersphere", "dist_pdf", "dist_quasirandom",
                      "dist_samples", "dist_scattered_approx", "dist_scattered_options",
                      "dist_scattered_sct", "dist_scattered_tfww", "dist_sqrtbeta",
                      "dist_uniform"),
    [](const auto& param_info) { return std::string(param_info.param); });

TEST(SphericalAngle, AgreesWithNengosTableAndExactInverse) {
    const auto entry = test::golden("dist", "dist_sct_table");

    for (const auto& golden_case : entry.manifest().at("cases")) {
        const std::int64_t k = golden_case.at("params").at("k");
        const auto& arrays = golden_case.at("arrays");
        const SphericalAngle by_table(k, true), exactly(k, false);
        std::vector<double> approximate, exact;
        for (const double y : entry.array(arrays.at("y")).values) {
            approximate.push_back(by_table(y));
            exact.push_back(exactly(y));
        }

        // Far out in many dimensions the function that is inverted amplifies the last
        // digits of the library that computes it.
        const double tolerance = k <= 100 ? 1e-12 : 1e-10;
        const std::string name = "k = " + std::to_string(k);
        expect_near(approximate, entry.array(arrays.at("approx")).values, tolerance,
                    name);
        expect_near(exact, entry.array(arrays.at("exact")).values, 1e-12, name);
    }
}

/// Applies density, distribution function and inverse of either kind.
template <class Dist>
void expect_functions(const Dist& dist, const test::GoldenEntry& entry,
                      const Json& golden_case) {
    const auto& arrays = golden_case.at("arrays");
    const auto name = golden_case.at("name").get<std::string>();
    std::vector<double> pdf, cdf, ppf;
    const auto x = entry.array(arrays.at("x")).values;
    for (const double value : x) {
        pdf.push_back(density(dist, value));
        cdf.push_back(cumulative(dist, value));
    }
    expect_near(pdf, entry.array(arrays.at("pdf")).values, 1e-12, name + " pdf");
    expect_near(cdf, entry.array(arrays.at("cdf")).values, 1e-12, name + " cdf");
    for (const double p : entry.array(arrays.at("y")).values) {
        ppf.push_back(quantile(dist, p));
    }
    expect_near(ppf, entry.array(arrays.at("ppf")).values, 1e-12, name + " ppf");
}

TEST(DistributionFunctions, AgreeWithNengos) {
    for (const std::string name : {"dist_sqrtbeta", "dist_cosine"}) {
        const auto entry = test::golden("dist", name);
        for (const auto& golden_case : entry.manifest().at("cases")) {
            if (!golden_case.at("arrays").contains("x")) {
                continue;
            }
            const auto dist = as_distribution(golden_case.at("params").at("dist"));
            if (const auto* cosine = std::get_if<CosineSimilarity>(&dist)) {
                expect_functions(*cosine, entry, golden_case);
            } else if (const auto* subvector = std::get_if<SubvectorLength>(&dist)) {
                expect_functions(as_sqrt_beta(*subvector), entry, golden_case);
            } else {
                expect_functions(std::get<SqrtBeta>(dist), entry, golden_case);
            }
        }
    }
}

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

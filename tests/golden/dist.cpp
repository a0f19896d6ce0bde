#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "api/numerics/distributions.hpp"
#include "kernels/base/error.hpp"
#include "tests/golden/golden_test.hpp"

namespace nengine::test {

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

/// Density, distribution function and inverse, where the case has them.
template <class Dist>
void expect_functions(const Dist& dist, const GoldenEntry& golden, const Json& arrays,
                      const std::string& name) {
    std::vector<double> pdf, cdf, ppf;
    for (const double x : golden.array(arrays.at("x")).values) {
        pdf.push_back(dist.pdf(x));
        cdf.push_back(dist.cdf(x));
    }
    for (const double p : golden.array(arrays.at("y")).values) {
        ppf.push_back(dist.ppf(p));
    }
    expect_near(pdf, golden.array(arrays.at("pdf")).values, 1e-12, name + " pdf");
    expect_near(cdf, golden.array(arrays.at("cdf")).values, 1e-12, name + " cdf");
    expect_near(ppf, golden.array(arrays.at("ppf")).values, 1e-12, name + " ppf");
}

void check_functions(const Distribution& dist, const GoldenEntry& golden,
                     const Json& arrays, const std::string& name) {
    std::visit(
        [&](const auto& kind) {
            if constexpr (requires { kind.ppf(0.5); }) {
                expect_functions(kind, golden, arrays, name);
            } else {
                FAIL() << name << " has no density";
            }
        },
        dist);
}

/// Samples, the number of draws, and functions of all cases.
void check_cases(const GoldenEntry& golden) {
    for (const auto& one : golden.manifest().at("cases")) {
        const auto name = one.at("name").get<std::string>();
        const auto& params = one.at("params");
        const auto& arrays = one.at("arrays");
        const auto dist = as_distribution(params.at("dist"));
        RandomState rng(params.at("seed").get<std::uint32_t>());

        const auto got = draw(dist, params, rng);

        expect_near(got, golden.array(arrays.at("samples")).values, 1e-12, name);
        EXPECT_EQ(rng.random_sample(), golden.array(arrays.at("next")).values.at(0))
            << name;
        if (arrays.contains("x")) {
            check_functions(dist, golden, arrays, name);
        }
    }
}

}  // namespace

GOLDEN_TABLES(dist_choice) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_cosine) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_exponential) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_gaussian) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_hypersphere) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_pdf) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_quasirandom) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_samples) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_scattered_approx) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_scattered_options) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_scattered_sct) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_scattered_tfww) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_sqrtbeta) {
    check_cases(golden);
}
GOLDEN_TABLES(dist_uniform) {
    check_cases(golden);
}

GOLDEN_TABLES(dist_sct_table) {
    for (const auto& golden_case : golden.manifest().at("cases")) {
        const std::int64_t k = golden_case.at("params").at("k");
        const auto& arrays = golden_case.at("arrays");
        const SphericalAngle by_table(k, true), exactly(k, false);
        std::vector<double> approximate, exact;
        for (const double y : golden.array(arrays.at("y")).values) {
            approximate.push_back(by_table(y));
            exact.push_back(exactly(y));
        }

        // Far out in many dimensions the function that is inverted amplifies the last
        // digits of the library that computes it.
        const double tolerance = k <= 100 ? 1e-12 : 1e-10;
        const std::string name = "k = " + std::to_string(k);
        expect_near(approximate, golden.array(arrays.at("approx")).values, tolerance,
                    name);
        expect_near(exact, golden.array(arrays.at("exact")).values, 1e-12, name);
    }
}

}  // namespace nengine::test

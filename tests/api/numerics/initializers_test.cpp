// Initializers of parameters: the ranges, means and deviations that Keras asks for
// (tests/keras/make_rules.py), and matrices.

#include "api/numerics/initializers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "api/numerics/distributions.hpp"
#include "kernels/base/error.hpp"

namespace nengine::test {
namespace {

using nlohmann::json;
using Extents = std::vector<std::int64_t>;

VarianceScaling scaling_of(const json& options) {
    const std::map<std::string, FanMode> modes = {{"fan_in", FanMode::fan_in},
                                                  {"fan_out", FanMode::fan_out},
                                                  {"fan_avg", FanMode::fan_avg}};
    const std::map<std::string, ScalingDistribution> distributions = {
        {"uniform", ScalingDistribution::uniform},
        {"truncated_normal", ScalingDistribution::normal},
        {"untruncated_normal", ScalingDistribution::untruncated_normal}};
    return {options.at("scale"), modes.at(options.at("mode")),
            distributions.at(options.at("distribution"))};
}

Distribution initializer_of(const std::string& name, const json& options) {
    if (name == "VarianceScaling") {
        return scaling_of(options);
    }
    if (name == "RandomNormal") {
        return RandomNormal{options.value("mean", RandomNormal{}.mean),
                            options.value("stddev", RandomNormal{}.stddev)};
    }
    if (name == "RandomUniform") {
        return RandomUniform{options.value("minval", RandomUniform{}.minval),
                             options.value("maxval", RandomUniform{}.maxval)};
    }
    const std::map<std::string, Distribution> named = {
        {"GlorotUniform", GlorotUniform{}},
        {"GlorotNormal", GlorotNormal{}},
        {"HeUniform", HeUniform{}},
        {"HeNormal", HeNormal{}},
        {"LecunUniform", LecunUniform{}},
        {"LecunNormal", LecunNormal{}},
        {"TruncatedNormal", TruncatedNormal{.stddev = 0.05}}};
    return named.at(name);
}

double mean_of(const Vector& x) {
    return x.mean();
}
double deviation_of(const Vector& x) {
    return std::sqrt((x.array() - x.mean()).square().mean());
}

TEST(Initializers, AreDrawnAsKerasAsksFor) {
    const json keras =
        json::parse(std::ifstream(NENGINE_SOURCE_DIR "/tests/keras/data/rules.json"));
    RandomState rng(3);
    for (const json& of : keras.at("initializers")) {
        const Vector x =
            sample_parameter(initializer_of(of.at("name"), of.at("options")),
                             of.at("shape").get<Extents>(), rng, "w");
        const double n = static_cast<double>(x.size());
        if (of.at("kind") == "uniform") {
            const double low = of.at("low"), high = of.at("high"), width = high - low;
            EXPECT_GE(x.minCoeff(), low) << of;
            EXPECT_LT(x.maxCoeff(), high) << of;
            EXPECT_LT(x.minCoeff(), low + 20 / n * width) << of;
            EXPECT_GT(x.maxCoeff(), high - 20 / n * width) << of;
            EXPECT_NEAR(mean_of(x), (low + high) / 2, 2 * width / std::sqrt(n)) << of;
            continue;
        }
        const double mean = of.at("mean"), stddev = of.at("stddev");
        const bool truncated = of.at("kind") == "truncated";
        const double deviation = truncated ? stddev * 0.87962566103423978 : stddev;
        EXPECT_NEAR(mean_of(x), mean, 5 * deviation / std::sqrt(n)) << of;
        EXPECT_NEAR(deviation_of(x) / deviation, 1, 4 / std::sqrt(n)) << of;
        const double farthest = (x.array() - mean).abs().maxCoeff();
        if (truncated) {
            EXPECT_LE(farthest, 2 * stddev) << of;
            EXPECT_GT(farthest, 1.99 * stddev) << of;
        } else {
            EXPECT_GT(farthest, 3 * stddev) << of;
        }
    }
}

TEST(Initializers, OrthogonalHasOrthonormalRowsOrColumns) {
    RandomState rng(1);
    for (const Extents& shape : {Extents{5, 5}, Extents{7, 3}, Extents{3, 7},
                                 Extents{3, 3, 2, 4}, Extents{1, 4}, Extents{4, 1}}) {
        const std::int64_t cols = shape.back();
        const Vector x = sample_parameter(Orthogonal{.gain = 3}, shape, rng, "w");
        const Eigen::Map<const Matrix> w(x.data(), x.size() / cols, cols);
        const bool tall = w.rows() >= cols;
        const Eigen::MatrixXd products =
            tall ? Eigen::MatrixXd(w.transpose() * w) : w * w.transpose();
        const auto n = products.rows();
        EXPECT_LT(
            (products - 9 * Eigen::MatrixXd::Identity(n, n)).cwiseAbs().maxCoeff(),
            1e-13);
    }
}

// Every direction is as likely as the others: without the signs the first column of an
// orthogonal matrix of two rows would always point down.
TEST(Initializers, OrthogonalIsEvenlyDistributed) {
    RandomState rng(2);
    double first = 0, product = 0, determinant = 0;
    constexpr int n = 4000;
    for (int i = 0; i < n; ++i) {
        const Matrix w = sample(Orthogonal{}, 2, 2, rng);
        first += w(0, 0);
        product += w(0, 0) * w(1, 0);
        determinant += w(0, 0) * w(1, 1) - w(0, 1) * w(1, 0);
    }
    EXPECT_NEAR(first / n, 0, 4 * std::sqrt(0.5 / n));
    EXPECT_NEAR(product / n, 0, 4 * std::sqrt(0.125 / n));
    EXPECT_NEAR(determinant / n, 0, 4 / std::sqrt(n));
}

TEST(Initializers, IdentityIsAScaledUnitMatrix) {
    RandomState rng(1);
    const Vector x = sample_parameter(Identity{.gain = 2}, {2, 3}, rng, "w");
    EXPECT_EQ(std::vector<double>(x.begin(), x.end()),
              (std::vector<double>{2, 0, 0, 0, 2, 0}));
}

TEST(Initializers, ConstantsAreTheSameEverywhere) {
    RandomState rng(1);
    EXPECT_EQ(sample_parameter(Zeros{}, {2, 3}, rng, "w"), Vector::Zero(6));
    EXPECT_EQ(sample_parameter(Ones{}, {4}, rng, "w"), Vector::Ones(4));
    EXPECT_EQ(sample_parameter(Constant{2.5}, {}, rng, "w"), Vector::Constant(1, 2.5));
    EXPECT_EQ(sample_parameter(Constant{}, {3}, rng, "w"), Vector::Zero(3));
}

TEST(Initializers, AreDistributionsLikeOthers) {
    RandomState rng(1), same(1);
    EXPECT_EQ(sample(LecunUniform{}, 4, 3, rng),
              sample(Uniform{.low = -1, .high = 1}, 4, 3, same));
    EXPECT_EQ(sample(RandomNormal{}, 5, rng), sample(Gaussian{.std = 0.05}, 5, same));
    EXPECT_EQ(sample(Ones{}, 2, 2, rng), Matrix::Ones(2, 2));
    EXPECT_EQ(sample(Identity{}, 2, 2, rng), Matrix::Identity(2, 2));
    EXPECT_NE(Distribution(HeNormal{}), Distribution(LecunNormal{}));
}

template <class Work>
std::string refusal(const Work& work) {
    try {
        work();
    } catch (const ValidationError& error) {
        return error.what();
    }
    return "none";
}

TEST(Initializers, SayWhatTheyCannotBe) {
    RandomState rng(1);
    const auto of = [&](const Distribution& distribution, const Extents& shape) {
        return refusal([&] { sample_parameter(distribution, shape, rng, "w"); });
    };
    EXPECT_NE(of(Orthogonal{}, {3}).find("Orthogonal: got shape [3], needs two axes"),
              std::string::npos);
    EXPECT_NE(of(Identity{}, {2, 2, 2}).find("Identity: got shape [2, 2, 2]"),
              std::string::npos);
    EXPECT_NE(
        of(VarianceScaling{.scale = 0}, {2, 2}).find("VarianceScaling: got scale"),
        std::string::npos);
    EXPECT_NE(of(RandomNormal{.stddev = -1}, {2, 2}).find("got std"),
              std::string::npos);
    EXPECT_NE(refusal([&] { sample(Orthogonal{}, 3, rng); }).find("needs a matrix"),
              std::string::npos);
}

}  // namespace
}  // namespace nengine::test

// The pieces together: from the seed of an ensemble to what Nengo built from it.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "api/numerics/distributions.hpp"
#include "api/numerics/least_squares.hpp"
#include "api/numerics/neuron_math.hpp"
#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;

struct Ensemble {
    Matrix eval_points, encoders;
    Vector max_rates, intercepts, gain, bias;
};

std::vector<double> to_vector(const Vector& values) {
    return {values.begin(), values.end()};
}

/// An ensemble of default parameters, drawn in the order of a build.
Ensemble build(const Json& object) {
    const auto& params = object.at("params");
    const std::int64_t n = params.at("n_neurons"), d = params.at("dimensions");
    const std::int64_t n_points =
        std::max(std::clamp<std::int64_t>(500 * d, 750, 2500), 2 * n);
    RandomState rng(object.at("seed").get<std::uint32_t>());
    Ensemble built;
    built.eval_points =
        sample(ScatteredHypersphere{}, params.value("n_eval_points", n_points), d, rng);
    built.encoders = sample(ScatteredHypersphere{.surface = true}, n, d, rng);
    built.encoders.rowwise().normalize();
    built.max_rates = sample(Uniform{.low = 200.0, .high = 400.0}, n, rng);
    built.intercepts = sample(Uniform{.low = -1.0, .high = 0.9}, n, rng);
    const auto [gain, bias] =
        gain_bias({kernels::neuron_type("LIF"), {0.02, 0.002, 1.0, 0.0}},
                  to_vector(built.max_rates), to_vector(built.intercepts));
    built.gain = gain;
    built.bias = bias;
    return built;
}

void expect_near(const Matrix& got, const std::vector<double>& want,
                 const std::string& what) {
    ASSERT_GE(static_cast<std::size_t>(got.size()), want.size()) << what;
    for (std::size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(got.data()[i], want[i], 1e-11 * std::max(1.0, std::abs(want[i])))
            << what << " element " << i;
    }
}

class BuiltEnsemble : public ::testing::TestWithParam<const char*> {};

TEST_P(BuiltEnsemble, IsNengos) {
    const auto entry = test::golden("ensemble", GetParam());
    const auto& object = entry.object("Ensemble", "a");
    const auto& arrays = object.at("arrays");
    const auto array = [&](const char* name) {
        return entry.array(arrays.at(name)).values;
    };

    const auto built = build(object);

    // Of many points the data has the head only.
    const char* points =
        arrays.contains("eval_points") ? "eval_points" : "eval_points_head";
    expect_near(built.eval_points, array(points), points);
    expect_near(built.encoders, array("encoders"), "encoders");
    expect_near(built.max_rates, array("max_rates"), "max_rates");
    expect_near(built.intercepts, array("intercepts"), "intercepts");
    expect_near(built.gain, array("gain"), "gain");
    expect_near(built.bias, array("bias"), "bias");
}

INSTANTIATE_TEST_SUITE_P(Dimensions, BuiltEnsemble,
                         ::testing::Values("ensemble_default_1d", "ensemble_default_2d",
                                           "ensemble_default_16d"));

TEST(BuiltDecoders, AreNengosForFewerPointsThanNeurons) {
    const auto entry = test::golden("solver", "solver_wide");
    const auto ensemble = build(entry.object("Ensemble", "a"));
    const Matrix& points = ensemble.eval_points;
    const Matrix activities =
        rates_of({kernels::neuron_type("LIF"), {0.02, 0.002, 1.0, 0.0}},
                 points * ensemble.encoders.transpose(), ensemble.gain, ensemble.bias);
    RandomState rng(0);

    for (const std::string name : {"l2", "l2nz"}) {
        const auto& connection = entry.object("Connection", name);
        const double reg = connection.at("params").at("solver").at("reg");
        const Solver solver =
            name == "l2" ? Solver(LstsqL2{.reg = reg}) : Solver(LstsqL2nz{.reg = reg});

        const auto solution = solve(solver, activities, points, rng);

        const auto want = entry.array(connection.at("arrays").at("weights"));
        const Eigen::Map<const Matrix> weights(want.values.data(), want.shape[0],
                                               want.shape[1]);
        EXPECT_LT((solution.X.transpose() - weights).cwiseAbs().maxCoeff(),
                  1e-9 * weights.cwiseAbs().maxCoeff())
            << name;
        const auto& rmses = connection.at("solver_info").at("rmses");
        for (std::size_t i = 0; i < rmses.size(); ++i) {
            EXPECT_NEAR(solution.rmses[static_cast<Eigen::Index>(i)],
                        rmses.at(i).get<double>(), 1e-11)
                << name;
        }
    }
}

}  // namespace
}  // namespace nengine

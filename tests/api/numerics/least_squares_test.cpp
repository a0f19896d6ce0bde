#include "api/builder/numerics/least_squares.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "kernels/base/error.hpp"
#include "tests/support/golden.hpp"

namespace nengine {
namespace {

using Json = nlohmann::json;

Matrix as_matrix(const test::GoldenArray& array) {
    return Eigen::Map<const Matrix>(array.values.data(), array.shape.at(0),
                                    array.shape.at(1));
}

Matrix random_matrix(Eigen::Index rows, Eigen::Index cols, std::uint32_t seed) {
    RandomState rng(seed);
    Matrix values(rows, cols);
    for (double& value : values.reshaped<Eigen::RowMajor>()) {
        value = rng.standard_normal();
    }
    return values;
}

/// The system that the golden solvers were called on; neuron 4 is silent.
struct GoldenSystem {
    test::GoldenEntry entry = test::golden("solver", "solver_raw");
    Matrix A = matrix("l2", "A");
    Matrix Y = matrix("l2", "Y");

    Matrix matrix(const std::string& name, const std::string& which) const {
        return as_matrix(entry.array(entry.find_case(name).at("arrays").at(which)));
    }
};

void expect_golden(const Solver& solver, const std::string& name) {
    const GoldenSystem golden;
    const auto& arrays = golden.entry.find_case(name).at("arrays");
    RandomState rng(83);

    const auto solution = solve(solver, golden.A, golden.Y, rng);

    const Matrix want = golden.matrix(name, "X");
    const auto rmses = golden.entry.array(arrays.at("rmses")).values;
    EXPECT_LT((solution.X - want).cwiseAbs().maxCoeff(),
              1e-12 * want.cwiseAbs().maxCoeff())
        << name;
    for (std::size_t i = 0; i < rmses.size(); ++i) {
        EXPECT_NEAR(solution.rmses[static_cast<Eigen::Index>(i)], rmses[i], 1e-12)
            << name;
    }
}

TEST(Solvers, DecodersAndErrorsAreNengos) {
    expect_golden(Lstsq{}, "lstsq");
    expect_golden(LstsqL2{}, "l2");
    expect_golden(LstsqL2nz{}, "l2nz");
    expect_golden(LstsqNoise{}, "noise");
}

TEST(Solvers, MultiplicativeNoiseIsDrawnRowByRowAndSolvedWithout) {
    const GoldenSystem golden;
    RandomState rng(83), replay(83);
    const LstsqMultNoise solver{.noise = 0.1, .solver = SVD{}};
    Matrix noisy = golden.A;
    for (double& value : noisy.reshaped<Eigen::RowMajor>()) {
        value += value * replay.normal(0.0, 0.1);
    }

    const auto solution = solve(solver, golden.A, golden.Y, rng);

    // A least-squares solution leaves a residual across all columns of its system.
    const Matrix residual = golden.Y - noisy * solution.X;
    EXPECT_LT((noisy.transpose() * residual).cwiseAbs().maxCoeff(), 1e-9);
    EXPECT_LT(solution.X.row(4).cwiseAbs().maxCoeff(), 1e-15);  // the silent neuron
    EXPECT_EQ(rng.random_u32(), replay.random_u32());
}

TEST(Solvers, FewerPointsThanNeuronsSolveTheSameEquations) {
    const Matrix A = random_matrix(7, 33, 1).cwiseAbs(), Y = random_matrix(7, 2, 2);
    RandomState rng(0);
    const double ridge = 7.0 * std::pow(0.1 * A.maxCoeff(), 2);

    const Matrix X = solve(LstsqL2{}, A, Y, rng).X;

    const Matrix left = A.transpose() * (A * X) + ridge * X;
    const Matrix right = A.transpose() * Y;
    EXPECT_LT((left - right).cwiseAbs().maxCoeff(),
              1e-12 * right.cwiseAbs().maxCoeff());
}

TEST(Solvers, SvdAndCholeskyAgree) {
    const Matrix A = random_matrix(50, 13, 3).cwiseAbs(), Y = random_matrix(50, 3, 4);
    RandomState rng(0);

    const Matrix by_cholesky = solve(LstsqL2{}, A, Y, rng).X;
    const Matrix by_svd = solve(LstsqL2{.solver = SVD{}}, A, Y, rng).X;

    EXPECT_LT((by_cholesky - by_svd).cwiseAbs().maxCoeff(), 1e-13);
}

TEST(Solvers, NoSolverGivesItsValuesOrZeros) {
    const Matrix A = random_matrix(5, 3, 1), Y = random_matrix(5, 2, 2);
    RandomState rng(0), untouched(0);
    const Matrix want{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}};

    const auto zeros = solve(NoSolver{}, A, Y, rng);
    const auto values =
        solve(NoSolver{.values = Array{{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}}, A, Y, rng);

    EXPECT_EQ(zeros.X, Matrix::Zero(3, 2));
    EXPECT_EQ(zeros.rmses.size(), 0);
    EXPECT_EQ(values.X, want);
    EXPECT_EQ(rng.random_u32(), untouched.random_u32());
    EXPECT_THROW(solve(NoSolver{.values = Array{{1.0, 2.0}}}, A, Y, rng), ShapeError);
}

TEST(Solvers, SingularSystemsAreABuildErrorThatNamesTheConnection) {
    Matrix A = random_matrix(20, 5, 1);
    A.col(2).setZero();
    const Matrix Y = random_matrix(20, 1, 2);
    RandomState rng(0);

    try {
        solve(LstsqMultNoise{}, A, Y, rng, "connection 'a -> b'");
        FAIL() << "a singular system was solved";
    } catch (const BuildError& error) {
        EXPECT_EQ(std::string(error.what()).rfind("connection 'a -> b': ", 0), 0U);
    }
}

TEST(Solvers, DifferentNumbersOfPointsAreRefused) {
    RandomState rng(0);

    EXPECT_THROW(solve(LstsqL2{}, random_matrix(5, 3, 1), random_matrix(4, 1, 1), rng),
                 ShapeError);
}

TEST(Solvers, KnowWhetherTheyGiveFullWeights) {
    EXPECT_FALSE(wants_weights(LstsqL2{}));
    EXPECT_TRUE(wants_weights(LstsqL2nz{.weights = true}));
    EXPECT_TRUE(wants_weights(NoSolver{.weights = true}));
}

}  // namespace
}  // namespace nengine

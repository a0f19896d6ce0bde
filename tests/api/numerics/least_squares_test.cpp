#include "api/numerics/least_squares.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

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

/// What Nengo 4.1.0 with SciPy 1.17 and scikit-learn 1.9 gives for the first rows of
/// that system, with the generator's seed 83.
struct NengosSolution {
    Solver solver;
    Eigen::Index points;
    std::vector<double> first_row;  ///< of X
    std::vector<double> rmses;
    std::vector<std::int64_t> iterations;
};

void expect_near(const std::vector<double>& want, const Vector& got,
                 const std::string& what) {
    constexpr double tolerance = 1e-9;
    ASSERT_EQ(static_cast<Eigen::Index>(want.size()), got.size()) << what;
    const double largest = got.cwiseAbs().maxCoeff();
    for (std::size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(want[i], got[static_cast<Eigen::Index>(i)], tolerance * largest)
            << what;
    }
}

TEST(Solvers, AgreeWithNengoOnASystemWithASilentNeuron) {
    const GoldenSystem golden;
    const std::vector<NengosSolution> solutions = {
        {LstsqL1{},
         50,
         {-0.0138930006681, 0.00787612566281, 0.000597471636161},
         {0.986671865394, 0.926355760399, 0.815510274882},
         {}},
        {LstsqL1{.l1 = 1e-2, .l2 = 1e-4},
         50,
         {-0.0116786210279, 0.00651351057936, 0},
         {0.996941986607, 0.941255963204, 0.820464232089},
         {}},
        {LstsqL1{.l1 = 3e-2, .l2 = 1e-4, .max_iter = 3},
         50,
         {-0.00661751956862, 0.00269845292269, 0},
         {1.03311176454, 1.01033888121, 0.841624639032},
         {}},
        {LstsqL2{.solver = RandomizedSVD{3, 2}},
         50,
         {-0.00163871281935, 0.00096178021235, -0.000671302054022},
         {1.11478043424, 1.04143911303, 0.846601552916},
         {}},
        {LstsqL2{.solver = RandomizedSVD{3, 2, 3}},
         50,
         {-0.000705809314389, 0.000498646293536, -0.000717376850005},
         {1.11697374713, 1.04497590099, 0.836764927556},
         {}},
        {LstsqL2{.solver = RandomizedSVD{3, 2}},
         7,
         {-0.00594735154113, -0.0133317769594, 0.00145883160067},
         {0.771484899221, 0.441423463454, 1.01875615424},
         {}},
        {LstsqL2nz{.solver = SVD{}},
         50,
         {-0.0116839179247, 0.00691696372903, 0.000555712169393},
         {0.99081718414, 0.931807611339, 0.816203405626},
         {}},
        {LstsqL2nz{.solver = Conjgrad{}},
         50,
         {-0.0116881566425, 0.00691350721926, 0.000551601619801},
         {0.990648956625, 0.931314820517, 0.816170142381},
         {7, 8, 7}},
        {LstsqL2{.reg = 0.01, .solver = Conjgrad{.tol = 10, .maxiters = 4}},
         50,
         {-0.0138931650363, 0.00804234707309, 0.000257403642309},
         {0.986937364068, 0.926745763218, 0.81638764754},
         {4, 4, 3}},
        {LstsqL2{.reg = 0.01, .solver = ConjgradScipy{.tol = 1e-2}},
         50,
         {-0.013884788224, 0.00789789385205, 0.000591536473577},
         {0.986674576981, 0.926358217163, 0.815511740492},
         {6, 6, 5}},
        {LstsqL2{.reg = 0.01, .solver = LSMRScipy{.tol = 1e-2}},
         50,
         {-0.0138633754828, 0.00812416903893, 0.000546224432495},
         {0.986974342666, 0.926802998913, 0.815588103342},
         {4, 4, 4}},
        {LstsqNoise{.solver = LSMRScipy{}},
         50,
         {-0.0108383286203, 0.00723438277519, 0.000287061334186},
         {0.982180168282, 0.953700666729, 0.805347316335},
         {8, 8, 8}},
        {LstsqNoise{.solver = BlockConjgrad{.tol = 1e-6}},
         50,
         {-0.0108386493111, 0.00723593113367, 0.00028695503419},
         {0.982180164588, 0.953700612819, 0.805347311959},
         {3}},
        {LstsqDrop{
             .drop = 0.4, .solver1 = LstsqNoise{.noise = 0.2}, .solver2 = LstsqNoise{}},
         50,
         {-0.0112699787371, 0.00800748688913, 0},
         {1.00529939169, 0.974687514583, 0.830330613811},
         {}},
        {Nnls{}, 7, {0, 0, 0}, {0.996278739545, 1.25625498537, 0.820086807297}, {}},
    };

    for (std::size_t i = 0; i < solutions.size(); ++i) {
        const auto& want = solutions[i];
        const std::string what = "row " + std::to_string(i);
        RandomState rng(83);

        const auto got = solve(want.solver, golden.A.topRows(want.points),
                               golden.Y.topRows(want.points), rng);

        expect_near(want.first_row, got.X.row(0), what);
        expect_near(want.rmses, got.rmses, what + ", rmses");
        EXPECT_EQ(want.iterations, got.iterations) << what;
    }
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

TEST(Solvers, IterateFromX0) {
    const GoldenSystem golden;
    RandomState rng(0);
    const Matrix exact = solve(LstsqL2{}, golden.A, golden.Y, rng).X;
    const Array X0({exact.rows(), exact.cols()},
                   {exact.data(), exact.data() + exact.size()});

    for (const LeastSquaresSolver& kind :
         {LeastSquaresSolver(Conjgrad{.X0 = X0}),
          LeastSquaresSolver(BlockConjgrad{.X0 = X0})}) {
        const auto got = solve(LstsqL2{.solver = kind}, golden.A, golden.Y, rng);

        EXPECT_EQ(got.iterations.front(), 1);
        EXPECT_LT((got.X - exact).cwiseAbs().maxCoeff(), 1e-12);
    }
    EXPECT_THROW(
        solve(LstsqL2{.solver = Conjgrad{.X0 = Array{{1.0}}}}, golden.A, golden.Y, rng),
        ShapeError);
}

TEST(Solvers, NonnegativeDecodersThatDoNotHelpAreExactlyZero) {
    // Neurons of the left are silent on the right, where alone the target is positive.
    const std::vector<double> rates{264.8895, 237.8374, -235.8785, -264.9088,
                                    236.7167, 243.6151, -283.0832, -274.9893};
    Matrix A = Matrix::Zero(63, 8), Y(63, 1);
    for (Eigen::Index point = 0; point < 63; ++point) {
        const bool right = point % 2 == 0;
        Y(point, 0) = right ? 1.996 : -1.996;
        for (Eigen::Index j = 0; j < 8; ++j) {
            const double rate = rates[static_cast<std::size_t>(j)];
            A(point, j) = (rate < 0) == right ? std::abs(rate) : 0.0;
        }
    }
    RandomState rng(0);
    const Solver dropped = LstsqDrop{.solver1 = NnlsL2{}};
    for (const Solver& solver : {Solver(NnlsL2{}), Solver(NnlsL2nz{}), dropped}) {
        const Matrix X = solve(solver, A, Y, rng).X;
        for (Eigen::Index j = 0; j < 8; ++j) {
            const bool helps = rates[static_cast<std::size_t>(j)] < 0;
            EXPECT_TRUE(helps ? X(j, 0) > 1e-4 : X(j, 0) == 0.0)
                << j << ": " << X(j, 0);
        }
    }
}

TEST(Solvers, NonnegativeDecodersMeetTheConditionsOfTheirMinimum) {
    const Matrix A = random_matrix(60, 40, 5).cwiseAbs(), Y = random_matrix(60, 3, 6);
    RandomState rng(0);

    const Matrix X = solve(Nnls{}, A, Y, rng).X;

    const Matrix slope = A.transpose() * (Y - A * X);
    EXPECT_GE(X.minCoeff(), 0.0);
    EXPECT_LT(slope.maxCoeff(), 1e-11);
    EXPECT_LT(slope.cwiseProduct(X).cwiseAbs().maxCoeff(), 1e-12);
    EXPECT_GT((X.array() > 0.0).count(), 5);
}

TEST(Solvers, RefuseValuesOutOfTheirRange) {
    const auto refused = [](const Solver& solver) {
        EXPECT_THROW(check_solver(solver, "a connection"), ValidationError);
    };

    refused(LstsqL2{.reg = -0.1});
    refused(LstsqL2{.reg = std::nan("")});
    refused(Lstsq{.rcond = -1.0});
    refused(LstsqNoise{.noise = -1.0});
    refused(LstsqL1{.l1 = 0.0, .l2 = 0.0});
    refused(LstsqL1{.max_iter = 0});
    refused(LstsqDrop{.drop = 1.5});
    refused(LstsqDrop{.solver2 = NnlsL2{.reg = -1.0}});
    refused(LstsqL2{.solver = Conjgrad{.tol = -1.0}});
    refused(LstsqL2nz{.solver = Conjgrad{.maxiters = 0}});
    refused(LstsqMultNoise{.solver = RandomizedSVD{.n_components = 0}});
    refused(NoSolver{.values = Array{1.0, 2.0}});
    EXPECT_NO_THROW(check_solver(LstsqDrop{}, "a connection"));
}

TEST(Solvers, SayWhichCannotRegulariseNeuronsOneByOne) {
    const GoldenSystem golden;
    RandomState rng(0);

    for (const LeastSquaresSolver& kind :
         {LeastSquaresSolver(LSMRScipy{}), LeastSquaresSolver(Cholesky{true}),
          LeastSquaresSolver(RandomizedSVD{3, 2})}) {
        EXPECT_THROW(solve(LstsqL2nz{.solver = kind}, golden.A, golden.Y, rng),
                     BuildError);
    }
    EXPECT_THROW(solve(LstsqDrop{.drop = 1.0}, golden.A, golden.Y, rng), BuildError);
}

TEST(Solvers, KnowWhichAreLinearInTheirTargets) {
    EXPECT_TRUE(is_compositional(LstsqL2{}));
    EXPECT_FALSE(is_compositional(LstsqDrop{}));
    EXPECT_FALSE(is_compositional(NnlsL2nz{}));
    EXPECT_TRUE(solves_targets_apart(LstsqL2{}));
    EXPECT_FALSE(solves_targets_apart(LstsqL2{.solver = BlockConjgrad{}}));
    EXPECT_FALSE(solves_targets_apart(LstsqNoise{}));
}

TEST(Solvers, KnowWhetherTheyGiveFullWeights) {
    EXPECT_FALSE(wants_weights(LstsqL2{}));
    EXPECT_TRUE(wants_weights(LstsqL2nz{.weights = true}));
    EXPECT_TRUE(wants_weights(NoSolver{.weights = true}));
}

}  // namespace
}  // namespace nengine

#include "api/numerics/dense.hpp"

#include <gtest/gtest.h>
#include <omp.h>

#include <cmath>

#include "api/numerics/random_state.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

Matrix random_matrix(Eigen::Index rows, Eigen::Index cols, std::uint32_t seed) {
    RandomState rng(seed);
    Matrix values(rows, cols);
    for (double& value : values.reshaped<Eigen::RowMajor>()) {
        value = rng.standard_normal();
    }
    return values;
}

/// The definition.
Matrix plain_product(const Matrix& A, const Matrix& B) {
    Matrix C = Matrix::Zero(A.rows(), B.cols());
    for (Eigen::Index i = 0; i < A.rows(); ++i) {
        for (Eigen::Index j = 0; j < B.cols(); ++j) {
            for (Eigen::Index p = 0; p < A.cols(); ++p) {
                C(i, j) += A(i, p) * B(p, j);
            }
        }
    }
    return C;
}

double largest_difference(const Matrix& A, const Matrix& B) {
    return (A - B).cwiseAbs().maxCoeff();
}

// Around the sizes of tiles (8, 24) and blocks (128, 192), and those of one row or
// column.
TEST(DenseProducts, AreSumsOfProductsAtAnySize) {
    for (const auto& [m, n, d] :
         {std::tuple{1, 1, 1}, std::tuple{1, 5, 2}, std::tuple{129, 25, 24},
          std::tuple{7, 257, 195}, std::tuple{300, 193, 3}}) {
        const Matrix A = random_matrix(m, n, 1), B = random_matrix(m, d, 2),
                     C = random_matrix(n, d, 3), D = random_matrix(d, n, 4);
        const double tolerance = 1e-15 * (m + n) * 4;

        EXPECT_LT(largest_difference(gram_of(A), plain_product(A.transpose(), A)),
                  tolerance);
        EXPECT_LT(largest_difference(transposed_product(A, B),
                                     plain_product(A.transpose(), B)),
                  tolerance);
        EXPECT_LT(largest_difference(product(A, C), plain_product(A, C)), tolerance);
        EXPECT_LT(largest_difference(product_with_transposed(A, D),
                                     plain_product(A, D.transpose())),
                  tolerance);
    }
}

TEST(DenseProducts, OfNothingAreZero) {
    EXPECT_EQ(transposed_product(Matrix(0, 3), Matrix(0, 2)), Matrix::Zero(3, 2));
    EXPECT_EQ(gram_of(Matrix(4, 0)).size(), 0);
}

TEST(DenseProducts, DoNotDependOnTheNumberOfThreads) {
    const Matrix A = random_matrix(700, 350, 5), B = random_matrix(350, 9, 6);
    const int threads = omp_get_max_threads();

    omp_set_num_threads(1);
    const Matrix gram = gram_of(A), X = solve_positive_definite(gram, B, "test");
    omp_set_num_threads(3);
    const Matrix gram_of_three = gram_of(A),
                 X_of_three = solve_positive_definite(gram, B, "test");
    omp_set_num_threads(threads);

    EXPECT_EQ(gram, gram_of_three);
    EXPECT_EQ(X, X_of_three);
}

TEST(PositiveDefiniteSystems, AreSolvedAtAnySize) {
    for (const int n : {1, 2, 127, 128, 129, 300}) {
        const Matrix G = gram_of(random_matrix(2 * n + 3, n, 7)),
                     B = random_matrix(n, 5, 8);

        const Matrix X = solve_positive_definite(G, B, "test");

        EXPECT_LT(largest_difference(G * X, B), 1e-11) << "n = " << n;
    }
}

TEST(PositiveDefiniteSystems, ReadTheLowerHalf) {
    Matrix G = gram_of(random_matrix(400, 150, 9));
    const Matrix B = random_matrix(150, 2, 10),
                 want = solve_positive_definite(G, B, "");

    G.triangularView<Eigen::StrictlyUpper>().setConstant(std::nan(""));

    EXPECT_EQ(solve_positive_definite(G, B, ""), want);
}

TEST(PositiveDefiniteSystems, ThatAreSingularAreABuildError) {
    Matrix G = Matrix::Identity(200, 200);
    G(150, 150) = -1.0;

    EXPECT_THROW(solve_positive_definite(G, Matrix::Ones(200, 1), "a"), BuildError);
}

}  // namespace
}  // namespace nengine

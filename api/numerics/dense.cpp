#include "api/numerics/dense.hpp"

#include <omp.h>

#include <Eigen/Cholesky>
#include <algorithm>

#include "api/numerics/packed_product.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/region_error.hpp"

namespace nengine {
namespace {

using Eigen::Index;

/// Columns that are factored at a time; a system of this size at most is left to Eigen.
constexpr Index block = 128;

/// Up to here each column is a product of its own: panels would be mostly empty.
constexpr Index few_columns = 2;

Strided rows_of(const Matrix& A) {
    return {A.data(), A.cols(), 1};
}

Strided columns_of(const Matrix& A) {
    return {A.data(), 1, A.cols()};
}

Matrix product_of(Index m, Index n, Index k, const Strided& a, const Strided& b) {
    Matrix C = Matrix::Zero(m, n);
    multiply({.m = m, .n = n, .k = k, .a = a, .b = b, .c = C.data(), .c_row = n});
    return C;
}

/// Copies the lower half to the upper one.
void mirror(Matrix& A) {
    constexpr Index tile = 32;  // both sides stay in the cache
    for (Index i0 = 0; i0 < A.rows(); i0 += tile) {
        for (Index j0 = 0; j0 <= i0; j0 += tile) {
            for (Index i = i0; i < std::min(i0 + tile, A.rows()); ++i) {
                for (Index j = j0; j < std::min(j0 + tile, i); ++j) {
                    A(j, i) = A(i, j);
                }
            }
        }
    }
}

[[noreturn]] void refuse_singular(const std::string& owner) {
    throw BuildError(owner +
                     ": the normal equations are singular (silent or equal neurons); "
                     "regularise them or solve by SVD");
}

using Block = Eigen::Block<Matrix>;

/// The block's own factor, lower.
void factor_diagonal(Block diagonal, const std::string& owner) {
    const Eigen::LLT<Eigen::MatrixXd> factor(diagonal);
    if (factor.info() != Eigen::Success) {
        refuse_singular(owner);
    }
    diagonal = factor.matrixL();
}

/// What lies below a factored block L of the diagonal, times L'^-1.
void factor_below(const Block& diagonal, Block below) {
    constexpr Index rows_of_task = 64;
    const Index tasks = (below.rows() + rows_of_task - 1) / rows_of_task;
    kernels::RegionError error;  // solving takes memory
#pragma omp parallel for schedule(static) if (omp_in_parallel() == 0 && tasks > 1)
    for (Index task = 0; task < tasks; ++task) {
        const Index first = task * rows_of_task;
        const Index count = std::min(rows_of_task, below.rows() - first);
        auto rows = below.middleRows(first, count);
        error.guard([&] {
            diagonal.transpose()
                .triangularView<Eigen::Upper>()
                .solveInPlace<Eigen::OnTheRight>(rows);
        });
    }
    error.rethrow();
}

/// G = L L' in place, by blocks of columns from the left; the upper half is not touched
/// but for blocks on the diagonal.
void factor(Matrix& G, const std::string& owner) {
    const Index n = G.rows();
    for (Index first = 0; first < n; first += block) {
        const Index size = std::min(block, n - first), rest = n - first - size;
        const Block diagonal = G.block(first, first, size, size);
        factor_diagonal(diagonal, owner);
        if (rest == 0) {
            return;
        }
        factor_below(diagonal, G.block(first + size, first, rest, size));
        const Strided below{&G(first + size, first), 1, n};
        multiply({.m = rest,
                  .n = rest,
                  .k = size,
                  .a = below,
                  .b = below,
                  .c = &G(first + size, first + size),
                  .c_row = n,
                  .alpha = -1.0,
                  .symmetric = true});
    }
}

/// L L' X = B in place, block by block.
void solve_factored(const Matrix& L, Matrix& B) {
    const Index n = L.rows(), d = B.cols();
    const auto diagonal = [&](Index first, Index size) {
        return L.block(first, first, size, size);
    };
    for (Index first = 0; first < n; first += block) {
        const Index size = std::min(block, n - first), next = first + size;
        auto part = B.middleRows(first, size);
        diagonal(first, size).triangularView<Eigen::Lower>().solveInPlace(part);
        if (next < n) {
            multiply({.m = n - next,
                      .n = d,
                      .k = size,
                      .a = {&L(next, first), 1, n},
                      .b = {&B(first, 0), d, 1},
                      .c = &B(next, 0),
                      .c_row = d,
                      .alpha = -1.0});
        }
    }
    for (Index first = (n - 1) / block * block; first >= 0; first -= block) {
        const Index size = std::min(block, n - first), next = first + size;
        auto part = B.middleRows(first, size);
        if (next < n) {
            multiply({.m = size,
                      .n = d,
                      .k = n - next,
                      .a = {&L(next, first), n, 1},
                      .b = {&B(next, 0), d, 1},
                      .c = &B(first, 0),
                      .c_row = d,
                      .alpha = -1.0});
        }
        diagonal(first, size)
            .transpose()
            .triangularView<Eigen::Upper>()
            .solveInPlace(part);
    }
}

}  // namespace

Matrix gram_of(const Matrix& A) {
    const Index n = A.cols();
    Matrix gram = Matrix::Zero(n, n);
    multiply({.m = n,
              .n = n,
              .k = A.rows(),
              .a = rows_of(A),
              .b = rows_of(A),
              .c = gram.data(),
              .c_row = n,
              .symmetric = true});
    mirror(gram);
    return gram;
}

Matrix transposed_product(const Matrix& A, const Matrix& B) {
    if (B.cols() <= few_columns) {
        Matrix C(A.cols(), B.cols());
        for (Index j = 0; j < B.cols(); ++j) {
            C.col(j) = A.transpose() * B.col(j);
        }
        return C;
    }
    return product_of(A.cols(), B.cols(), A.rows(), rows_of(A), rows_of(B));
}

Matrix product(const Matrix& A, const Matrix& B) {
    if (B.cols() <= few_columns) {
        Matrix C(A.rows(), B.cols());
        for (Index j = 0; j < B.cols(); ++j) {
            C.col(j) = A * B.col(j);
        }
        return C;
    }
    return product_of(A.rows(), B.cols(), A.cols(), columns_of(A), rows_of(B));
}

Matrix product_with_transposed(const Matrix& A, const Matrix& B) {
    if (A.cols() == 1) {
        return A.col(0) * B.col(0).transpose();
    }
    return product_of(A.rows(), B.rows(), A.cols(), columns_of(A), columns_of(B));
}

Matrix solve_positive_definite(Matrix G, Matrix B, const std::string& owner) {
    if (G.rows() > 0 && B.cols() > 0) {
        factor(G, owner);
        solve_factored(G, B);
    }
    return B;
}

}  // namespace nengine

#pragma once

#include "kernels/cpu/simd.hpp"
#include "kernels/gemm.hpp"

namespace nengine::kernels::small {

/// A vector or a matrix as it lies: element (r, c) at data[r * row + c * col].
template <class Real>
struct Strided {
    const Real* data;
    Index row, col;
};

/// Up to this many multiplications a product of our own beats a library's call.
constexpr Index limit = 4096;
/// Up to this many terms per sum it does at any size: the work is in writing C.
constexpr Index few_terms = 4;

/// Whether `product` below is the way to compute it.
template <class Real>
bool fits(const GemmArgs<Real>& args) {
    return args.m * args.n * args.k <= limit ||
           (args.k <= few_terms && (args.n == 1 ? args.m : args.n) * args.k <= limit);
}

/// y[j] = alpha * sum_p x[p] b(p, j) + beta * y[j] for neighbouring columns that fill
/// `registers`.
template <int registers, class Real>
inline void columns(Index k, const Real* x, const Real* b, Index b_row, Real alpha,
                    Real beta, Real* y, Index y_stride) {
    constexpr Index lanes = simd::lanes<Real>, width = registers * lanes;
    simd::Vector<Real> sum[registers] = {};
    for (Index p = 0; p < k; ++p) {
#pragma GCC unroll 8
        for (Index v = 0; v < registers; ++v) {
            sum[v] += x[p] * simd::load(b + p * b_row + v * lanes);
        }
    }
    const bool in_place = beta == 0 && y_stride == 1;
    Real values[width];
    Real* const to = in_place ? y : values;
#pragma GCC unroll 8
    for (Index v = 0; v < registers; ++v) {
        simd::store(to + v * lanes, alpha * sum[v]);
    }
    for (Index j = 0; j < (in_place ? 0 : width); ++j) {
        Real& out = y[j * y_stride];
        out = beta == 0 ? values[j] : values[j] + beta * out;
    }
}

/// The same for a matrix whose columns are contiguous, or lie anyhow.
template <class Real>
inline void dots(Index n, Index k, const Real* x, Strided<Real> b, Real alpha,
                 Real beta, Real* y, Index y_stride) {
    for (Index j = 0; j < n; ++j) {
        const Real* column = b.data + j * b.col;
        Real sum = 0;
        if (b.row == 1) {
#pragma omp simd reduction(+ : sum)
            for (Index p = 0; p < k; ++p) {
                sum += x[p] * column[p];
            }
        } else {
            for (Index p = 0; p < k; ++p) {
                sum += x[p] * column[p * b.row];
            }
        }
        Real& out = y[j * y_stride];
        out = beta == 0 ? alpha * sum : alpha * sum + beta * out;
    }
}

/// y = alpha * x b + beta * y with x [k], b [k, n], y [n].
template <class Real>
inline void row_times_matrix(Index n, Index k, const Real* x, Strided<Real> b,
                             Real alpha, Real beta, Real* y, Index y_stride) {
    if (b.col != 1) {
        dots(n, k, x, b, alpha, beta, y, y_stride);
        return;
    }
    constexpr Index one = simd::lanes<Real>, eight = 8 * one;
    Index j = 0;
    for (; j + eight <= n; j += eight) {
        columns<8>(k, x, b.data + j, b.row, alpha, beta, y + j * y_stride, y_stride);
    }
    for (; j + one <= n; j += one) {
        columns<1>(k, x, b.data + j, b.row, alpha, beta, y + j * y_stride, y_stride);
    }
    const Strided<Real> rest{b.data + j, b.row, b.col};
    dots(n - j, k, x, rest, alpha, beta, y + j * y_stride, y_stride);
}

/// Copies op(B) [k, n] so that its rows are contiguous.
template <class Real>
inline Strided<Real> with_contiguous_rows(Index k, Index n, Strided<Real> b, Real* to) {
    for (Index p = 0; p < k; ++p) {
        for (Index j = 0; j < n; ++j) {
            to[p * n + j] = b.data[p * b.row + j * b.col];
        }
    }
    return {to, n, 1};
}

/// One product that `fits`, with k > 0, on this thread, without a library.
template <class Real>
void product(const GemmArgs<Real>& args) {
    const auto& [ta, tb, m, n, k, a, lda, b, ldb, c, ldc, alpha, beta, count, as, bs,
                 cs] = args;
    const Strided<Real> op_a{a, ta ? 1 : lda, ta ? lda : 1};
    const Strided<Real> op_b{b, tb ? 1 : ldb, tb ? ldb : 1};
    // A product with a column is the product of a row with the other matrix turned.
    const bool turned = n == 1 && m > 1;
    const Strided<Real> left = turned ? Strided<Real>{b, op_b.col, op_b.row} : op_a;
    Strided<Real> right = turned ? Strided<Real>{a, op_a.col, op_a.row} : op_b;
    const Index rows = turned ? n : m, columns = turned ? m : n;
    const Index c_row = turned ? 1 : ldc, c_col = turned ? ldc : 1;

    Real packed_row[limit], packed_right[limit];
    if (right.col != 1 && k <= few_terms && columns >= simd::lanes<Real>) {
        right = with_contiguous_rows(k, columns, right, packed_right);
    }
    for (Index i = 0; i < rows; ++i) {
        const Real* x = left.data + i * left.row;
        if (left.col != 1 && k > 1) {
            for (Index p = 0; p < k; ++p) {
                packed_row[p] = x[p * left.col];
            }
            x = packed_row;
        }
        row_times_matrix(columns, k, x, right, alpha, beta, c + i * c_row, c_col);
    }
}

}  // namespace nengine::kernels::small

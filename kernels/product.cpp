#include "kernels/product.hpp"

#include <algorithm>
#include <string>

#include "kernels/base/error.hpp"

namespace nengine::kernels {
namespace {

/// Rows of x and y over steps and items that one product can take: all of them if they
/// lie evenly in both, else step by step, else one by one.
struct RowRange {
    Index steps, outer, rows;  ///< products: some in each step; and rows in each
    Index x_step, y_step;      ///< between products of a step
    Index x_pitch, y_pitch;    ///< between rows
};

template <class Real>
RowRange row_range(const Block<Real>& x, const Block<Real>& y) {
    const auto even = [](const Block<Real>& b) {
        return b.steps <= 1 || b.batch <= 1 ||
               b.time_stride == b.batch * b.batch_stride;
    };
    const bool x_repeats = y.batch > 1 && x.batch_stride == 0;
    const auto pitch = [](const Block<Real>& b) {
        return b.batch > 1 ? b.batch_stride : b.time_stride;
    };
    if (even(x) && even(y) && !x_repeats && (y.steps <= 1 || x.time_stride != 0)) {
        return {1, 1, y.steps * y.batch, 0, 0, pitch(x), pitch(y)};
    }
    if (!x_repeats) {
        return {1,
                y.steps,
                y.batch,
                x.time_stride,
                y.time_stride,
                x.batch_stride,
                y.batch_stride};
    }
    return {y.steps, y.batch, 1, x.batch_stride, y.batch_stride, 0, 0};
}

/// How a matrix [rows, cols] with one unit stride lies in memory.
struct MatrixLayout {
    bool transposed;
    Index leading;
};

template <class Real>
MatrixLayout layout_of(const Block<Real>& a) {
    const bool transposed = a.col_stride != 1 && a.cols > 1;
    const Index leading = transposed ? a.col_stride : a.row_stride;
    const bool apart = transposed && a.rows > 1 && a.row_stride != 1;
    const bool backwards = (transposed ? a.cols : a.rows) > 1 && leading < 0;
    if (apart || backwards) {
        throw BuildError("product: got a matrix with strides " +
                         std::to_string(a.row_stride) + " and " +
                         std::to_string(a.col_stride) +
                         ", needs rows or columns that lie one after the other");
    }
    return {transposed, transposed ? leading : std::max(leading, a.cols)};
}

/// Members that share x, with matrices and results that lie one after the other: one
/// product with all their rows.
template <class Real>
bool is_stacked(const ProductArgs<Bound<Real>>& c) {
    const Block<Real>& a = c.a.first;
    const auto [transposed, leading] = layout_of(a);
    return c.y.count > 1 && c.x.stride == 0 && !transposed &&
           c.a.stride == a.rows * leading && c.y.stride == a.rows;
}

template <class Real>
GemmArgs<Real> product(const ProductArgs<Bound<Real>>& c, Real* x, Real* y,
                       const RowRange& range) {
    const Block<Real>& a = c.a.first;
    const auto [transposed, lda] = layout_of(a);
    const Index m = a.rows, n = a.cols;
    GemmArgs<Real> args;
    args.count = c.y.count;
    switch (c.kind) {
        case ProductKind::forward:  // Y [rows, m] = X [rows, n] A^T
            args.transpose_b = !transposed;
            args.m = range.rows, args.n = m, args.k = n;
            args.a = x, args.lda = range.x_pitch, args.a_stride = c.x.stride;
            args.b = a.data, args.ldb = lda, args.b_stride = c.a.stride;
            args.c = y, args.ldc = range.y_pitch, args.c_stride = c.y.stride;
            if (is_stacked(c)) {
                args.n = m * c.y.count, args.count = 1;
            }
            break;
        case ProductKind::backward_x:  // X [rows, n] = Y [rows, m] A
            args.transpose_b = transposed;
            args.m = range.rows, args.n = n, args.k = m;
            args.a = y, args.lda = range.y_pitch, args.a_stride = c.y.stride;
            args.b = a.data, args.ldb = lda, args.b_stride = c.a.stride;
            args.c = x, args.ldc = range.x_pitch, args.c_stride = c.x.stride;
            break;
        case ProductKind::backward_a:  // A [m, n] = Y^T X, or A^T [n, m] = X^T Y
            args.transpose_a = true;
            args.m = transposed ? n : m, args.n = transposed ? m : n,
            args.k = range.rows;
            args.a = transposed ? x : y, args.b = transposed ? y : x;
            args.lda = transposed ? range.x_pitch : range.y_pitch;
            args.ldb = transposed ? range.y_pitch : range.x_pitch;
            args.a_stride = transposed ? c.x.stride : c.y.stride;
            args.b_stride = transposed ? c.y.stride : c.x.stride;
            args.c = a.data, args.ldc = lda, args.c_stride = c.a.stride;
            break;
    }
    return args;
}

/// y[b] = A[b] x[b]: learned weights, one matrix per item.
template <class Real>
SplitProduct<Real> split_by_member(const ProductArgs<Bound<Real>>& c) {
    SplitProduct<Real> split;
    const Block<Real>&a = c.a.first, &x = c.x.first, &y = c.y.first;
    for (Index g = 0; g < c.y.count; ++g) {
        GemmArgs<Real> args;
        args.m = 1, args.n = a.rows, args.k = a.cols;
        args.transpose_b = !layout_of(a).transposed;
        args.a = x.data + g * c.x.stride, args.lda = a.cols;
        args.a_stride = x.batch_stride;
        args.b = a.data + g * c.a.stride, args.ldb = layout_of(a).leading;
        args.b_stride = a.batch_stride;
        args.c = y.data + g * c.y.stride, args.ldc = a.rows;
        args.c_stride = y.batch_stride;
        args.count = y.batch;
        args.beta = c.accumulate ? Real{1} : Real{0};
        split.parts.push_back(args);
    }
    return split;
}

}  // namespace

template <class Real>
SplitProduct<Real> split_product(const ProductArgs<Bound<Real>>& c) {
    const Block<Real>&a = c.a.first, &x = c.x.first, &y = c.y.first;
    if (a.batch_stride != 0 && a.batch > 1) {
        return split_by_member(c);
    }
    SplitProduct<Real> split;
    const RowRange range = row_range(x, y);
    bool accumulate = c.accumulate;
    for (Index t = 0; t < range.steps; ++t) {
        for (Index i = 0; i < range.outer; ++i) {
            Real* px = x.data + t * x.time_stride + i * range.x_step;
            Real* py = y.data + t * y.time_stride + i * range.y_step;
            GemmArgs<Real> args = product(c, px, py, range);
            args.beta = accumulate ? Real{1} : Real{0};
            split.parts.push_back(args);
            accumulate = accumulate || c.kind == ProductKind::backward_a;
        }
    }
    return split;
}

template SplitProduct<float> split_product(const ProductArgs<Bound<float>>&);
template SplitProduct<double> split_product(const ProductArgs<Bound<double>>&);

}  // namespace nengine::kernels

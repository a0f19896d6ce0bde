#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// y[t, b, i] = (or +=) the sum of values[order[p]] * x[t, b, columns[p]] over p in
/// [offsets[i], offsets[i + 1]), for i in [0, y.cols): a product with a matrix in
/// compressed rows.
///
/// `order` may be null: value p belongs to place p. The product with the transposed
/// matrix, which carries gradients back to x, is one of the same form with `order`
/// naming the values of the forward one. Sums run in the order of the places. All
/// pointers lie on the device; rows are 1; x.cols is the number of source elements.
template <class Real>
struct SparseProductArgs {
    Block<const Real> x;
    Block<Real> y;
    const Real* values;
    const Index* offsets;
    const Index* columns;
    const Index* order;
    bool accumulate;
};

template <class Exec, class Real>
void sparse_product(const Exec& exec, const SparseProductArgs<Real>& args);

/// dL_dvalues[p] += the sum over steps and items of dL_dy[t, b, rows[p]] *
/// x[t, b, columns[p]], for p in [0, count); x and dL_dy have equal steps and batch.
template <class Real>
struct SparseGradientArgs {
    Block<const Real> x;
    Block<const Real> dL_dy;
    Real* dL_dvalues;
    const Index* rows;
    const Index* columns;
    Index count;
};

template <class Exec, class Real>
void sparse_gradient(const Exec& exec, const SparseGradientArgs<Real>& args);

}  // namespace nengine

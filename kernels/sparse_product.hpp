#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// y[t, b, i] = (or +=) the sum of values[order[p]] * x[t, b, columns[p]] over p in
/// [offsets[i], offsets[i + 1]), for i in [0, y.cols): a product with a matrix in
/// compressed rows.
///
/// `order` may be absent: value p belongs to place p. The product with the transposed
/// matrix, which carries gradients back to x, is one of the same form with `order`
/// naming the values of the forward one. Sums run in the order of the places. Tables
/// lie on the device; rows are 1; x.cols is the number of source elements.
template <class Ref>
struct SparseProductArgs {
    typename Ref::Read x;
    typename Ref::Write y;
    typename Ref::ReadArray values;
    typename Ref::Table offsets, columns, order;
    bool accumulate;

    constexpr auto fields() const {
        using A = SparseProductArgs;
        return std::tuple{reads(&A::x).as_wide_as(&A::y),
                          writes(&A::y, accumulate),
                          reads(&A::values),
                          constant(&A::offsets),
                          constant(&A::columns),
                          constant(&A::order),
                          constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        sparse_product(exec, *this);
    }
};
template <class Exec, class Real>
void sparse_product(const Exec& exec, const SparseProductArgs<Bound<Real>>& args);

/// dL_dvalues[p] += the sum over steps and items of dL_dy[t, b, rows[p]] *
/// x[t, b, columns[p]], for p in [0, count); x and dL_dy have equal steps and batch.
template <class Ref>
struct SparseGradientArgs {
    typename Ref::Read x, dL_dy;
    typename Ref::WriteArray dL_dvalues;
    typename Ref::Table rows, columns;
    Index count;

    constexpr auto fields() const {
        using A = SparseGradientArgs;
        return std::tuple{reads(&A::x).as_wide_as(&A::dL_dy),
                          reads(&A::dL_dy),
                          updates(&A::dL_dvalues),
                          constant(&A::rows),
                          constant(&A::columns),
                          constant(&A::count)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        sparse_gradient(exec, *this);
    }
};
template <class Exec, class Real>
void sparse_gradient(const Exec& exec, const SparseGradientArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

#pragma once

#include <tuple>

#include "kernels/base/args.hpp"
#include "kernels/product.hpp"

namespace nengine::kernels {

/// y = (or +=) a b, matrix by matrix, for each step, item and outer axis: a is [m, k],
/// b [k, n] and y [m, n], their last two axes. Along other axes an operand of extent 1
/// repeats; along those where y does, the products are summed, in the order of the
/// axes.
///
/// Rows or columns of each matrix lie one after the other (is_matrix).
template <class Ref>
struct MatMulArgs {
    typename Ref::ReadView a, b;
    typename Ref::WriteView y;
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{reads(&MatMulArgs::a), reads(&MatMulArgs::b),
                          writes(&MatMulArgs::y, accumulate),
                          constant(&MatMulArgs::accumulate)};
    }
    /// In the place of `run`: what is called, worked out once for all calls.
    auto prepared() const { return split_matmul(*this); }
};

/// Whether products take a matrix with these axes as it lies.
bool is_matrix(const Axis& rows, const Axis& cols);

/// @throws BuildError  a matrix that is none by is_matrix
template <class Real>
SplitProduct<Real> split_matmul(const MatMulArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

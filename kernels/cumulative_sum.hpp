#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// y[..., k, ...] = (or +=) the sum of x[..., j, ...] over all j <= k of an axis;
/// j < k if `exclusive`; from the other end, j >= k or j > k, if `reverse`.
///
/// y has x's extents. Numbers are added in Real, one after the other.
template <class Ref>
struct CumulativeSumArgs {
    typename Ref::ReadView x;
    typename Ref::WriteView y;
    int axis = 0;  ///< among the axes of an item
    bool exclusive = false, reverse = false;
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{
            reads(&CumulativeSumArgs::x).as_wide_as(&CumulativeSumArgs::y),
            writes(&CumulativeSumArgs::y, accumulate),
            constant(&CumulativeSumArgs::axis),
            constant(&CumulativeSumArgs::exclusive),
            constant(&CumulativeSumArgs::reverse),
            constant(&CumulativeSumArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        cumulative_sum(exec, *this);
    }
};
template <class Exec, class Real>
void cumulative_sum(const Exec& exec, const CumulativeSumArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

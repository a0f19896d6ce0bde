#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// dst = (or +=) the sum of a * b over every extent in which dst has 1 and a has more.
///
/// The gradient of whatever was broadcast: a bias over batch and positions, a shared
/// factor of a product. `b` may be absent (a factor of 1); otherwise it has a's
/// extents. Sums run in a fixed order that depends on the extents alone, in Real
/// (columns) with float64 partial sums where a column has more than 4096 terms.
template <class Ref>
struct SumProductArgs {
    typename Ref::ReadView a, b;
    typename Ref::WriteView dst;
    bool accumulate;

    constexpr auto fields() const {
        return std::tuple{reads(&SumProductArgs::a),
                          reads(&SumProductArgs::b).as_wide_as(&SumProductArgs::a),
                          writes(&SumProductArgs::dst, accumulate),
                          constant(&SumProductArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        sum_product(exec, *this);
    }
};
template <class Exec, class Real>
void sum_product(const Exec& exec, const SumProductArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

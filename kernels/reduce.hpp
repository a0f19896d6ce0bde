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

enum class Reduction { sum, product, max, min };

/// y = (or +=) the sum, product, largest or smallest number of x over every extent in
/// which y has 1 and x has more. Over nothing: 0, 1, -infinity, infinity. NaN is the
/// largest and the smallest number. Orders as in sum_product.
template <class Ref>
struct ReduceArgs {
    Reduction kind{};
    typename Ref::ReadView x;
    typename Ref::WriteView y;
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{constant(&ReduceArgs::kind), reads(&ReduceArgs::x),
                          writes(&ReduceArgs::y, accumulate),
                          constant(&ReduceArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        reduce(exec, *this);
    }
};
template <class Exec, class Real>
void reduce(const Exec& exec, const ReduceArgs<Bound<Real>>& args);

/// y = the place of x's largest or smallest number (`kind`: max or min) along the axis
/// in which y has 1 and x has more: the first of equal ones, and of NaN if there is
/// one, as numpy's. Without such an axis 0. Exact as long as the axis is no longer than
/// 2^24.
template <class Ref>
struct ArgReduceArgs {
    Reduction kind = Reduction::max;
    typename Ref::ReadView x;
    typename Ref::WriteView y;

    constexpr auto fields() const {
        return std::tuple{constant(&ArgReduceArgs::kind), reads(&ArgReduceArgs::x),
                          writes(&ArgReduceArgs::y)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        arg_reduce(exec, *this);
    }
};
template <class Exec, class Real>
void arg_reduce(const Exec& exec, const ArgReduceArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// y = exp(x - m) / sum(exp(x - m)) along an axis, where m is the largest number there;
/// or its logarithm, (x - m) - log(sum(exp(x - m))). y has x's extents.
template <class Ref>
struct SoftmaxArgs {
    typename Ref::ReadView x;
    typename Ref::WriteView y;
    int axis = 0;  ///< among the axes of an item
    bool logarithm = false;

    constexpr auto fields() const {
        return std::tuple{reads(&SoftmaxArgs::x).as_wide_as(&SoftmaxArgs::y),
                          writes(&SoftmaxArgs::y, false), constant(&SoftmaxArgs::axis),
                          constant(&SoftmaxArgs::logarithm)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        softmax(exec, *this);
    }
};
template <class Exec, class Real>
void softmax(const Exec& exec, const SoftmaxArgs<Bound<Real>>& args);

/// With p the softmax of x along an axis: dx = (or +=) p (dy - sum(p dy)), the gradient
/// of p; or dy - p sum(dy), that of its logarithm. All have x's extents.
template <class Ref>
struct SoftmaxGradientArgs {
    typename Ref::ReadView x, dy;
    typename Ref::WriteView dx;
    int axis = 0;  ///< among the axes of an item
    bool logarithm = false;
    bool accumulate = false;

    constexpr auto fields() const {
        return std::tuple{
            reads(&SoftmaxGradientArgs::x).as_wide_as(&SoftmaxGradientArgs::dx),
            reads(&SoftmaxGradientArgs::dy).as_wide_as(&SoftmaxGradientArgs::dx),
            writes(&SoftmaxGradientArgs::dx, accumulate),
            constant(&SoftmaxGradientArgs::axis),
            constant(&SoftmaxGradientArgs::logarithm),
            constant(&SoftmaxGradientArgs::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        softmax_gradient(exec, *this);
    }
};
template <class Exec, class Real>
void softmax_gradient(const Exec& exec, const SoftmaxGradientArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

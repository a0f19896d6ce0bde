#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"
#include "kernels/images.hpp"

namespace nengine::kernels {

/// 2-D pooling, channels last: x [images, in_h, in_w, channels], y [images,
/// out_h, out_w, channels]. Cells outside the image (padding "same") are not counted.
struct Pool2DShape {
    Index images = 0;
    Index in_h = 0, in_w = 0, channels = 0;
    Index out_h = 0, out_w = 0;
    Index pool_h = 2, pool_w = 2;
    Index stride_h = 2, stride_w = 2;
    Index pad_top = 0, pad_left = 0;

    bool operator==(const Pool2DShape&) const = default;
};

/// forward: y = (or +=) the mean of x over each window. backward_data: x = (or +=) the
/// transpose of that map applied to y. Images are the columns of x and y, as many as
/// there are steps and items.
template <class Ref>
struct AveragePoolArgs {
    LinearMap kind{};
    Pool2DShape shape;  ///< but for the number of images
    typename Ref::Write x, y;
    bool accumulate = false;

    constexpr auto fields() const {
        using A = AveragePoolArgs;
        const bool back = kind == LinearMap::backward_data;
        const auto to = back ? &A::x : &A::y;
        return std::tuple{
            constant(&A::kind), constant(&A::shape),
            (back ? writes(&A::x, accumulate) : reads(&A::x)).as_wide_as(to),
            (back ? reads(&A::y) : writes(&A::y, accumulate)).as_wide_as(to),
            constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        average_pool(exec, *this);
    }
};
template <class Exec, class Real>
void average_pool(const Exec& exec, const AveragePoolArgs<Bound<Real>>& args);

/// y = (or +=) the largest x in each window; not a number if one of them is none.
template <class Ref>
struct MaxPoolArgs {
    Pool2DShape shape;  ///< but for the number of images
    typename Ref::Read x;
    typename Ref::Write y;
    bool accumulate = false;

    constexpr auto fields() const {
        using A = MaxPoolArgs;
        return std::tuple{constant(&A::shape), reads(&A::x).as_wide_as(&A::y),
                          writes(&A::y, accumulate), constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        max_pool(exec, *this);
    }
};
template <class Exec, class Real>
void max_pool(const Exec& exec, const MaxPoolArgs<Bound<Real>>& args);

/// dL_dx = (or +=) the sum of dL_dy over the windows of which this x is the largest; of
/// equal ones the first, row by row.
template <class Ref>
struct MaxPoolBackwardArgs {
    Pool2DShape shape;  ///< but for the number of images
    typename Ref::Read x, dL_dy;
    typename Ref::Write dL_dx;
    bool accumulate = false;

    constexpr auto fields() const {
        using A = MaxPoolBackwardArgs;
        return std::tuple{constant(&A::shape), reads(&A::x).as_wide_as(&A::dL_dx),
                          reads(&A::dL_dy).as_wide_as(&A::dL_dx),
                          writes(&A::dL_dx, accumulate), constant(&A::accumulate)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        max_pool_backward(exec, *this);
    }
};
template <class Exec, class Real>
void max_pool_backward(const Exec& exec, const MaxPoolBackwardArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

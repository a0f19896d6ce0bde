#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// 2-D average pooling, channels last: x [images, in_h, in_w, channels], y [images,
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

/// y = (or +=) the mean of x over each window
template <class Exec, class Real>
void average_pool_forward(const Exec& exec, const Pool2DShape& shape, const Real* x,
                          Real* y, bool accumulate);

/// dL_dx = (or +=) the transpose of the forward map applied to dL_dy
template <class Exec, class Real>
void average_pool_backward(const Exec& exec, const Pool2DShape& shape,
                           const Real* dL_dy, Real* dL_dx, bool accumulate);

}  // namespace nengine

#pragma once

#include "kernels/conv.hpp"

/// Convolutions of our own: for float64, for shapes that a library does not know, and
/// for images of few channels, where libraries waste lanes. Arguments as in
/// kernels/conv.hpp. The order of the sums over images depends on the number of
/// threads.
namespace nengine::kernels::direct {

template <class Real>
void conv2d_forward(int threads, const Conv2DShape& shape, const Real* x, const Real* w,
                    const Real* bias, Real* y, bool accumulate);
template <class Real>
void conv2d_backward_data(int threads, const Conv2DShape& shape, const Real* dL_dy,
                          const Real* w, Real* dL_dx, bool accumulate);
template <class Real>
void conv2d_backward_filter(int threads, const Conv2DShape& shape, const Real* x,
                            const Real* dL_dy, Real* dL_dw, Real* dL_dbias,
                            bool accumulate);

}  // namespace nengine::kernels::direct

#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// A 2-D cross-correlation, channels last: x [images, in_h, in_w, in_c], w [k_h, k_w,
/// in_c / groups, out_c] (Keras's layout), y [images, out_h, out_w, out_c].
/// A 1-D one has height 1.
struct Conv2DShape {
    Index images = 0;
    Index in_h = 0, in_w = 0, in_c = 0;
    Index out_h = 0, out_w = 0, out_c = 0;
    Index k_h = 1, k_w = 1;
    Index stride_h = 1, stride_w = 1;
    Index pad_top = 0, pad_left = 0;  ///< what is missing below and right follows
    Index groups = 1;

    bool operator==(const Conv2DShape&) const = default;
};

/// The same with a depth: x [images, in_d, in_h, in_w, in_c], w [k_d, k_h, k_w, in_c /
/// groups, out_c], y [images, out_d, out_h, out_w, out_c]. A plane has depth 1.
struct ConvShape : Conv2DShape {
    Index in_d = 1, out_d = 1, k_d = 1;
    Index stride_d = 1, pad_front = 0;

    ConvShape() = default;
    ConvShape(const Conv2DShape& plane) : Conv2DShape(plane) {}  // NOLINT: is one

    bool is_plane() const { return in_d == 1 && out_d == 1 && k_d == 1; }
    Index x_size() const { return in_d * in_h * in_w * in_c; }  ///< of one image
    Index y_size() const { return out_d * out_h * out_w * out_c; }
    Index w_size() const { return k_d * k_h * k_w * (in_c / groups) * out_c; }
    bool operator==(const ConvShape&) const = default;
};

// Images lie densely, one after the other. Shapes are checked by the caller.
// `accumulate` adds to what is written. The CPU's functions know planes alone, see
// conv_depth.hpp for the others.

/// y = (or +=) x * w + bias; bias [out_c] may be null.
template <class Real>
void conv2d_forward(const CpuExec& exec, const Conv2DShape& shape, const Real* x,
                    const Real* w, const Real* bias, Real* y, bool accumulate);

/// dL_dx = (or +=) the transpose of the forward map applied to dL_dy.
template <class Real>
void conv2d_backward_data(const CpuExec& exec, const Conv2DShape& shape,
                          const Real* dL_dy, const Real* w, Real* dL_dx,
                          bool accumulate);

/// dL_dw = (or +=) the gradient of the kernel, summed over images; dL_dbias too unless
/// null.
template <class Real>
void conv2d_backward_filter(const CpuExec& exec, const Conv2DShape& shape,
                            const Real* x, const Real* dL_dy, Real* dL_dw,
                            Real* dL_dbias, bool accumulate);

/// How many numbers a filter has that was prepared for the device's library, in the
/// order that it wants; 0 if w is taken as it is.
template <class Real>
Index prepared_filter_size(const CpuExec&, const ConvShape&) {
    return 0;
}
template <class Real>
Index prepared_filter_size(const CudaExec& exec, const ConvShape& shape);

/// Prepares w, for many convolutions before it changes.
template <class Real>
void prepare_filter(const CpuExec&, const ConvShape&, const Real*, Real*) {}
template <class Real>
void prepare_filter(const CudaExec& exec, const ConvShape& shape, const Real* w,
                    Real* prepared);

/// As conv2d_forward; `prepared` is w prepared, or null: then it is done here.
template <class Real>
void conv_forward(const CudaExec& exec, const ConvShape& shape, const Real* x,
                  const Real* w, const Real* bias, Real* y, bool accumulate,
                  const Real* prepared = nullptr);
template <class Real>
void conv2d_forward(const CudaExec& exec, const Conv2DShape& shape, const Real* x,
                    const Real* w, const Real* bias, Real* y, bool accumulate) {
    conv_forward<Real>(exec, shape, x, w, bias, y, accumulate);
}

/// As conv2d_backward_data; `prepared` as in conv_forward.
template <class Real>
void conv_backward_data(const CudaExec& exec, const ConvShape& shape, const Real* dL_dy,
                        const Real* w, Real* dL_dx, bool accumulate,
                        const Real* prepared = nullptr);
template <class Real>
void conv2d_backward_data(const CudaExec& exec, const Conv2DShape& shape,
                          const Real* dL_dy, const Real* w, Real* dL_dx,
                          bool accumulate) {
    conv_backward_data<Real>(exec, shape, dL_dy, w, dL_dx, accumulate);
}

/// As conv2d_backward_filter.
template <class Real>
void conv_backward_filter(const CudaExec& exec, const ConvShape& shape, const Real* x,
                          const Real* dL_dy, Real* dL_dw, Real* dL_dbias,
                          bool accumulate);
template <class Real>
void conv2d_backward_filter(const CudaExec& exec, const Conv2DShape& shape,
                            const Real* x, const Real* dL_dy, Real* dL_dw,
                            Real* dL_dbias, bool accumulate) {
    conv_backward_filter<Real>(exec, shape, x, dL_dy, dL_dw, dL_dbias, accumulate);
}

}  // namespace nengine::kernels

#pragma once

#include <algorithm>

#include "kernels/conv.hpp"
#include "kernels/elementwise.hpp"

// On the CPU, convolutions with a depth are sums of 2-D ones: plane d of the result is
// the sum, over the kernel's planes k, of plane d * stride_d - pad_front + k convolved
// with plane k of the kernel. Planes that follow one another go as one batch of images.

namespace nengine::kernels {

/// Calls `visit(k, in, out, count)`: plane k of the kernel takes input planes in, in +
/// 1, ... to output planes out, out + 1, ..., `count` of them.
template <class Visit>
void for_each_plane(const ConvShape& s, Visit&& visit) {
    const auto source = [&](Index out, Index k) {
        return out * s.stride_d - s.pad_front + k;
    };
    for (Index k = 0; k < s.k_d; ++k) {
        Index first = 0, last = s.out_d;
        while (first < last && source(first, k) < 0) {
            ++first;
        }
        while (first < last && source(last - 1, k) >= s.in_d) {
            --last;
        }
        const Index run = s.stride_d == 1 ? std::max<Index>(last - first, 1) : 1;
        for (Index image = 0; image < s.images; ++image) {
            for (Index out = first; out < last; out += run) {
                visit(k, image * s.in_d + source(out, k), image * s.out_d + out, run);
            }
        }
    }
}

/// As many planes as images.
inline Conv2DShape planes_of(const ConvShape& shape, Index count) {
    Conv2DShape plane = static_cast<const Conv2DShape&>(shape);
    plane.images = count;
    return plane;
}

template <class Real>
void fill_zeros(const CpuExec& exec, Real* data, Index count) {
    fill(exec,
         FillArgs<Bound<Real>>{Block<Real>{.data = data, .cols = count}, Real(0)});
}

/// As conv2d_forward; the bias must be null unless the shape is a plane.
template <class Real>
void conv_forward(const CpuExec& exec, const ConvShape& s, const Real* x, const Real* w,
                  const Real* bias, Real* y, bool accumulate,
                  const Real* /*prepared*/ = nullptr) {
    if (s.is_plane()) {
        conv2d_forward<Real>(exec, s, x, w, bias, y, accumulate);
        return;
    }
    if (!accumulate) {
        fill_zeros(exec, y, s.images * s.y_size());
    }
    const Index from = s.x_size() / s.in_d, to = s.y_size() / s.out_d;
    for_each_plane(s, [&](Index k, Index in, Index out, Index count) {
        conv2d_forward<Real>(exec, planes_of(s, count), x + in * from,
                             w + k * (s.w_size() / s.k_d), nullptr, y + out * to, true);
    });
}

/// As conv2d_backward_data.
template <class Real>
void conv_backward_data(const CpuExec& exec, const ConvShape& s, const Real* dL_dy,
                        const Real* w, Real* dL_dx, bool accumulate,
                        const Real* /*prepared*/ = nullptr) {
    if (s.is_plane()) {
        conv2d_backward_data<Real>(exec, s, dL_dy, w, dL_dx, accumulate);
        return;
    }
    if (!accumulate) {
        fill_zeros(exec, dL_dx, s.images * s.x_size());
    }
    const Index to = s.x_size() / s.in_d, from = s.y_size() / s.out_d;
    for_each_plane(s, [&](Index k, Index in, Index out, Index count) {
        conv2d_backward_data<Real>(exec, planes_of(s, count), dL_dy + out * from,
                                   w + k * (s.w_size() / s.k_d), dL_dx + in * to, true);
    });
}

/// As conv2d_backward_filter; the bias's gradient must be null unless the shape is a
/// plane.
template <class Real>
void conv_backward_filter(const CpuExec& exec, const ConvShape& s, const Real* x,
                          const Real* dL_dy, Real* dL_dw, Real* dL_dbias,
                          bool accumulate) {
    if (s.is_plane()) {
        conv2d_backward_filter<Real>(exec, s, x, dL_dy, dL_dw, dL_dbias, accumulate);
        return;
    }
    if (!accumulate) {
        fill_zeros(exec, dL_dw, s.w_size());
    }
    const Index of_x = s.x_size() / s.in_d, of_y = s.y_size() / s.out_d;
    for_each_plane(s, [&](Index k, Index in, Index out, Index count) {
        conv2d_backward_filter<Real>(exec, planes_of(s, count), x + in * of_x,
                                     dL_dy + out * of_y,
                                     dL_dw + k * (s.w_size() / s.k_d), nullptr, true);
    });
}

}  // namespace nengine::kernels

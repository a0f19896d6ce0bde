#include "kernels/cuda/conv_direct.hpp"
#include "kernels/cuda/launch.cuh"

namespace nengine::kernels::cuda::direct {
namespace {

// A depth is folded into the images: plane = image * depth + layer.

/// Channels of a group.
struct Groups {
    Index in_c, out_c;
    IndexDivisor by_in, by_out;

    explicit Groups(const ConvShape& s)
        : in_c(s.in_c / s.groups),
          out_c(s.out_c / s.groups),
          by_in(in_c),
          by_out(out_c) {}
};

/// Launched over (plane, row, column, channel) of y.
template <class Real>
struct Forward {
    ConvShape s;
    Groups group;
    IndexDivisor depth;  ///< of y
    const Real* __restrict__ x;
    const Real* __restrict__ w;
    Real* __restrict__ y;
    bool accumulate;

    __device__ void operator()(Index plane, Index i, Index j, Index oc) const {
        const auto [image, layer] = depth.divide(plane);
        Real sum = 0;
        for (Index kd = 0; kd < s.k_d; ++kd) {
            const Index d = layer * s.stride_d + kd - s.pad_front;
            if (d >= 0 && d < s.in_d) {
                sum = add_plane(image * s.in_d + d, kd, i, j, oc, sum);
            }
        }
        Real& to = y[((plane * s.out_h + i) * s.out_w + j) * s.out_c + oc];
        to = accumulate ? to + sum : sum;
    }

    /// sum + the products of one plane of x with plane kd of the kernel
    __device__ Real add_plane(Index plane, Index kd, Index i, Index j, Index oc,
                              Real sum) const {
        const Index first_c = group.by_out.divide(oc).quotient * group.in_c;
        for (Index kh = 0; kh < s.k_h; ++kh) {
            const Index h = i * s.stride_h + kh - s.pad_top;
            if (h < 0 || h >= s.in_h) {
                continue;
            }
            for (Index kw = 0; kw < s.k_w; ++kw) {
                const Index v = j * s.stride_w + kw - s.pad_left;
                if (v < 0 || v >= s.in_w) {
                    continue;
                }
                const Real* in = x + ((plane * s.in_h + h) * s.in_w + v) * s.in_c;
                const Index tap = (kd * s.k_h + kh) * s.k_w + kw;
                const Real* filter = w + tap * group.in_c * s.out_c + oc;
                for (Index c = 0; c < group.in_c; ++c) {
                    sum = fma(in[first_c + c], filter[c * s.out_c], sum);
                }
            }
        }
        return sum;
    }
};

/// Launched over (plane, row, column, channel) of x.
template <class Real>
struct BackwardData {
    ConvShape s;
    Groups group;
    IndexDivisor depth;  ///< of x
    IndexDivisor stride_d, stride_h, stride_w;
    const Real* __restrict__ dL_dy;
    const Real* __restrict__ w;
    Real* __restrict__ dL_dx;
    bool accumulate;

    /// The output that reads input `at` with tap `tap`, or -1.
    static __device__ Index output(Index at, Index pad, Index tap,
                                   const IndexDivisor& stride, Index size) {
        const Index from = at + pad - tap;
        if (from < 0) {
            return -1;
        }
        const auto [output, rest] = stride.divide(from);
        return rest == 0 && output < size ? output : -1;
    }

    __device__ void operator()(Index plane, Index h, Index v, Index ic) const {
        const auto [image, layer] = depth.divide(plane);
        Real sum = 0;
        for (Index kd = 0; kd < s.k_d; ++kd) {
            const Index d = output(layer, s.pad_front, kd, stride_d, s.out_d);
            if (d >= 0) {
                sum = add_plane(image * s.out_d + d, kd, h, v, ic, sum);
            }
        }
        Real& to = dL_dx[((plane * s.in_h + h) * s.in_w + v) * s.in_c + ic];
        to = accumulate ? to + sum : sum;
    }

    /// sum + the products of one plane of dL_dy with plane kd of the kernel
    __device__ Real add_plane(Index plane, Index kd, Index h, Index v, Index ic,
                              Real sum) const {
        const auto [index, c_of_group] = group.by_in.divide(ic);
        const Index first_c = index * group.out_c;
        for (Index kh = 0; kh < s.k_h; ++kh) {
            const Index i = output(h, s.pad_top, kh, stride_h, s.out_h);
            if (i < 0) {
                continue;
            }
            for (Index kw = 0; kw < s.k_w; ++kw) {
                const Index j = output(v, s.pad_left, kw, stride_w, s.out_w);
                if (j < 0) {
                    continue;
                }
                const Real* dy =
                    dL_dy + ((plane * s.out_h + i) * s.out_w + j) * s.out_c + first_c;
                const Index tap = (kd * s.k_h + kh) * s.k_w + kw;
                const Real* filter =
                    w + (tap * group.in_c + c_of_group) * s.out_c + first_c;
                for (Index c = 0; c < group.out_c; ++c) {
                    sum = fma(dy[c], filter[c], sum);
                }
            }
        }
        return sum;
    }
};

/// Columns: the filter's numbers. Rows: the outputs of all images.
template <class Number>
struct BackwardFilter {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    ConvShape s;
    Groups group;
    IndexDivisor out_c, k_w, k_h;      ///< of a number of the filter
    IndexDivisor out_w, out_h, out_d;  ///< of an output
    const Real* __restrict__ x;
    const Real* __restrict__ dL_dy;
    Real* __restrict__ dL_dw;
    bool accumulate;

    __device__ void load_constants(Real*, Index) const {}

    __device__ void term(Real* r, Index row, Index at) const {
        const auto [rest, oc] = out_c.divide(at);
        const auto [tap, c] = group.by_in.divide(rest);
        const auto [kernel_line, kw] = k_w.divide(tap);
        const auto [kd, kh] = k_h.divide(kernel_line);
        const auto [line, j] = out_w.divide(row);
        const auto [plane, i] = out_h.divide(line);
        const auto [image, layer] = out_d.divide(plane);
        const Index d = layer * s.stride_d + kd - s.pad_front;
        const Index h = i * s.stride_h + kh - s.pad_top;
        const Index v = j * s.stride_w + kw - s.pad_left;
        if (d < 0 || d >= s.in_d || h < 0 || h >= s.in_h || v < 0 || v >= s.in_w) {
            return;
        }
        const Index from = ((image * s.in_d + d) * s.in_h + h) * s.in_w + v;
        const Index ic = group.by_out.divide(oc).quotient * group.in_c + c;
        r[0] = fma(x[from * s.in_c + ic], dL_dy[row * s.out_c + oc], r[0]);
    }

    __device__ void finish(Index at, const double (&total)[n_sums]) const {
        const Real sum = static_cast<Real>(total[0]);
        dL_dw[at] = accumulate ? dL_dw[at] + sum : sum;
    }
};

}  // namespace

template <class Real>
void conv_forward(const CudaExec& exec, const ConvShape& s, const Real* x,
                  const Real* w, Real* y, bool accumulate) {
    launch_elements(
        exec, {s.images * s.out_d, s.out_h, s.out_w, s.out_c},
        Forward<Real>{s, Groups(s), IndexDivisor(s.out_d), x, w, y, accumulate});
}

template <class Real>
void conv_backward_data(const CudaExec& exec, const ConvShape& s, const Real* dL_dy,
                        const Real* w, Real* dL_dx, bool accumulate) {
    launch_elements(
        exec, {s.images * s.in_d, s.in_h, s.in_w, s.in_c},
        BackwardData<Real>{s, Groups(s), IndexDivisor(s.in_d), IndexDivisor(s.stride_d),
                           IndexDivisor(s.stride_h), IndexDivisor(s.stride_w), dL_dy, w,
                           dL_dx, accumulate});
}

template <class Real>
void conv_backward_filter(const CudaExec& exec, const ConvShape& s, const Real* x,
                          const Real* dL_dy, Real* dL_dw, bool accumulate) {
    launch_columns(
        exec, s.images * s.out_d * s.out_h * s.out_w, s.w_size(),
        BackwardFilter<Real>{s, Groups(s), IndexDivisor(s.out_c), IndexDivisor(s.k_w),
                             IndexDivisor(s.k_h), IndexDivisor(s.out_w),
                             IndexDivisor(s.out_h), IndexDivisor(s.out_d), x, dL_dy,
                             dL_dw, accumulate});
}

#define NENGINE_INSTANTIATE(Real)                                                      \
    template void conv_forward(const CudaExec&, const ConvShape&, const Real*,         \
                               const Real*, Real*, bool);                              \
    template void conv_backward_data(const CudaExec&, const ConvShape&, const Real*,   \
                                     const Real*, Real*, bool);                        \
    template void conv_backward_filter(const CudaExec&, const ConvShape&, const Real*, \
                                       const Real*, Real*, bool);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels::cuda::direct

#include "kernels/conv.hpp"

#include <type_traits>

#include "kernels/cpu/conv_direct.hpp"
#if NENGINE_WITH_DNNL
#include "kernels/cpu/onednn.hpp"
#endif

namespace nengine::kernels {
namespace {

/// How many threads to use: one for less than some 20 us of work, where waking a second
/// one costs more than it saves.
int threads_for(const CpuExec& exec, const Conv2DShape& s) {
    constexpr Index worth_threads = Index{1} << 20;
    const Index multiplications =
        s.images * s.out_h * s.out_w * s.out_c * s.k_h * s.k_w * (s.in_c / s.groups);
    return multiplications < worth_threads ? 1 : exec.threads;
}

#if NENGINE_WITH_DNNL
bool is_empty(const Conv2DShape& s) {
    return s.images == 0 || s.in_h == 0 || s.in_w == 0 || s.in_c == 0 || s.out_h == 0 ||
           s.out_w == 0 || s.out_c == 0;
}

/// With few input channels, oneDNN's channels-last gradient of the filter works on 16
/// of which most are padding.
bool few_channels(const Conv2DShape& s) {
    return s.in_c / s.groups <= 4;
}

template <class Real>
constexpr bool has_library = std::is_same_v<Real, float>;
#endif

}  // namespace

template <class Real>
void conv2d_forward(const CpuExec& exec, const Conv2DShape& shape, const Real* x,
                    const Real* w, const Real* bias, Real* y, bool accumulate) {
    const int threads = threads_for(exec, shape);
#if NENGINE_WITH_DNNL
    if constexpr (has_library<Real>) {
        if (!is_empty(shape) &&
            onednn::conv2d_forward(threads, shape, x, w, bias, y, accumulate)) {
            return;
        }
    }
#endif
    direct::conv2d_forward(threads, shape, x, w, bias, y, accumulate);
}

template <class Real>
void conv2d_backward_data(const CpuExec& exec, const Conv2DShape& shape,
                          const Real* dL_dy, const Real* w, Real* dL_dx,
                          bool accumulate) {
    const int threads = threads_for(exec, shape);
#if NENGINE_WITH_DNNL
    if constexpr (has_library<Real>) {
        if (!is_empty(shape) &&
            onednn::conv2d_backward_data(threads, shape, dL_dy, w, dL_dx, accumulate)) {
            return;
        }
    }
#endif
    direct::conv2d_backward_data(threads, shape, dL_dy, w, dL_dx, accumulate);
}

template <class Real>
void conv2d_backward_filter(const CpuExec& exec, const Conv2DShape& shape,
                            const Real* x, const Real* dL_dy, Real* dL_dw,
                            Real* dL_dbias, bool accumulate) {
    const int threads = threads_for(exec, shape);
#if NENGINE_WITH_DNNL
    if constexpr (has_library<Real>) {
        if (!is_empty(shape) && !few_channels(shape) &&
            onednn::conv2d_backward_filter(threads, shape, x, dL_dy, dL_dw, dL_dbias,
                                           accumulate)) {
            return;
        }
    }
#endif
    direct::conv2d_backward_filter(threads, shape, x, dL_dy, dL_dw, dL_dbias,
                                   accumulate);
}

template void conv2d_forward(const CpuExec&, const Conv2DShape&, const float*,
                             const float*, const float*, float*, bool);
template void conv2d_forward(const CpuExec&, const Conv2DShape&, const double*,
                             const double*, const double*, double*, bool);
template void conv2d_backward_data(const CpuExec&, const Conv2DShape&, const float*,
                                   const float*, float*, bool);
template void conv2d_backward_data(const CpuExec&, const Conv2DShape&, const double*,
                                   const double*, double*, bool);
template void conv2d_backward_filter(const CpuExec&, const Conv2DShape&, const float*,
                                     const float*, float*, float*, bool);
template void conv2d_backward_filter(const CpuExec&, const Conv2DShape&, const double*,
                                     const double*, double*, double*, bool);

}  // namespace nengine::kernels

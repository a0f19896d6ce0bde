#include "kernels/conv.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/cuda/conv_direct.hpp"
#include "kernels/cuda/conv_layout.hpp"
#include "kernels/cuda/convolution_plans.hpp"

// float32 goes to cuDNN wherever it has a deterministic algorithm, the rest to kernels
// of our own. Many images are cut into parts that cuDNN's 32-bit sizes can hold.

namespace nengine {
namespace {

using cuda::Pass;

/// Numbers in one tensor of one call of cuDNN, at most.
constexpr Index max_numbers = (Index{1} << 31) - 1;
/// Numbers in one padded copy, at most.
constexpr Index max_padded = Index{1} << 26;

bool is_empty(const Conv2DShape& s) {
    return s.images == 0 || s.in_h == 0 || s.in_w == 0 || s.in_c == 0 || s.out_h == 0 ||
           s.out_w == 0 || s.out_c == 0;
}

Index x_size(const Conv2DShape& s) {
    return s.in_h * s.in_w * s.in_c;
}
Index y_size(const Conv2DShape& s) {
    return s.out_h * s.out_w * s.out_c;
}
Index filter_rows(const Conv2DShape& s) {
    return s.k_h * s.k_w * (s.in_c / s.groups);
}

/// Whether padding both sides by `pad` gives exactly `out` outputs.
bool is_symmetric(Index in, Index pad, Index kernel, Index stride, Index out) {
    const Index room = in + 2 * pad - kernel;
    return room >= 0 && room / stride + 1 == out;
}

/// A convolution as cuDNN can describe it, which pads both sides alike: the shape as it
/// is, or that of copies of the images, padded and cut to what is read.
struct Adapted {
    Conv2DShape shape;
    bool copies;

    explicit Adapted(const Conv2DShape& s)
        : shape(s),
          copies(!is_symmetric(s.in_h, s.pad_top, s.k_h, s.stride_h, s.out_h) ||
                 !is_symmetric(s.in_w, s.pad_left, s.k_w, s.stride_w, s.out_w)) {
        if (copies) {
            shape.in_h = (s.out_h - 1) * s.stride_h + s.k_h;
            shape.in_w = (s.out_w - 1) * s.stride_w + s.k_w;
            shape.pad_top = shape.pad_left = 0;
        }
    }

    Index images_per_call() const {
        const Index in = x_size(shape);
        const Index fit = max_numbers / std::max(in, y_size(shape));
        return std::max(copies ? std::min(fit, max_padded / in) : fit, Index{1});
    }
};

/// Calls work(part, first image) for parts of the images that one call can take.
template <class Work>
void for_each_part(const Conv2DShape& shape, const Work& work) {
    const Index most = Adapted(shape).images_per_call();
    for (Index first = 0; first < shape.images; first += most) {
        Conv2DShape part = shape;
        part.images = std::min(most, shape.images - first);
        work(part, first);
    }
}

std::size_t count(Index n) {
    return static_cast<std::size_t>(n);
}

/// x as the adapted shape wants it.
const float* adapt_images(const CudaExec& exec, cuda::Scratch& scratch,
                          const Conv2DShape& part, const Adapted& adapted,
                          const float* x) {
    if (!adapted.copies) {
        return x;
    }
    auto* padded = scratch.take<float>(count(part.images * x_size(adapted.shape)));
    cuda::pad(exec, part, adapted.shape.in_h, adapted.shape.in_w, x, padded);
    return padded;
}

bool library_forward(const CudaExec& exec, const Conv2DShape& part, const float* x,
                     const float* filter, float* y, bool accumulate) {
    const Adapted adapted(part);
    auto& context = *exec.context;
    auto& plan = context.convolutions().find(context, adapted.shape, Pass::forward);
    if (plan.algorithms.empty()) {
        return false;
    }
    cuda::Scratch scratch(context.scratch());
    const float* in = adapt_images(exec, scratch, part, adapted, x);
    return cuda::run_plan(exec, plan, in, filter, accumulate ? 1.0F : 0.0F, y);
}

bool library_backward_data(const CudaExec& exec, const Conv2DShape& part,
                           const float* dL_dy, const float* filter, float* dL_dx,
                           bool accumulate) {
    const Adapted adapted(part);
    auto& context = *exec.context;
    auto& plan =
        context.convolutions().find(context, adapted.shape, Pass::backward_data);
    if (plan.algorithms.empty()) {
        return false;
    }
    if (!adapted.copies) {
        return cuda::run_plan(exec, plan, dL_dy, filter, accumulate ? 1.0F : 0.0F,
                              dL_dx);
    }
    cuda::Scratch scratch(context.scratch());
    auto* padded = scratch.take<float>(count(part.images * x_size(adapted.shape)));
    if (!cuda::run_plan(exec, plan, dL_dy, filter, 0.0F, padded)) {
        return false;
    }
    cuda::crop(exec, part, adapted.shape.in_h, adapted.shape.in_w, padded, dL_dx,
               accumulate);
    return true;
}

bool library_backward_filter(const CudaExec& exec, const Conv2DShape& part,
                             const float* x, const float* dL_dy, float* dL_dw,
                             bool accumulate) {
    const Adapted adapted(part);
    auto& context = *exec.context;
    auto& plan =
        context.convolutions().find(context, adapted.shape, Pass::backward_filter);
    if (plan.algorithms.empty()) {
        return false;
    }
    cuda::Scratch scratch(context.scratch());
    const Index rows = filter_rows(part), cols = part.out_c;
    auto* gradient = scratch.take<float>(count(rows * cols));
    const float* in = adapt_images(exec, scratch, part, adapted, x);
    if (!cuda::run_plan(exec, plan, in, dL_dy, 0.0F, gradient)) {
        return false;
    }
    cuda::transpose(exec, cols, rows, gradient, dL_dw, accumulate);
    return true;
}

/// The filter as cuDNN wants it: [out_c, k_h, k_w, in_c / groups]
const float* adapt_filter(const CudaExec& exec, cuda::Scratch& scratch,
                          const Conv2DShape& shape, const float* w) {
    const Index rows = filter_rows(shape), cols = shape.out_c;
    auto* filter = scratch.take<float>(count(rows * cols));
    cuda::transpose(exec, rows, cols, w, filter, false);
    return filter;
}

/// The forward pass without its bias.
template <class Real>
void sum_products(const CudaExec& exec, const Conv2DShape& shape, const Real* x,
                  const Real* w, Real* y, bool accumulate) {
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            cuda::Scratch scratch(exec.context->scratch());
            const float* filter = adapt_filter(exec, scratch, shape, w);
            for_each_part(shape, [&](const Conv2DShape& part, Index first) {
                const float* in = x + first * x_size(shape);
                float* out = y + first * y_size(shape);
                if (!library_forward(exec, part, in, filter, out, accumulate)) {
                    cuda::direct::conv2d_forward(exec, part, in, w, out, accumulate);
                }
            });
            return;
        }
    }
    cuda::direct::conv2d_forward(exec, shape, x, w, y, accumulate);
}

}  // namespace

template <class Real>
void conv2d_forward(const CudaExec& exec, const Conv2DShape& shape, const Real* x,
                    const Real* w, const Real* bias, Real* y, bool accumulate) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    sum_products(exec, shape, x, w, y, accumulate);
    if (bias != nullptr) {
        cuda::add_bias(exec, shape.images * shape.out_h * shape.out_w, shape.out_c,
                       bias, y);
    }
}

template <class Real>
void conv2d_backward_data(const CudaExec& exec, const Conv2DShape& shape,
                          const Real* dL_dy, const Real* w, Real* dL_dx,
                          bool accumulate) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            cuda::Scratch scratch(exec.context->scratch());
            const float* filter = adapt_filter(exec, scratch, shape, w);
            for_each_part(shape, [&](const Conv2DShape& part, Index first) {
                const float* in = dL_dy + first * y_size(shape);
                float* out = dL_dx + first * x_size(shape);
                if (!library_backward_data(exec, part, in, filter, out, accumulate)) {
                    cuda::direct::conv2d_backward_data(exec, part, in, w, out,
                                                       accumulate);
                }
            });
            return;
        }
    }
    cuda::direct::conv2d_backward_data(exec, shape, dL_dy, w, dL_dx, accumulate);
}

template <class Real>
void conv2d_backward_filter(const CudaExec& exec, const Conv2DShape& shape,
                            const Real* x, const Real* dL_dy, Real* dL_dw,
                            Real* dL_dbias, bool accumulate) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    if (dL_dbias != nullptr) {
        cuda::sum_bias(exec, shape.images * shape.out_h * shape.out_w, shape.out_c,
                       dL_dy, dL_dbias, accumulate);
    }
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            for_each_part(shape, [&](const Conv2DShape& part, Index first) {
                const float* in = x + first * x_size(shape);
                const float* gradient = dL_dy + first * y_size(shape);
                const bool add = accumulate || first > 0;
                if (!library_backward_filter(exec, part, in, gradient, dL_dw, add)) {
                    cuda::direct::conv2d_backward_filter(exec, part, in, gradient,
                                                         dL_dw, add);
                }
            });
            return;
        }
    }
    cuda::direct::conv2d_backward_filter(exec, shape, x, dL_dy, dL_dw, accumulate);
}

#define NENGINE_INSTANTIATE(Real)                                                  \
    template void conv2d_forward(const CudaExec&, const Conv2DShape&, const Real*, \
                                 const Real*, const Real*, Real*, bool);           \
    template void conv2d_backward_data(const CudaExec&, const Conv2DShape&,        \
                                       const Real*, const Real*, Real*, bool);     \
    template void conv2d_backward_filter(const CudaExec&, const Conv2DShape&,      \
                                         const Real*, const Real*, Real*, Real*,   \
                                         bool);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine

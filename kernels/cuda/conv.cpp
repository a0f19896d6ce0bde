#include "kernels/conv.hpp"

#include <algorithm>
#include <type_traits>

#include "kernels/cuda/conv_direct.hpp"
#include "kernels/cuda/conv_layout.hpp"
#include "kernels/cuda/convolution_plans.hpp"

// float32 goes to cuDNN wherever it has a deterministic engine, the rest to kernels of
// our own. Many images are cut into parts that one call can take.

namespace nengine::kernels {
namespace {

using cuda::Adapted;
using cuda::ConvolutionOperands;
using cuda::ConvolutionProblem;
using cuda::Pass;

bool is_empty(const ConvShape& s) {
    return s.images == 0 || s.x_size() == 0 || s.y_size() == 0;
}

Index filter_rows(const ConvShape& s) {
    return s.k_d * s.k_h * s.k_w * (s.in_c / s.groups);
}

/// Calls work(part, first image) for parts of the images that one call can take, all
/// but the last equal.
template <class Work>
void for_each_part(const CudaExec& exec, const ConvShape& shape, const Work& work) {
    auto& context = *exec.context;
    const Index size = images_per_call(Adapted(shape),
                                       context.convolutions().workspace_limit(context));
    for (Index first = 0; first < shape.images; first += size) {
        ConvShape part = shape;
        part.images = std::min(size, shape.images - first);
        work(part, first);
    }
}

std::size_t count(Index n) {
    return static_cast<std::size_t>(n);
}

/// What cuDNN is asked for. Rounded operands only where every engine that rounds them
/// can run: they want addresses that are multiples of 16.
ConvolutionProblem make_problem(const CudaExec& exec, const ConvShape& shape, Pass pass,
                                bool accumulate, const ConvolutionOperands& operands) {
    ConvolutionProblem problem{.shape = shape, .pass = pass, .accumulate = accumulate};
    problem.bias = operands.bias != nullptr;
    if (exec.context->gemm_math != GemmMath::float32 &&
        cuda::are_aligned(operands, 16)) {
        problem.tensor_cores = true;
        problem.alignment = 16;
    }
    return problem;
}

/// Whether cuDNN does it; if not, that is counted.
bool run_or_report(const CudaExec& exec, const ConvolutionProblem& problem,
                   const ConvolutionOperands& operands) {
    if (cuda::run_convolution(exec, problem, operands)) {
        return true;
    }
    auto& context = *exec.context;
    context.convolutions().report_fallback(context, problem);
    return false;
}

/// x as the adapted shape wants it.
const float* adapt_images(const CudaExec& exec, cuda::Scratch& scratch,
                          const ConvShape& part, const Adapted& adapted,
                          const float* x) {
    if (!adapted.copies) {
        return x;
    }
    auto* padded = scratch.take<float>(count(part.images * adapted.shape.x_size()));
    cuda::pad(exec, part, adapted.shape, x, padded);
    return padded;
}

/// Places of y in all images, each with a number for every channel.
Index n_places(const ConvShape& s) {
    return s.images * s.out_d * s.out_h * s.out_w;
}

template <class Real>
void add_bias_of(const CudaExec& exec, const ConvShape& s, const Real* bias, Real* y) {
    if (bias != nullptr) {
        cuda::add_bias(exec, n_places(s), s.out_c, bias, y);
    }
}

bool library_forward(const CudaExec& exec, const ConvShape& part, const float* x,
                     const float* filter, const float* bias, float* y,
                     bool accumulate) {
    const Adapted adapted(part);
    cuda::Scratch scratch(exec.context->scratch());
    ConvolutionOperands operands{adapt_images(exec, scratch, part, adapted, x), filter,
                                 y, bias};
    const auto run = [&](const auto& by) {
        return by(
            exec,
            make_problem(exec, adapted.shape, Pass::forward, accumulate, operands),
            operands);
    };
    if (bias != nullptr && !accumulate && run(cuda::run_convolution)) {
        return true;
    }
    operands.bias = nullptr;
    if (!run(run_or_report)) {
        return false;
    }
    add_bias_of(exec, part, bias, y);
    return true;
}

bool library_backward_data(const CudaExec& exec, const ConvShape& part,
                           const float* dL_dy, const float* filter, float* dL_dx,
                           bool accumulate) {
    const Adapted adapted(part);
    cuda::Scratch scratch(exec.context->scratch());
    float* const to =
        adapted.copies
            ? scratch.take<float>(count(part.images * adapted.shape.x_size()))
            : dL_dx;
    const ConvolutionOperands operands{to, filter, dL_dy};
    const auto problem = make_problem(exec, adapted.shape, Pass::backward_data,
                                      accumulate && !adapted.copies, operands);
    if (!run_or_report(exec, problem, operands)) {
        return false;
    }
    if (adapted.copies) {
        cuda::crop(exec, part, adapted.shape, to, dL_dx, accumulate);
    }
    return true;
}

bool library_backward_filter(const CudaExec& exec, const ConvShape& part,
                             const float* x, const float* dL_dy, float* dL_dw,
                             bool accumulate) {
    const Adapted adapted(part);
    cuda::Scratch scratch(exec.context->scratch());
    const Index rows = filter_rows(part), cols = part.out_c;
    auto* gradient = scratch.take<float>(count(rows * cols));
    const ConvolutionOperands operands{adapt_images(exec, scratch, part, adapted, x),
                                       gradient, dL_dy};
    const auto problem =
        make_problem(exec, adapted.shape, Pass::backward_filter, false, operands);
    if (!run_or_report(exec, problem, operands)) {
        return false;
    }
    cuda::transpose(exec, cols, rows, gradient, dL_dw, accumulate);
    return true;
}

/// The filter as cuDNN wants it: [out_c, k_d, k_h, k_w, in_c / groups]
const float* adapt_filter(const CudaExec& exec, cuda::Scratch& scratch,
                          const ConvShape& shape, const float* w,
                          const float* prepared) {
    if (prepared != nullptr) {
        return prepared;
    }
    auto* filter = scratch.take<float>(count(shape.w_size()));
    prepare_filter(exec, shape, w, filter);
    return filter;
}

void forward_of_parts(const CudaExec& exec, const ConvShape& shape, const float* x,
                      const float* w, const float* bias, float* y, bool accumulate,
                      const float* prepared) {
    cuda::Scratch scratch(exec.context->scratch());
    const float* filter = adapt_filter(exec, scratch, shape, w, prepared);
    for_each_part(exec, shape, [&](const ConvShape& part, Index first) {
        const float* in = x + first * shape.x_size();
        float* out = y + first * shape.y_size();
        if (!library_forward(exec, part, in, filter, bias, out, accumulate)) {
            cuda::direct::conv_forward(exec, part, in, w, out, accumulate);
            add_bias_of(exec, part, bias, out);
        }
    });
}

}  // namespace

template <class Real>
Index prepared_filter_size(const CudaExec&, const ConvShape& shape) {
    return std::is_same_v<Real, float> && !is_empty(shape) ? shape.w_size() : 0;
}

template <class Real>
void prepare_filter(const CudaExec& exec, const ConvShape& shape, const Real* w,
                    Real* prepared) {
    if constexpr (std::is_same_v<Real, float>) {
        const cuda::DeviceGuard guard(exec.context->ordinal());
        cuda::transpose(exec, filter_rows(shape), shape.out_c, w, prepared, false);
    }
}

template <class Real>
void conv_forward(const CudaExec& exec, const ConvShape& shape, const Real* x,
                  const Real* w, const Real* bias, Real* y, bool accumulate,
                  [[maybe_unused]] const Real* prepared) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            forward_of_parts(exec, shape, x, w, bias, y, accumulate, prepared);
            return;
        }
    }
    cuda::direct::conv_forward(exec, shape, x, w, y, accumulate);
    add_bias_of(exec, shape, bias, y);
}

template <class Real>
void conv_backward_data(const CudaExec& exec, const ConvShape& shape, const Real* dL_dy,
                        const Real* w, Real* dL_dx, bool accumulate,
                        [[maybe_unused]] const Real* prepared) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            cuda::Scratch scratch(exec.context->scratch());
            const float* filter = adapt_filter(exec, scratch, shape, w, prepared);
            for_each_part(exec, shape, [&](const ConvShape& part, Index first) {
                const float* in = dL_dy + first * shape.y_size();
                float* out = dL_dx + first * shape.x_size();
                if (!library_backward_data(exec, part, in, filter, out, accumulate)) {
                    cuda::direct::conv_backward_data(exec, part, in, w, out,
                                                     accumulate);
                }
            });
            return;
        }
    }
    cuda::direct::conv_backward_data(exec, shape, dL_dy, w, dL_dx, accumulate);
}

template <class Real>
void conv_backward_filter(const CudaExec& exec, const ConvShape& shape, const Real* x,
                          const Real* dL_dy, Real* dL_dw, Real* dL_dbias,
                          bool accumulate) {
    const cuda::DeviceGuard guard(exec.context->ordinal());
    if (dL_dbias != nullptr) {
        cuda::sum_bias(exec, n_places(shape), shape.out_c, dL_dy, dL_dbias, accumulate);
    }
    if constexpr (std::is_same_v<Real, float>) {
        if (!is_empty(shape)) {
            for_each_part(exec, shape, [&](const ConvShape& part, Index first) {
                const float* in = x + first * shape.x_size();
                const float* gradient = dL_dy + first * shape.y_size();
                const bool add = accumulate || first > 0;
                if (!library_backward_filter(exec, part, in, gradient, dL_dw, add)) {
                    cuda::direct::conv_backward_filter(exec, part, in, gradient, dL_dw,
                                                       add);
                }
            });
            return;
        }
    }
    cuda::direct::conv_backward_filter(exec, shape, x, dL_dy, dL_dw, accumulate);
}

#define NENGINE_INSTANTIATE(Real)                                                      \
    template Index prepared_filter_size<Real>(const CudaExec&, const ConvShape&);      \
    template void prepare_filter(const CudaExec&, const ConvShape&, const Real*,       \
                                 Real*);                                               \
    template void conv_forward(const CudaExec&, const ConvShape&, const Real*,         \
                               const Real*, const Real*, Real*, bool, const Real*);    \
    template void conv_backward_data(const CudaExec&, const ConvShape&, const Real*,   \
                                     const Real*, Real*, bool, const Real*);           \
    template void conv_backward_filter(const CudaExec&, const ConvShape&, const Real*, \
                                       const Real*, Real*, Real*, bool);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels

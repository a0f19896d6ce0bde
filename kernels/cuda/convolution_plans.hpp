#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <vector>

#include "kernels/conv.hpp"
#include "kernels/cuda/context.hpp"
#include "kernels/cuda/library.hpp"

namespace nengine::cuda {

enum class Pass { forward, backward_data, backward_filter };

/// Owns one descriptor of cuDNN.
template <auto destroy>
struct DestroyDescriptor {
    template <class T>
    void operator()(T* descriptor) const noexcept {
        static_cast<void>((cudnn().*destroy)(descriptor));
    }
};
template <class T, auto destroy>
using Descriptor =
    std::unique_ptr<std::remove_pointer_t<T>, DestroyDescriptor<destroy>>;

/// One pass of one convolution as cuDNN runs it: float32, channels last, filters
/// [out_c, k_h, k_w, in_c / groups]. Its shape has the same padding on both sides, and
/// outputs wherever the kernel fits.
struct ConvolutionPlan {
    struct Algorithm {
        int number;  ///< of the pass's enumeration
        std::size_t workspace;
    };

    ConvolutionPlan(const CudaContext& context, const Conv2DShape& shape, Pass pass);

    Conv2DShape shape;
    Pass pass;
    GemmMath math;
    Descriptor<cudnnTensorDescriptor_t, &Cudnn::cudnnDestroyTensorDescriptor> x, y;
    Descriptor<cudnnFilterDescriptor_t, &Cudnn::cudnnDestroyFilterDescriptor> w;
    Descriptor<cudnnConvolutionDescriptor_t, &Cudnn::cudnnDestroyConvolutionDescriptor>
        convolution;
    /// Deterministic ones, the one that cuDNN's model expects to be fastest first. What
    /// turns out not to run is taken out.
    std::vector<Algorithm> algorithms;

private:
    void describe();
    void find_algorithms(cudnnHandle_t handle);
};

/// The plans made so far. Nothing is timed: equal shapes always run alike.
class ConvolutionPlans {
public:
    ConvolutionPlan& find(const CudaContext& context, const Conv2DShape& shape,
                          Pass pass);

private:
    std::vector<std::unique_ptr<ConvolutionPlan>> plans_;
};

/// Runs the first algorithm that can: out = convolution + beta * out. forward: a = x, b
/// = w, out = y; backward_data: a = dL_dy, b = w, out = dL_dx; backward_filter: a = x,
/// b = dL_dy, out = dL_dw. False if cuDNN has none.
bool run_plan(const CudaExec& exec, ConvolutionPlan& plan, const float* a,
              const float* b, float beta, float* out);

}  // namespace nengine::cuda

#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>

#include "kernels/base/exec.hpp"
#include "kernels/base/gemm_math.hpp"
#include "kernels/cuda/handle.hpp"
#include "kernels/cuda/scratch.hpp"

struct cublasContext;  // what cublasHandle_t and cudnnHandle_t point to
struct cudnnContext;

namespace nengine::kernels {

namespace cuda {
class ConvolutionPlans;
class DeviceMemory;
}  // namespace cuda

/// What all kernels of one CUDA device share: the stream, library handles, workspaces.
class CudaContext {
public:
    /// @throws DeviceError  a library cannot be opened
    explicit CudaContext(int ordinal);
    CudaContext(const CudaContext&) = delete;
    CudaContext& operator=(const CudaContext&) = delete;
    /// Waits for the work under way.
    ~CudaContext();

    int ordinal() const { return ordinal_; }
    int multiprocessors() const { return multiprocessors_; }
    cudaStream_t stream() const { return stream_.get(); }
    /// The libraries' handles, made at first use: that loads their kernels, which takes
    /// a good part of a second and some hundred MB that a model may never need.
    /// @throws DeviceError  cannot be made, or for the first time in a recording
    cublasContext* blas() const;
    cudnnContext* dnn() const;
    cuda::DeviceMemory& memory() const { return *memory_; }
    cuda::ScratchStack& scratch() { return *scratch_; }
    cuda::ConvolutionPlans& convolutions() { return *convolutions_; }

    GemmMath gemm_math = GemmMath::float32;

private:
    struct DestroyBlas {
        void operator()(cublasContext* handle) const noexcept;
    };
    struct DestroyDnn {
        void operator()(cudnnContext* handle) const noexcept;
    };

    void make_blas() const;
    void make_dnn() const;
    void refuse_in_recording(const char* library) const;

    int ordinal_;
    int multiprocessors_ = 0;
    cuda::Stream stream_;
    std::unique_ptr<cuda::DeviceMemory> memory_;
    std::unique_ptr<cuda::ScratchStack> scratch_;
    mutable std::unique_ptr<cublasContext, DestroyBlas> blas_;
    mutable void* blas_workspace_ = nullptr;
    mutable std::unique_ptr<cudnnContext, DestroyDnn> dnn_;
    std::unique_ptr<cuda::ConvolutionPlans> convolutions_;
};

namespace cuda {

inline cudaStream_t stream_of(const CudaExec& exec) {
    return static_cast<cudaStream_t>(exec.stream);
}

}  // namespace cuda
}  // namespace nengine::kernels

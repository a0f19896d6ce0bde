#include "kernels/cuda/context.hpp"

#include <string>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/cuda/convolution_plans.hpp"
#include "kernels/cuda/library.hpp"
#include "kernels/cuda/memory.hpp"

namespace nengine::kernels {
namespace cuda {

void check(cudaError_t status, const char* call, Where at) {
    if (status != cudaSuccess) {
        // Clear an error that is not sticky, or the next check would report it again.
        static_cast<void>(cudaGetLastError());
        fail(call, cudaGetErrorString(status), status, at);
    }
}

void fail(const char* call, const char* reason, int code, Where at) {
    // As in the repository, wherever it was built.
    const std::string path = at.file_name();
    const std::size_t begin = path.rfind("kernels/cuda/");
    throw DeviceError(std::string(call) + " failed: " + reason + " [" +
                          path.substr(begin == std::string::npos ? 0 : begin) + ':' +
                          std::to_string(at.line()) + ']',
                      code);
}

}  // namespace cuda

namespace {

/// What cuBLAS recommends for this generation; it would otherwise make its own, and one
/// that differs from call to call would make results differ too.
constexpr std::size_t blas_workspace = std::size_t{32} << 20;

}  // namespace

CudaContext::CudaContext(int ordinal) : ordinal_(ordinal) {
    const cuda::DeviceGuard guard(ordinal);
    NENGINE_CHECK(cudaSetDevice(ordinal));
    NENGINE_CHECK(cudaDeviceGetAttribute(&multiprocessors_,
                                         cudaDevAttrMultiProcessorCount, ordinal));
    cudaStream_t stream = nullptr;
    NENGINE_CHECK(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
    stream_.reset(stream);
    memory_ = std::make_unique<cuda::DeviceMemory>(ordinal, stream);
    scratch_ = std::make_unique<cuda::ScratchStack>(*memory_);
    // What is missing is said now, when another device can still be chosen.
    static_cast<void>(cuda::cublas());
    static_cast<void>(cuda::cudnn());
    convolutions_ = std::make_unique<cuda::ConvolutionPlans>();
}

cublasContext* CudaContext::blas() const {
    if (blas_ == nullptr) {
        make_blas();
    }
    return blas_.get();
}

cudnnContext* CudaContext::dnn() const {
    if (dnn_ == nullptr) {
        make_dnn();
    }
    return dnn_.get();
}

void CudaContext::make_blas() const {
    refuse_in_recording("cuBLAS");
    const cuda::DeviceGuard guard(ordinal_);
    const auto& blas = cuda::cublas();
    cublasHandle_t handle = nullptr;
    NENGINE_CHECK(blas.cublasCreate_v2(&handle));
    std::unique_ptr<cublasContext, DestroyBlas> made(handle);
    if (blas_workspace_ == nullptr) {
        blas_workspace_ = memory_->allocate(blas_workspace);
    }
    if (blas_workspace_ == nullptr) {
        cuda::refuse_kernel_memory("the workspace of cuBLAS", blas_workspace);
    }
    // In this order: setting the stream would reset the workspace.
    NENGINE_CHECK(blas.cublasSetStream_v2(handle, stream()));
    NENGINE_CHECK(blas.cublasSetWorkspace_v2(handle, blas_workspace_, blas_workspace));
    blas_ = std::move(made);
}

void CudaContext::make_dnn() const {
    refuse_in_recording("cuDNN");
    const cuda::DeviceGuard guard(ordinal_);
    const auto& dnn = cuda::cudnn();
    cudnnHandle_t handle = nullptr;
    NENGINE_CHECK(dnn.cudnnCreate(&handle));
    std::unique_ptr<cudnnContext, DestroyDnn> made(handle);
    NENGINE_CHECK(dnn.cudnnSetStream(handle, stream()));
    dnn_ = std::move(made);
}

void CudaContext::refuse_in_recording(const char* library) const {
    if (memory_->is_capturing()) {
        throw DeviceError(std::string("CUDA kernels: got the first use of ") + library +
                              " in a recording, needs one before it",
                          cudaErrorStreamCaptureUnsupported);
    }
}

CudaContext::~CudaContext() {
    const cuda::DeviceGuard guard(ordinal_);
    static_cast<void>(cudaStreamSynchronize(stream()));
    convolutions_.reset();
    dnn_.reset();
    blas_.reset();
    if (blas_workspace_ != nullptr) {
        memory_->free(blas_workspace_);
        static_cast<void>(cudaStreamSynchronize(stream()));
    }
    scratch_.reset();
    memory_.reset();
    stream_.reset();
}

void CudaContext::DestroyBlas::operator()(cublasContext* handle) const noexcept {
    static_cast<void>(cuda::cublas().cublasDestroy_v2(handle));
}

void CudaContext::DestroyDnn::operator()(cudnnContext* handle) const noexcept {
    static_cast<void>(cuda::cudnn().cudnnDestroy(handle));
}

}  // namespace nengine::kernels

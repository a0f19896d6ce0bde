#include "kernels/cuda/context.hpp"

#include <string>

#include "kernels/base/error.hpp"
#include "kernels/cuda/convolution_plans.hpp"
#include "kernels/cuda/library.hpp"

namespace nengine {
namespace cuda {

void check(cudaError_t status, const char* call, Where at) {
    if (status != cudaSuccess) {
        // Clear an error that is not sticky, or the next check would report it again.
        static_cast<void>(cudaGetLastError());
        fail(call, cudaGetErrorString(status), status, at);
    }
}

void fail(const char* call, const char* reason, int code, Where at) {
    throw DeviceError(std::string(call) + " failed: " + reason + " [" + at.file_name() +
                          ':' + std::to_string(at.line()) + ']',
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
    make_handles();
    convolutions_ = std::make_unique<cuda::ConvolutionPlans>();
}

void CudaContext::make_handles() {
    const auto& blas = cuda::cublas();
    const auto& dnn = cuda::cudnn();
    cublasHandle_t blas_handle = nullptr;
    NENGINE_CHECK(blas.cublasCreate_v2(&blas_handle));
    blas_.reset(blas_handle);
    // The workspace is the bottom of the scratch stack: it is never given back, and so
    // stays where recordings expect it. Setting the stream would reset it.
    NENGINE_CHECK(blas.cublasSetStream_v2(blas_handle, stream()));
    NENGINE_CHECK(blas.cublasSetWorkspace_v2(
        blas_handle, scratch_->push(blas_workspace), blas_workspace));
    cudnnHandle_t dnn_handle = nullptr;
    NENGINE_CHECK(dnn.cudnnCreate(&dnn_handle));
    dnn_.reset(dnn_handle);
    NENGINE_CHECK(dnn.cudnnSetStream(dnn_handle, stream()));
}

CudaContext::~CudaContext() {
    const cuda::DeviceGuard guard(ordinal_);
    static_cast<void>(cudaStreamSynchronize(stream()));
    convolutions_.reset();
    dnn_.reset();
    blas_.reset();
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

}  // namespace nengine

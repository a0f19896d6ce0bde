#include "kernels/cuda/library.hpp"

#include <string>
#include <vector>

#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/shared_library.hpp"

namespace nengine::kernels::cuda {
namespace {

/// A library and its functions.
template <class Calls>
struct Opened {
    SharedLibrary library;
    Calls calls;
};

#define NENGINE_FIND(function) library.find(#function, calls.function);

Opened<Cublas> open_cublas() {
    const SharedLibrary library(
        {"cuBLAS", {"libcublas.so.13", "libcublas.so"}, "cublasGetProperty", 13});
    Cublas calls{};
    NENGINE_CUBLAS_FUNCTIONS(NENGINE_FIND)
    return {library, calls};
}

Opened<Cudnn> open_cudnn() {
    const SharedLibrary library(
        {"cuDNN", {"libcudnn.so.9", "libcudnn.so"}, "cudnnGetProperty", 9});
    Cudnn calls{};
    NENGINE_CUDNN_FUNCTIONS(NENGINE_FIND)
    return {library, calls};
}

#undef NENGINE_FIND

const Opened<Cublas>& opened_cublas() {
    static const auto opened = open_cublas();
    return opened;
}

const Opened<Cudnn>& opened_cudnn() {
    static const auto opened = open_cudnn();
    return opened;
}

}  // namespace

const Cublas& cublas() {
    return opened_cublas().calls;
}

const Cudnn& cudnn() {
    return opened_cudnn().calls;
}

std::vector<LibraryInfo> libraries() {
    return {opened_cublas().library.info(), opened_cudnn().library.info()};
}

void check(cublasStatus_t status, const char* call, Where at) {
    if (status != CUBLAS_STATUS_SUCCESS) {
        fail(call, cublas().cublasGetStatusString(status), status, at);
    }
}

void check(cudnnStatus_t status, const char* call, Where at) {
    if (status != CUDNN_STATUS_SUCCESS) {
        fail(call, cudnn().cudnnGetErrorString(status), status, at);
    }
}

}  // namespace nengine::kernels::cuda

#pragma once

#include <cublas_v2.h>
#include <cudnn.h>

#include "kernels/cuda/check.hpp"

// cuBLAS and cuDNN are opened at run time, so that programs start, and quickly, where
// neither is installed. Their headers are used for types alone.

namespace nengine::kernels::cuda {

#define NENGINE_CUBLAS_FUNCTIONS(X) \
    X(cublasCreate_v2)              \
    X(cublasDestroy_v2)             \
    X(cublasSetStream_v2)           \
    X(cublasSetWorkspace_v2)        \
    X(cublasGetStatusString)        \
    X(cublasGemmStridedBatchedEx_64)

#define NENGINE_CUDNN_FUNCTIONS(X)   \
    X(cudnnCreate)                   \
    X(cudnnDestroy)                  \
    X(cudnnSetStream)                \
    X(cudnnGetErrorString)           \
    X(cudnnGetLastErrorString)       \
    X(cudnnBackendCreateDescriptor)  \
    X(cudnnBackendDestroyDescriptor) \
    X(cudnnBackendSetAttribute)      \
    X(cudnnBackendGetAttribute)      \
    X(cudnnBackendFinalize)          \
    X(cudnnBackendExecute)

#define NENGINE_DECLARE(function) decltype(&::function) function;
struct Cublas {
    NENGINE_CUBLAS_FUNCTIONS(NENGINE_DECLARE)
};
struct Cudnn {
    NENGINE_CUDNN_FUNCTIONS(NENGINE_DECLARE)
};
#undef NENGINE_DECLARE

/// The functions of cuBLAS and cuDNN; the first call opens the library (see
/// SharedLibrary for where it is looked for).
/// @throws DeviceError  not found, of another major version, or without a function;
///                      says which
const Cublas& cublas();
const Cudnn& cudnn();

void check(cublasStatus_t status, const char* call, Where at = Where::current());
void check(cudnnStatus_t status, const char* call, Where at = Where::current());

}  // namespace nengine::kernels::cuda

#include <cublas_v2.h>

#include <algorithm>

#include "emulator.hpp"

// The functions of cuBLAS that nengine calls, by definition.

namespace {

struct Handle {
    cudaStream_t stream = nullptr;
};

/// Matrices stored column after column: op(X)(i, j).
template <class Real>
Real element(const void* data, long long ld, long long offset, cublasOperation_t op,
             long long i, long long j) {
    const auto* x = static_cast<const Real*>(data) + offset;
    return op == CUBLAS_OP_N ? x[j * ld + i] : x[i * ld + j];
}

struct Product {
    cublasOperation_t op_a, op_b;
    int64_t m, n, k;
    double alpha, beta;
    const void *a, *b;
    void* c;
    long long lda, ldb, ldc, stride_a, stride_b, stride_c;
    int64_t count;

    bool is_valid() const {
        return m >= 0 && n >= 0 && k >= 0 && count >= 0 &&
               lda >= std::max<int64_t>(1, op_a == CUBLAS_OP_N ? m : k) &&
               ldb >= std::max<int64_t>(1, op_b == CUBLAS_OP_N ? k : n) &&
               ldc >= std::max<int64_t>(1, m);
    }

    template <class Real>
    void run() const {
        for (int64_t item = 0; item < count; ++item) {
            auto* to = static_cast<Real*>(c) + item * stride_c;
            for (int64_t j = 0; j < n; ++j) {
                for (int64_t i = 0; i < m; ++i) {
                    Real sum = 0;
                    for (int64_t p = 0; p < k; ++p) {
                        sum += element<Real>(a, lda, item * stride_a, op_a, i, p) *
                               element<Real>(b, ldb, item * stride_b, op_b, p, j);
                    }
                    Real& at = to[j * ldc + i];
                    const Real product = static_cast<Real>(alpha) * sum;
                    at = beta == 0 ? product : static_cast<Real>(beta) * at + product;
                }
            }
        }
    }
};

}  // namespace

extern "C" {

cublasStatus_t cublasGetProperty(libraryPropertyType type, int* value) {
    *value = type == MAJOR_VERSION   ? CUBLAS_VER_MAJOR
             : type == MINOR_VERSION ? CUBLAS_VER_MINOR
                                     : CUBLAS_VER_PATCH;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasCreate_v2(cublasHandle_t* handle) {
    *handle = reinterpret_cast<cublasHandle_t>(new Handle);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasDestroy_v2(cublasHandle_t handle) {
    delete reinterpret_cast<Handle*>(handle);
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetStream_v2(cublasHandle_t handle, cudaStream_t stream) {
    reinterpret_cast<Handle*>(handle)->stream = stream;
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t, void*, size_t) {
    return CUBLAS_STATUS_SUCCESS;
}
const char* cublasGetStatusString(cublasStatus_t status) {
    return status == CUBLAS_STATUS_INVALID_VALUE
               ? "an unsupported value or parameter was passed to the function"
               : "another status";
}

cublasStatus_t cublasGemmStridedBatchedEx_64(
    cublasHandle_t handle, cublasOperation_t op_a, cublasOperation_t op_b, int64_t m,
    int64_t n, int64_t k, const void* alpha, const void* a, cudaDataType type_a,
    int64_t lda, long long stride_a, const void* b, cudaDataType type_b, int64_t ldb,
    long long stride_b, const void* beta, void* c, cudaDataType type_c, int64_t ldc,
    long long stride_c, int64_t count, cublasComputeType_t compute, cublasGemmAlgo_t) {
    const bool is_double = compute == CUBLAS_COMPUTE_64F;
    const cudaDataType type = is_double ? CUDA_R_64F : CUDA_R_32F;
    const auto number = [&](const void* at) {
        return is_double ? *static_cast<const double*>(at)
                         : static_cast<double>(*static_cast<const float*>(at));
    };
    const Product product{
        op_a, op_b, m,   n,   k,        number(alpha), number(beta), a,    b,
        c,    lda,  ldb, ldc, stride_a, stride_b,      stride_c,     count};
    if (!product.is_valid() || type_a != type || type_b != type || type_c != type) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    cuda_emulator::enqueue(reinterpret_cast<Handle*>(handle)->stream, [=] {
        is_double ? product.run<double>() : product.run<float>();
    });
    return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"

#include <cublas_v2.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>

#include "emulator.hpp"
#include "memory.hpp"

// The functions of cuBLAS that nengine calls, by definition.

namespace {

/// To the nearest float of which only the upper bits are used.
float rounded(float x, unsigned lost_bits) {
    if (lost_bits == 0 || !std::isfinite(x)) {
        return x;
    }
    const std::uint32_t half = 1U << (lost_bits - 1U);
    const std::uint32_t kept = ~((1U << lost_bits) - 1U);
    return std::bit_cast<float>((std::bit_cast<std::uint32_t>(x) + half) & kept);
}
double rounded(double x, unsigned) {
    return x;
}

/// What a tensor core does not see of a float32's bits.
unsigned lost_bits(cublasComputeType_t compute) {
    return compute == CUBLAS_COMPUTE_32F_FAST_TF32   ? 13
           : compute == CUBLAS_COMPUTE_32F_FAST_16BF ? 16
                                                     : 0;
}

bool is_aligned(const void* data, std::size_t bytes) {
    return reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
}

struct Handle {
    cudaStream_t stream = nullptr;
    bool is_ready = false;  // its kernels are loaded
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
    unsigned lost_bits;

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
                        sum +=
                            rounded(element<Real>(a, lda, item * stride_a, op_a, i, p),
                                    lost_bits) *
                            rounded(element<Real>(b, ldb, item * stride_b, op_b, p, j),
                                    lost_bits);
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
    if (cuda_emulator::any_captures()) {
        return CUBLAS_STATUS_NOT_INITIALIZED;
    }
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
cublasStatus_t cublasSetWorkspace_v2(cublasHandle_t, void* data, size_t bytes) {
    return is_aligned(data, 256) && cuda_emulator::is_device(data, bytes)
               ? CUBLAS_STATUS_SUCCESS
               : CUBLAS_STATUS_INVALID_VALUE;
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
        op_a,         op_b,     m,        n,        k,     number(alpha),
        number(beta), a,        b,        c,        lda,   ldb,
        ldc,          stride_a, stride_b, stride_c, count, lost_bits(compute)};
    const std::size_t width = is_double ? sizeof(double) : sizeof(float);
    if (!product.is_valid() || type_a != type || type_b != type || type_c != type ||
        !is_aligned(a, width) || !is_aligned(b, width) || !is_aligned(c, width)) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    auto& [stream, is_ready] = *reinterpret_cast<Handle*>(handle);
    if (!is_ready && cuda_emulator::is_captured(stream)) {
        return CUBLAS_STATUS_EXECUTION_FAILED;  // the least that may happen
    }
    is_ready = true;
    cuda_emulator::enqueue(
        stream, [=] { is_double ? product.run<double>() : product.run<float>(); });
    return CUBLAS_STATUS_SUCCESS;
}

}  // extern "C"

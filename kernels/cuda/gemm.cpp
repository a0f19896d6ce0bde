#include "kernels/gemm.hpp"

#include <algorithm>
#include <type_traits>
#include <vector>

#include "kernels/cuda/context.hpp"
#include "kernels/cuda/library.hpp"
#include "kernels/cuda/small_products.hpp"

namespace nengine::kernels {
namespace {

/// Multiplications up to which members of a group are cheaper side by side than each by
/// a call of cuBLAS.
constexpr Index worth_a_call = Index{1} << 22;

template <class Real>
bool is_empty(const GemmArgs<Real>& args) {
    return args.m == 0 || args.n == 0 || args.count == 0;
}

/// Whether all that is left is C = beta * C.
template <class Real>
bool is_scaling(const GemmArgs<Real>& args) {
    return args.k == 0 || args.alpha == Real(0);
}

/// cuBLAS looks at the distance of rows even where there is only one.
Index leading(Index distance, Index rows, Index cols) {
    return rows > 1 ? distance : std::max(distance, cols);
}

template <class Real>
constexpr cudaDataType data_type =
    std::is_same_v<Real, float> ? CUDA_R_32F : CUDA_R_64F;

template <class Real>
cublasComputeType_t compute_type(GemmMath math) {
    if constexpr (std::is_same_v<Real, double>) {
        return CUBLAS_COMPUTE_64F;
    }
    switch (math) {
        case GemmMath::tf32:
            return CUBLAS_COMPUTE_32F_FAST_TF32;
        case GemmMath::bf16:
            return CUBLAS_COMPUTE_32F_FAST_16BF;
        case GemmMath::float32:
            break;
    }
    return CUBLAS_COMPUTE_32F;
}

/// cuBLAS stores columns one after the other, so what it sees is C^T = op(B)^T op(A)^T:
/// the operands change places and need no transposition beyond their own.
template <class Real>
void library_product(const CudaExec& exec, const GemmArgs<Real>& args) {
    const auto& [ta, tb, m, n, k, a, lda, b, ldb, c, ldc, alpha, beta, count, a_stride,
                 b_stride, c_stride] = args;
    const cuda::DeviceGuard guard(exec.context->ordinal());
    const auto& blas = cuda::cublas();
    NENGINE_CHECK(blas.cublasGemmStridedBatchedEx_64(
        exec.context->blas(), tb ? CUBLAS_OP_T : CUBLAS_OP_N,
        ta ? CUBLAS_OP_T : CUBLAS_OP_N, n, m, k, &alpha, b, data_type<Real>,
        leading(ldb, tb ? n : k, tb ? k : n), b_stride, a, data_type<Real>,
        leading(lda, ta ? k : m, ta ? m : k), a_stride, &beta, c, data_type<Real>,
        leading(ldc, m, n), c_stride, count,
        compute_type<Real>(exec.context->gemm_math), CUBLAS_GEMM_DEFAULT));
}

}  // namespace

template <class Real>
void gemm(const CudaExec& exec, const GemmArgs<Real>& args) {
    if (is_empty(args)) {
        return;
    }
    if (is_scaling(args)) {
        cuda::small_products<Real>(exec, {&args, 1});
    } else {
        library_product(exec, args);
    }
}

template <class Real>
void gemm_grouped(const CudaExec& exec, std::span<const GemmArgs<Real>> products) {
    std::vector<GemmArgs<Real>> small;
    for (const auto& args : products) {
        if (is_scaling(args) || args.m * args.n * args.k * args.count <= worth_a_call) {
            small.push_back(args);
        } else {
            gemm(exec, args);
        }
    }
    if (small.size() == 1) {
        gemm(exec, small.front());
    } else {
        cuda::small_products<Real>(exec, small);
    }
}

template void gemm(const CudaExec&, const GemmArgs<float>&);
template void gemm(const CudaExec&, const GemmArgs<double>&);
template void gemm_grouped(const CudaExec&, std::span<const GemmArgs<float>>);
template void gemm_grouped(const CudaExec&, std::span<const GemmArgs<double>>);

}  // namespace nengine::kernels

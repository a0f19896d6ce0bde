#pragma once

#include <span>

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// C[g] = alpha * op(A[g]) op(B[g]) + beta * C[g] for g in [0, count), row-major.
///
/// op(A) is [m, k], op(B) is [k, n], C is [m, n]; ld* is the distance between rows of
/// the matrix as it lies in memory, *_stride the distance between the members of the
/// batch (0: shared; never for C). Sizes may be 0. With beta == 0 C is not read.
template <class Real>
struct GemmArgs {
    bool transpose_a = false, transpose_b = false;
    Index m = 0, n = 0, k = 0;
    const Real* a = nullptr;
    Index lda = 0;
    const Real* b = nullptr;
    Index ldb = 0;
    Real* c = nullptr;
    Index ldc = 0;
    Real alpha = 1, beta = 0;
    Index count = 1;
    Index a_stride = 0, b_stride = 0, c_stride = 0;
};

/// float32: oneDNN on the CPU, cuBLAS on CUDA; float64: Eigen, cuBLAS.
template <class Real>
void gemm(const CpuExec& exec, const GemmArgs<Real>& args);
template <class Real>
void gemm(const CudaExec& exec, const GemmArgs<Real>& args);

/// Products of different shapes in one call: a block-diagonal product with ragged
/// blocks.
template <class Real>
void gemm_grouped(const CpuExec& exec, std::span<const GemmArgs<Real>> products);
template <class Real>
void gemm_grouped(const CudaExec& exec, std::span<const GemmArgs<Real>> products);

}  // namespace nengine::kernels

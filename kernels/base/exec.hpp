#pragma once

namespace nengine::kernels {

/// Runs kernels on the host with `threads` OpenMP threads; compiled for x86-64-v3.
struct CpuExec {
    int threads = 1;
};

/// The same with AVX-512 (x86-64-v4). Kernels that gain nothing from it take the base.
struct CpuAvx512Exec : CpuExec {};

/// Runs kernels on a CUDA stream. The types are opaque, so that no CUDA header is
/// needed to pass one on.
struct CudaExec {
    struct Stream;                         ///< what cudaStream_t points to
    void* stream = nullptr;                ///< cudaStream_t
    class CudaContext* context = nullptr;  ///< library handles, workspaces, scratch
};

}  // namespace nengine::kernels

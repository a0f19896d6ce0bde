#pragma once

#include <cuda_runtime.h>

#include <algorithm>
#include <type_traits>

#include "kernels/base/divide.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/launch_contract.hpp"
#include "kernels/base/macros.hpp"
#include "kernels/cuda/check.hpp"
#include "kernels/cuda/context.hpp"

// How the unified kernels run on a CUDA device. What a launch promises is in
// kernels/base/launch_contract.hpp. Nothing that decides a result depends on the
// device.

/// Programs have a header of their own.
#define NENGINE_LAUNCH_PROGRAM "kernels/cuda/launch_program.cuh"

namespace nengine::kernels {

using ThisExec = CudaExec;

namespace cuda {

inline constexpr int block_threads = 256;
/// Blocks of a grid of one axis; kernels stride over what is left.
inline constexpr Index max_blocks = Index{1} << 24;

__host__ __device__ constexpr Index ceil_div(Index a, Index b) {
    return (a + b - 1) / b;
}

/// The smallest power of two that is at least `n`, but not above `limit`.
constexpr unsigned power_of_two(Index n, unsigned limit) {
    unsigned power = 1;
    while (power < n && power < limit) {
        power *= 2;
    }
    return power;
}

inline unsigned grid_size(Index blocks) {
    return static_cast<unsigned>(std::min(blocks, max_blocks));
}

/// Blocks of a grid of one axis whose kernel does not stride.
/// @throws DeviceError  there are more than a device takes
inline unsigned checked_grid(Index blocks) {
    if (blocks >= Index{1} << 31) {
        fail("launch", "more than 2^31 blocks", 0, Where::current());
    }
    return static_cast<unsigned>(blocks);
}

/// Starts a kernel. What goes wrong while it runs is found by the next call that waits.
/// @throws DeviceError  the launch itself is wrong
template <class... Parameters>
void launch(const CudaExec& exec, dim3 grid, dim3 block, void (*kernel)(Parameters...),
            const std::type_identity_t<std::decay_t<Parameters>>&... arguments) {
    const DeviceGuard guard(exec.context->ordinal());
    cudaLaunchConfig_t config{};
    config.gridDim = grid;
    config.blockDim = block;
    config.stream = stream_of(exec);
    check(cudaLaunchKernelEx(&config, kernel, arguments...), "kernel launch",
          Where::current());
}

template <class Fn>
__global__ void __launch_bounds__(block_threads)
    each_kernel(const __grid_constant__ Fn fn, Index n) {
    const Index stride = Index{gridDim.x} * block_threads;
    for (Index i = Index{blockIdx.x} * block_threads + threadIdx.x; i < n;
         i += stride) {
        fn(i);
    }
}

template <class Fn>
__global__ void __launch_bounds__(block_threads)
    prepared_kernel(const __grid_constant__ Fn fn, Index n) {
    const auto ready = fn.prepare();
    const Index stride = Index{gridDim.x} * block_threads;
    for (Index i = Index{blockIdx.x} * block_threads + threadIdx.x; i < n;
         i += stride) {
        fn(ready, i);
    }
}

}  // namespace cuda

template <class Fn>
void launch_each(const CudaExec& exec, Index n, const Fn& fn) {
    if (n <= 0) {
        return;  // an empty grid is an error, not an empty loop
    }
    const unsigned blocks = cuda::grid_size(cuda::ceil_div(n, cuda::block_threads));
    cuda::launch(exec, blocks, cuda::block_threads, cuda::each_kernel<Fn>, fn, n);
}

template <class Fn>
void launch_prepared(const CudaExec& exec, Index n, const Fn& fn) {
    if (n <= 0) {
        return;
    }
    const unsigned blocks = cuda::grid_size(cuda::ceil_div(n, cuda::block_threads));
    cuda::launch(exec, blocks, cuda::block_threads, cuda::prepared_kernel<Fn>, fn, n);
}

}  // namespace nengine::kernels

#include "kernels/cuda/launch_columns.cuh"
#include "kernels/cuda/launch_elements.cuh"
#include "kernels/cuda/launch_lines.cuh"
#include "kernels/cuda/launch_scan.cuh"

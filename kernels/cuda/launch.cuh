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

namespace nengine {

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

/// x runs over columns, y over the flattened (steps, batch, rows).
template <class Fn>
__global__ void __launch_bounds__(block_threads)
    elements_kernel(const __grid_constant__ Fn fn, Extents e) {
    const Index lines = e.steps * e.batch * e.rows;
    const Index stride = Index{gridDim.y} * blockDim.y;
    const Index c = Index{blockIdx.x} * blockDim.x + threadIdx.x;
    if (c >= e.cols) {
        return;
    }
    for (Index line = Index{blockIdx.y} * blockDim.y + threadIdx.y; line < lines;
         line += stride) {
        const auto [item, r] = divide(line, e.rows);
        const auto [t, b] = divide(item, e.batch);
        fn(t, b, r, c);
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

template <class Fn>
void launch_elements(const CudaExec& exec, const Extents& e, const Fn& fn) {
    const Index lines = e.steps * e.batch * e.rows;
    if (lines <= 0 || e.cols <= 0) {
        return;
    }
    constexpr Index max_grid_x = (Index{1} << 31) - 1, max_grid_y = 65535;
    const unsigned x = cuda::power_of_two(e.cols, cuda::block_threads);
    const unsigned y = cuda::block_threads / x;
    const Index grid_x = cuda::ceil_div(e.cols, x);
    if (grid_x > max_grid_x) {
        cuda::fail("launch_elements", "more than 2^39 columns", 0,
                   cuda::Where::current());
    }
    const Index grid_y = std::min(cuda::ceil_div(lines, y), max_grid_y);
    const dim3 grid(static_cast<unsigned>(grid_x), static_cast<unsigned>(grid_y));
    cuda::launch(exec, grid, dim3(x, y), cuda::elements_kernel<Fn>, fn, e);
}

}  // namespace nengine

#include "kernels/cuda/launch_columns.cuh"
#include "kernels/cuda/launch_lines.cuh"
#include "kernels/cuda/launch_scan.cuh"

#pragma once

#include "kernels/cuda/launch.cuh"

namespace nengine::kernels {
namespace cuda {

/// Threads that share a line: a function of its columns alone, and so is the order in
/// which they are added. A warp at least, so that neighbours read neighbours.
inline unsigned threads_per_line(Index cols) {
    constexpr Index columns_per_thread = 8;
    constexpr unsigned warp = 32;
    return std::max(power_of_two(ceil_div(cols, columns_per_thread), block_threads),
                    warp);
}

/// x runs along a line, y over lines. Threads add their own columns in Real, then each
/// other's sums in double.
template <class Sum>
__global__ void __launch_bounds__(block_threads)
    lines_kernel(const __grid_constant__ Sum sum, Index lines, Index cols) {
    using Real = typename Sum::Real;
    using Combine = CombineOf<Sum>;
    __shared__ double shared[block_threads];
    const unsigned own = threadIdx.y * blockDim.x + threadIdx.x;
    const Index stride = Index{gridDim.x} * blockDim.y;
    // All threads of a block take as many turns: they wait for each other.
    for (Index first = Index{blockIdx.x} * blockDim.y; first < lines; first += stride) {
        const Index i = first + threadIdx.y;
        const bool valid = i < lines;
        const auto line = sum.begin(valid ? i : lines - 1);
        Real partial = static_cast<Real>(Combine::start);
        if (valid) {
            for (Index c = threadIdx.x; c < cols; c += blockDim.x) {
                partial = Combine::of(partial, sum.term(line, c));
            }
        }
        shared[own] = static_cast<double>(partial);
        for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) {
                shared[own] = Combine::of(shared[own], shared[own + half]);
            }
        }
        if (threadIdx.x == 0 && valid) {
            sum.finish(line, shared[own]);
        }
        __syncthreads();  // before the next turn's sums
    }
}

}  // namespace cuda

template <class Sum>
void launch_lines(const CudaExec& exec, Index lines, Index cols, const Sum& sum) {
    if (lines <= 0) {
        return;
    }
    const unsigned x = cuda::threads_per_line(cols);
    const dim3 block(x, cuda::block_threads / x);
    const unsigned blocks = cuda::grid_size(cuda::ceil_div(lines, block.y));
    cuda::launch(exec, blocks, block, cuda::lines_kernel<Sum>, sum, lines, cols);
}

}  // namespace nengine::kernels

#pragma once

#include <tuple>
#include <utility>

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

/// The threads of a block, of which those in x share a line: they combine their own
/// columns in Real, then each other's parts in double.
class LineThreads {
public:
    __device__ explicit LineThreads(double* shared)
        : shared_(shared + threadIdx.y * blockDim.x) {}

    /// What the terms of a line's columns are together, for each of its threads; none
    /// of them if not `valid`. All threads of the block take part.
    template <class Combine, class Real, class Term>
    __device__ double total(bool valid, Index cols, const Term& term) const {
        Real partial = static_cast<Real>(Combine::start);
        if (valid) {
            for (Index c = threadIdx.x; c < cols; c += blockDim.x) {
                partial = Combine::of(partial, term(c));
            }
        }
        __syncthreads();  // the total before this one has been read
        shared_[threadIdx.x] = static_cast<double>(partial);
        for (unsigned half = blockDim.x / 2; half > 0; half /= 2) {
            __syncthreads();
            if (threadIdx.x < half) {
                shared_[threadIdx.x] =
                    Combine::of(shared_[threadIdx.x], shared_[threadIdx.x + half]);
            }
        }
        __syncthreads();
        return shared_[0];
    }

    /// run(i, valid) for the lines that this block's threads share, as often for each
    /// thread: they wait for each other.
    template <class Run>
    __device__ static void for_each_line(Index lines, const Run& run) {
        const Index stride = Index{gridDim.x} * blockDim.y;
        for (Index first = Index{blockIdx.x} * blockDim.y; first < lines;
             first += stride) {
            const Index i = first + threadIdx.y;
            const bool valid = i < lines;
            run(valid ? i : lines - 1, valid);
        }
    }

private:
    double* shared_;  ///< a number for each of the line's threads
};

/// x runs along a line, y over lines.
template <class Sum>
__global__ void __launch_bounds__(block_threads)
    lines_kernel(const __grid_constant__ Sum sum, Index lines, Index cols) {
    __shared__ double shared[block_threads];
    const LineThreads threads(shared);
    LineThreads::for_each_line(lines, [&](Index i, bool valid) {
        const auto line = sum.begin(i);
        const double total = threads.total<CombineOf<Sum>, typename Sum::Real>(
            valid, cols, [&](Index c) { return sum.term(line, c); });
        if (threadIdx.x == 0 && valid) {
            sum.finish(line, total);
        }
    });
}

template <class Map>
__global__ void __launch_bounds__(block_threads)
    normalised_kernel(const __grid_constant__ Map map, Index lines, Index cols) {
    using Real = typename Map::Real;
    using Combines = typename Map::Combines;
    constexpr int n_totals = int{std::tuple_size_v<Combines>};
    __shared__ double shared[block_threads];
    const LineThreads threads(shared);
    LineThreads::for_each_line(lines, [&](Index i, bool valid) {
        const auto line = map.begin(i);
        Real totals[n_totals];
        [&]<int... k>(std::integer_sequence<int, k...>) {
            ((totals[k] = static_cast<Real>(
                  threads.total<std::tuple_element_t<k, Combines>, Real>(
                      valid, cols,
                      [&](Index c) { return map.template term<k>(line, c, totals); }))),
             ...);
        }
        (std::make_integer_sequence<int, n_totals>{});
        if (valid) {
            const auto all = map.finish(totals);
            for (Index c = threadIdx.x; c < cols; c += blockDim.x) {
                map.write(line, c, all);
            }
        }
    });
}

/// kernel(functor, lines, cols), with threads as they share lines.
template <class Functor>
void launch_on_lines(const CudaExec& exec, void (*kernel)(Functor, Index, Index),
                     const Functor& functor, Index lines, Index cols) {
    if (lines <= 0) {
        return;
    }
    const unsigned x = threads_per_line(cols);
    const dim3 block(x, block_threads / x);
    const unsigned blocks = grid_size(ceil_div(lines, block.y));
    launch(exec, blocks, block, kernel, functor, lines, cols);
}

}  // namespace cuda

template <class Sum>
void launch_lines(const CudaExec& exec, Index lines, Index cols, const Sum& sum) {
    cuda::launch_on_lines(exec, cuda::lines_kernel<Sum>, sum, lines, cols);
}

template <class Map>
void launch_normalised(const CudaExec& exec, Index lines, Index cols, const Map& map) {
    cuda::launch_on_lines(exec, cuda::normalised_kernel<Map>, map, lines, cols);
}

}  // namespace nengine::kernels

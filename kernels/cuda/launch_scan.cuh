#pragma once

#include "kernels/cuda/launch.cuh"

namespace nengine {
namespace cuda {

inline constexpr int scan_threads = 128;
/// Blocks for scans with so few columns that most multiprocessors would be idle.
inline constexpr int few_threads = 32;
/// Elements of a scan without carried state that run at the same time, at least.
inline constexpr Index stateless_parallel = Index{1} << 18;

/// A scan whose step is a read, which does not depend on the state, and the rest.
template <class Scan>
concept ReadsAhead = requires(const Scan scan, typename Scan::Real* r, Index i) {
    scan.advance(r, scan.read(i, i, i), i, i, i);
};

/// Steps that are read at once: a step's latency is that of memory otherwise.
template <class Scan>
inline constexpr int steps_ahead = Scan::n_registers <= 24 ? 8 : 4;

/// Steps [first, last) of one element, in order, or in reverse.
template <class Scan, class Real>
__device__ __forceinline__ void run_steps(const Scan& scan, Real* r, Index first,
                                          Index last, Index b, Index i) {
    const Index count = last - first;
    const auto time = [&](Index k) { return Scan::reverse ? last - 1 - k : first + k; };
    Index k = 0;
    if constexpr (ReadsAhead<Scan>) {
        constexpr int n = steps_ahead<Scan>;
        for (; k + n <= count; k += n) {
            Real input[n];
#pragma unroll
            for (int j = 0; j < n; ++j) {
                input[j] = scan.read(time(k + j), b, i);
            }
#pragma unroll
            for (int j = 0; j < n; ++j) {
                scan.advance(r, input[j], time(k + j), b, i);
            }
        }
    }
    for (; k < count; ++k) {
        scan.step(r, time(k), b, i);
    }
}

/// One thread per (part of time, item, column), columns fastest; its state lies in
/// registers. Time is in one part unless the scan carries nothing.
template <class Scan>
__global__ void __launch_bounds__(scan_threads)
    scan_kernel(const __grid_constant__ Scan scan, Index steps, Index part, Index batch,
                Index cols, Index threads) {
    using Real = typename Scan::Real;
    const Index stride = Index{gridDim.x} * blockDim.x;
    for (Index thread = Index{blockIdx.x} * blockDim.x + threadIdx.x; thread < threads;
         thread += stride) {
        const auto [line, i] = divide(thread, cols);
        const auto [p, b] = divide(line, batch);
        const Index first = p * part;
        const Index last = first + part < steps ? first + part : steps;
        Real r[Scan::n_registers] = {};
        scan.load_constants(r, i);
        scan.load_state(r, b, i);
        run_steps(scan, r, first, last, b, i);
        scan.store_state(r, b, i);
    }
}

}  // namespace cuda

template <class Scan>
void launch_scan(const CudaExec& exec, Index steps, Index batch, Index cols,
                 const Scan& scan) {
    const Index elements = batch * cols;
    if (elements <= 0 || (Scan::n_carried == 0 && steps <= 0)) {
        return;
    }
    Index parts = 1;
    if (Scan::n_carried == 0) {
        parts = std::min(steps, cuda::ceil_div(cuda::stateless_parallel, elements));
    }
    const Index part = cuda::ceil_div(steps, parts);
    parts = part > 0 ? cuda::ceil_div(steps, part) : 1;
    const Index threads = parts * elements;
    const Index full = Index{exec.context->multiprocessors()} * cuda::scan_threads;
    const unsigned block = threads >= full ? cuda::scan_threads : cuda::few_threads;
    cuda::launch(exec, cuda::grid_size(cuda::ceil_div(threads, block)), block,
                 cuda::scan_kernel<Scan>, scan, steps, part, batch, cols, threads);
}

}  // namespace nengine

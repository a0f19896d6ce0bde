#pragma once

#include "kernels/cuda/launch.cuh"

namespace nengine::kernels {
namespace cuda {

inline constexpr int scan_threads = 128;
/// Blocks for scans with so few columns that most multiprocessors would be idle.
inline constexpr int few_threads = 32;
/// Threads of a scan without state that keep a device busy: beyond them, a thread takes
/// several rows of its column, and loads the column's constants once.
inline constexpr Index stateless_threads = Index{1} << 17;

/// A scan whose step is a read, which does not depend on the state, and the rest.
template <class Scan>
concept ReadsAhead = requires(const Scan scan, typename Scan::Real* r, Index i) {
    scan.advance(r, scan.read(i, item_of(scan, i), i), i, item_of(scan, i), i);
};

/// Steps that are read at once: a step's latency is that of memory otherwise.
template <class Scan>
inline constexpr int steps_ahead = Scan::n_registers <= 24 ? 8 : 4;

/// All steps of one element, in order, or in reverse.
template <class Scan, class Real>
__device__ __forceinline__ void run_steps(const Scan& scan, Real* r, Index count,
                                          const ItemOf<Scan>& b, Index i) {
    const auto time = [&](Index k) { return Scan::reverse ? count - 1 - k : k; };
    Index k = 0;
    if constexpr (ReadsAhead<Scan>) {
        constexpr int n = steps_ahead<Scan>;
        const auto groups = static_cast<unsigned>(count / n);  // see checked_steps
        for (unsigned group = 0; group < groups; ++group) {
            k = Index{group} * n;
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
        k = Index{groups} * n;
    }
    if constexpr (ReadsAhead<Scan> && takes_lanes<Scan>()) {
        // What is left of a group. Steps with calls are too much code to repeat.
        constexpr int n = steps_ahead<Scan> - 1;
        Real input[n];
#pragma unroll
        for (int j = 0; j < n; ++j) {
            if (k + j < count) {
                input[j] = scan.read(time(k + j), b, i);
            }
        }
#pragma unroll
        for (int j = 0; j < n; ++j) {
            if (k + j < count) {
                scan.advance(r, input[j], time(k + j), b, i);
            }
        }
    } else {
        for (; k < count; ++k) {
            scan.step(r, place_of(scan, time(k), b), b, i);
        }
    }
}

/// One thread per (item, column), columns fastest; its state lies in registers.
template <class Scan>
__global__ void __launch_bounds__(scan_threads)
    scan_kernel(const __grid_constant__ Scan scan, Index steps,
                const __grid_constant__ IndexDivisor cols, Index threads) {
    using Real = typename Scan::Real;
    const Index thread = Index{blockIdx.x} * blockDim.x + threadIdx.x;
    if (thread >= threads) {
        return;
    }
    const auto [item, i] = cols.divide(thread);
    const auto b = item_of(scan, item);
    Real r[Scan::n_registers] = {};
    scan.load_constants(r, i);
    scan.load_state(r, b, i);
    run_steps(scan, r, steps, b, i);
    scan.store_state(r, b, i);
}

/// The rows (t, b) of a scan without state, and how threads share them.
template <class Word>
struct Rows {
    Divisor<Word> batch;
    Word count, items;
    Word apart;                     ///< from a thread's row to its next one
    Word apart_steps, apart_items;  ///< the same as (t, b)

    Rows(Index steps, Index batch_items, Index groups)
        : batch(batch_items),
          count(static_cast<Word>(steps * batch_items)),
          items(static_cast<Word>(batch_items)),
          apart(static_cast<Word>(groups)),
          apart_steps(static_cast<Word>(groups / batch_items)),
          apart_items(static_cast<Word>(groups % batch_items)) {}
};

/// Where a thread is among the rows.
template <class Word>
struct RowCursor {
    Word row, t, b;

    __device__ __forceinline__ void next(const Rows<Word>& rows) {
        row += rows.apart;
        t += rows.apart_steps;
        b += rows.apart_items;
        if (b >= rows.items) {
            b -= rows.items;
            ++t;
        }
    }
};

/// Some rows of column i, from `at` on, which moves on.
template <class Scan, class Real, class Word>
__device__ __forceinline__ void run_rows(const Scan& scan, Real* r,
                                         const Rows<Word>& rows, RowCursor<Word>& at,
                                         Index i) {
    constexpr int n = ReadsAhead<Scan> ? 4 : 1;
    Real input[n];
    RowCursor<Word> each[n];
#pragma unroll
    for (int j = 0; j < n; ++j, at.next(rows)) {
        each[j] = at;
        if constexpr (ReadsAhead<Scan>) {
            if (at.row < rows.count) {
                input[j] = scan.read(static_cast<Index>(at.t),
                                     item_of(scan, static_cast<Index>(at.b)), i);
            }
        }
    }
#pragma unroll
    for (int j = 0; j < n; ++j) {
        const auto [row, t, b] = each[j];
        if (row >= rows.count) {
            return;
        }
        const auto item = item_of(scan, static_cast<Index>(b));
        if constexpr (ReadsAhead<Scan>) {
            scan.advance(r, input[j], static_cast<Index>(t), item, i);
        } else {
            scan.step(r, place_of(scan, static_cast<Index>(t), item), item, i);
        }
    }
}

/// One thread per (group of rows, column), columns fastest. A group's rows are those
/// that are `apart` from each other: at any time threads work on neighbouring rows.
template <class Scan, class Word>
__global__ void __launch_bounds__(scan_threads)
    stateless_kernel(const __grid_constant__ Scan scan, const Rows<Word> rows,
                     const __grid_constant__ IndexDivisor cols, Index threads) {
    using Real = typename Scan::Real;
    const Index thread = Index{blockIdx.x} * blockDim.x + threadIdx.x;
    if (thread >= threads) {
        return;
    }
    const auto [group, i] = cols.divide(thread);
    const auto [t, b] = rows.batch.divide(static_cast<Word>(group));
    RowCursor<Word> at{static_cast<Word>(group), t, b};
    Real r[Scan::n_registers] = {};
    scan.load_constants(r, i);
    while (at.row < rows.count) {
        run_rows(scan, r, rows, at, i);
    }
}

/// Blocks of scan_threads, or smaller ones if there are so few threads that most
/// multiprocessors would be idle.
template <class... Parameters>
void launch_threads(
    const CudaExec& exec, Index threads, void (*kernel)(Parameters...),
    const std::type_identity_t<std::decay_t<Parameters>>&... arguments) {
    const Index full = Index{exec.context->multiprocessors()} * scan_threads;
    const unsigned block = threads >= full ? scan_threads : few_threads;
    launch(exec, checked_grid(ceil_div(threads, block)), block, kernel, arguments...);
}

/// Steps that a kernel can count in 32 bits, which costs half as much.
/// @throws DeviceError  there are more
inline Index checked_steps(Index steps) {
    if (steps >= Index{1} << 31) {
        fail("launch", "more than 2^31 steps", 0, Where::current());
    }
    return steps;
}

template <class Scan>
void launch_stateless(const CudaExec& exec, Index steps, Index batch, Index cols,
                      const Scan& scan) {
    const Index rows = steps * batch;
    const Index groups = std::min(rows, ceil_div(stateless_threads, cols));
    const Index threads = groups * cols;
    // A cursor may run ahead of the last row by as many groups as it reads at once.
    if (rows + 8 * groups < Index{1} << 31) {
        launch_threads(exec, threads, stateless_kernel<Scan, std::uint32_t>, scan,
                       Rows<std::uint32_t>(steps, batch, groups), IndexDivisor(cols),
                       threads);
    } else {
        launch_threads(exec, threads, stateless_kernel<Scan, std::uint64_t>, scan,
                       Rows<std::uint64_t>(steps, batch, groups), IndexDivisor(cols),
                       threads);
    }
}

}  // namespace cuda

template <class Scan>
void launch_scan(const CudaExec& exec, Index steps, Index batch, Index cols,
                 const Scan& scan) {
    const Index threads = batch * cols;
    if (threads <= 0) {
        return;
    }
    if constexpr (Scan::n_carried == 0) {
        if (steps > 0) {
            cuda::launch_stateless(exec, steps, batch, cols, scan);
        }
    } else {
        cuda::launch_threads(exec, threads, cuda::scan_kernel<Scan>, scan,
                             cuda::checked_steps(steps), IndexDivisor(cols), threads);
    }
}

}  // namespace nengine::kernels

#pragma once

#include "kernels/cuda/launch.cuh"

namespace nengine::kernels {
namespace cuda {

/// How the rows of a reduction are shared out: a function of rows and columns alone,
/// and so is the order in which they are added.
struct ColumnPlan {
    unsigned x, y;     ///< a block's columns, and its threads per column
    Index col_blocks;  ///< blocks side by side
    Index run;         ///< rows of one block
    Index runs;        ///< blocks one below the other
};

/// Blocks that keep every multiprocessor busy, and whose sums are few enough to add.
inline constexpr Index wanted_blocks = 512;
inline constexpr unsigned max_block_columns = 32;
/// Rows that one thread adds in Real at most, and at least if there are several runs.
inline constexpr Index max_thread_rows = 4096, min_thread_rows = 8;

inline ColumnPlan plan_columns(Index rows, Index cols) {
    ColumnPlan p{};
    p.x = power_of_two(cols, max_block_columns);
    p.y = block_threads / p.x;
    p.col_blocks = ceil_div(cols, p.x);
    const Index runs = std::max(wanted_blocks / p.col_blocks, Index{1});
    p.run =
        std::clamp(ceil_div(rows, runs), p.y * min_thread_rows, p.y * max_thread_rows);
    p.runs = std::max(ceil_div(rows, p.run), Index{1});
    return p;
}

/// A sum whose term is a read, which writes nothing, and the rest.
template <class Sum>
concept ReadsTerms = requires(const Sum sum, typename Sum::Real* r, Index i) {
    sum.add(r, sum.read(i, i), i, i);
};

/// Adds rows first, first + apart, ... before `last` to r, in this order.
template <class Sum, class Real>
__device__ __forceinline__ void add_rows(const Sum& sum, Real* r, Index first,
                                         Index apart, Index last, Index i) {
    Index row = first;
    if constexpr (ReadsTerms<Sum>) {
        constexpr int n = 4;  // a sum's latency is that of memory otherwise
        for (; row + (n - 1) * apart < last; row += n * apart) {
            decltype(sum.read(row, i)) term[n];
#pragma unroll
            for (int j = 0; j < n; ++j) {
                term[j] = sum.read(row + j * apart, i);
            }
#pragma unroll
            for (int j = 0; j < n; ++j) {
                sum.add(r, term[j], row + j * apart, i);
            }
        }
    }
#pragma unroll 1
    for (; row < last; row += apart) {
        sum.term(r, row, i);
    }
}

/// The sum over a block's threads of one column, in thread 0 of each column.
template <class Combine, int n_sums>
__device__ __forceinline__ void sum_over_block(double (&sum)[n_sums]) {
    __shared__ double shared[n_sums][block_threads];
    const unsigned own = threadIdx.y * blockDim.x + threadIdx.x;
#pragma unroll
    for (int s = 0; s < n_sums; ++s) {
        shared[s][own] = sum[s];
    }
    for (unsigned half = blockDim.y / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.y < half) {
#pragma unroll
            for (int s = 0; s < n_sums; ++s) {
                sum[s] = Combine::of(sum[s], shared[s][own + half * blockDim.x]);
                shared[s][own] = sum[s];
            }
        }
    }
}

/// Threads (x, y) of a block take rows y, y + blockDim.y, ... of its run: neighbours
/// read neighbours. Partial sums lie as [runs, n_sums, cols]; a single run finishes.
template <class Sum>
__global__ void __launch_bounds__(block_threads)
    columns_kernel(const __grid_constant__ Sum sum, Index rows, Index cols, Index run,
                   const __grid_constant__ IndexDivisor col_blocks, double* partial) {
    using Real = typename Sum::Real;
    const auto [block_row, block_col] = col_blocks.divide(blockIdx.x);
    const Index i = block_col * blockDim.x + threadIdx.x;
    const Index first = block_row * run;
    const Index last = first + run < rows ? first + run : rows;
    Real r[Sum::n_registers] = {};
    if (i < cols) {
        sum.load_constants(r, i);
        add_rows(sum, r, first + threadIdx.y, blockDim.y, last, i);
    }
    double total[Sum::n_sums];
#pragma unroll
    for (int s = 0; s < Sum::n_sums; ++s) {
        total[s] = static_cast<double>(r[s]);
    }
    sum_over_block<CombineOf<Sum>>(total);
    if (threadIdx.y > 0 || i >= cols) {
        return;
    }
    if (partial == nullptr) {
        sum.finish(i, total);
        return;
    }
#pragma unroll
    for (int s = 0; s < Sum::n_sums; ++s) {
        partial[(block_row * Sum::n_sums + s) * cols + i] = total[s];
    }
}

/// Adds the sums of a column's runs first, first + apart, ... in this order.
template <class Combine, int n_sums>
__device__ __forceinline__ void add_runs(double (&total)[n_sums],
                                         const double* __restrict__ partial,
                                         unsigned runs, Index cols, unsigned first,
                                         unsigned apart) {
    constexpr unsigned n = 8;  // reads that are under way together
    for (unsigned run = first; run < runs; run += n * apart) {
        double read[n][n_sums];
#pragma unroll
        for (unsigned j = 0; j < n; ++j) {
            const unsigned at = run + j * apart;
#pragma unroll
            for (int s = 0; s < n_sums; ++s) {
                read[j][s] = at < runs ? partial[(Index{at} * n_sums + s) * cols]
                                       : Combine::start;
            }
        }
#pragma unroll
        for (unsigned j = 0; j < n; ++j) {
#pragma unroll
            for (int s = 0; s < n_sums; ++s) {
                total[s] = Combine::of(total[s], read[j][s]);
            }
        }
    }
}

/// Adds the partial sums of each column, and finishes it.
template <class Sum>
__global__ void __launch_bounds__(block_threads)
    finish_columns_kernel(const __grid_constant__ Sum sum, unsigned runs, Index cols,
                          const double* __restrict__ partial) {
    const Index i = Index{blockIdx.x} * blockDim.x + threadIdx.x;
    double total[Sum::n_sums];
#pragma unroll
    for (int s = 0; s < Sum::n_sums; ++s) {
        total[s] = CombineOf<Sum>::start;
    }
    if (i < cols) {
        add_runs<CombineOf<Sum>>(total, partial + i, runs, cols, threadIdx.y,
                                 blockDim.y);
    }
    sum_over_block<CombineOf<Sum>>(total);
    if (threadIdx.y == 0 && i < cols) {
        sum.finish(i, total);
    }
}

}  // namespace cuda

template <class Sum>
void launch_columns(const CudaExec& exec, Index rows, Index cols, const Sum& sum) {
    if (cols <= 0) {
        return;
    }
    const auto plan = cuda::plan_columns(rows, cols);
    const dim3 block(plan.x, plan.y);
    const unsigned blocks = cuda::checked_grid(plan.runs * plan.col_blocks);
    const cuda::DeviceGuard guard(exec.context->ordinal());  // scratch may grow
    cuda::Scratch scratch(exec.context->scratch());
    double* partial = nullptr;
    if (plan.runs > 1) {
        const Index count = plan.runs * Sum::n_sums * cols;
        partial = scratch.take<double>(static_cast<std::size_t>(count));
    }
    cuda::launch(exec, blocks, block, cuda::columns_kernel<Sum>, sum, rows, cols,
                 plan.run, IndexDivisor(plan.col_blocks), partial);
    if (plan.runs > 1) {
        cuda::launch(exec, static_cast<unsigned>(plan.col_blocks), block,
                     cuda::finish_columns_kernel<Sum>, sum,
                     static_cast<unsigned>(plan.runs), cols, partial);
    }
}

}  // namespace nengine::kernels

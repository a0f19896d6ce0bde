#pragma once

#include <cstddef>
#include <utility>

#include "kernels/base/exec.hpp"
#include "kernels/base/launch_contract.hpp"
#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"
#include "kernels/cpu/flush_denormals.hpp"
#include "kernels/cpu/scratch.hpp"

// How the unified kernels run on the host: OpenMP threads over tiles, SIMD lanes over
// columns. What a launch promises is in kernels/base/launch_contract.hpp. Nothing that
// decides a result depends on the number of threads. clang warns of a loop that was to
// have lanes and got none.

/// Programs have a header of their own.
#define NENGINE_LAUNCH_PROGRAM "kernels/cpu/launch_program.hpp"

namespace nengine::kernels {

#if NENGINE_TARGET_CPU_AVX512
using ThisExec = CpuAvx512Exec;
#else
using ThisExec = CpuExec;
#endif

/// After the parameters of a lambda: inline it wherever it is called.
#define NENGINE_INLINE __attribute__((always_inline))

// Internal linkage: this file is compiled for several instruction sets, and the linker
// must never hand code of one to the other.
namespace {

/// Waking the other threads costs some microseconds: below this many elements one
/// thread is faster.
inline constexpr Index parallel_threshold = 16384;

/// Elements of one task, so that a task's columns stay in the first-level cache.
inline constexpr Index elements_per_task = 4096;

inline Index ceil_div(Index a, Index b) {
    return (a + b - 1) / b;
}

inline Index smaller(Index a, Index b) {
    return a < b ? a : b;
}

/// task(i) for i in [0, tasks); on one thread if `elements` is small. Every thread
/// flushes denormals, so that a result does not depend on which one computes it.
template <class Task>
void for_each_task(const CpuExec& exec, Index tasks, Index elements, const Task& task) {
    if (exec.threads <= 1 || tasks <= 1 || elements < parallel_threshold) {
        const FlushDenormals flush;
        for (Index i = 0; i < tasks; ++i) {
            task(i);
        }
        return;
    }
#pragma omp parallel num_threads(exec.threads)
    {
        const FlushDenormals flush;
#pragma omp for schedule(static)
        for (Index i = 0; i < tasks; ++i) {
            task(i);
        }
    }
}

template <class Fn>
void launch_each(const CpuExec& exec, Index n, const Fn& given) {
    const Index tasks = ceil_div(n, elements_per_task);
    for_each_task(exec, tasks, n, [&](Index task) {
        constexpr bool lanes = takes_lanes<Fn>();
        const Fn fn = given;
        const Index first = task * elements_per_task;
        const Index last = smaller(first + elements_per_task, n);
#pragma omp simd if (lanes)
        for (Index i = first; i < last; ++i) {
            fn(i);
        }
    });
}

template <class Fn>
void launch_prepared(const CpuExec& exec, Index n, const Fn& given) {
    const Index tasks = ceil_div(n, elements_per_task);
    for_each_task(exec, tasks, n, [&](Index task) {
        constexpr bool lanes = takes_lanes<Fn>();
        const Fn fn = given;
        const auto ready = fn.prepare();
        const Index first = task * elements_per_task;
        const Index last = smaller(first + elements_per_task, n);
#pragma omp simd if (lanes)
        for (Index i = first; i < last; ++i) {
            fn(ready, i);
        }
    });
}

/// Lines [first, last) of the flattened (steps, batch, rows), columns [col, end).
template <class Fn>
void run_lines(const Fn& given, const Extents& e, Index first, Index last, Index col,
               Index end) {
    constexpr bool lanes = takes_lanes<Fn>();
    const Fn fn = given;
    Index r = first % e.rows;
    Index b = first / e.rows % e.batch;
    Index t = first / (e.rows * e.batch);
    for (Index line = first; line < last; ++line) {
#pragma omp simd if (lanes)
        for (Index c = col; c < end; ++c) {
            run_element(fn, t, b, r, c);
        }
        if (++r == e.rows) {
            r = 0;
            if (++b == e.batch) {
                b = 0;
                ++t;
            }
        }
    }
}

template <class Fn>
void launch_elements(const CpuExec& exec, const Extents& e, const Fn& fn) {
    const Index lines = e.steps * e.batch * e.rows;
    if (lines == 0 || e.cols == 0) {
        return;
    }
    const Index pieces = ceil_div(e.cols, elements_per_task);
    const Index group = e.cols < elements_per_task ? elements_per_task / e.cols : 1;
    const Index groups = ceil_div(lines, group);
    for_each_task(exec, groups * pieces, lines * e.cols, [&](Index task) {
        const Index line = task / pieces * group;
        const Index col = task % pieces * elements_per_task;
        run_lines(fn, e, line, smaller(line + group, lines), col,
                  smaller(col + elements_per_task, e.cols));
    });
}

/// Columns of one tile: all its registers lie in the first-level cache.
template <class Scan>
inline constexpr Index columns_per_tile = Scan::n_registers <= 24 ? 256 : 64;

/// Batch items of one tile: they share the loading of the per-column constants.
inline constexpr Index items_per_tile = 8;

// A tile keeps each register as an array over its columns, so that what is done to
// every column is one SIMD loop. What is done to one column is a function of its own:
// an array declared inside an OpenMP SIMD loop would be given one copy per lane, in
// memory.

template <class Scan>
using RegisterFile = typename Scan::Real[Scan::n_registers][columns_per_tile<Scan>];

template <class Scan, class Real, std::size_t width, std::size_t n>
NENGINE_HD void load_constants(const Scan& scan, Real (&file)[n][width], Index j,
                               Index i) {
    Real r[n] = {};
    scan.load_constants(r, i);
    for (std::size_t k = 0; k < n; ++k) {
        file[k][j] = r[k];
    }
}

/// Loads the registers of column j, runs code(r), writes the first `n_written` back.
template <int n_written, class Real, std::size_t width, std::size_t n, class Code>
NENGINE_HD void on_registers(Real (&file)[n][width], Index j, const Code& code) {
    [&]<int... k>(std::integer_sequence<int, k...>) NENGINE_INLINE {
        Real r[n] = {file[k][j]...};
        code(r);
        ((k < n_written ? void(file[k][j] = r[k]) : void()), ...);
    }
    (std::make_integer_sequence<int, static_cast<int>(n)>{});
}

/// Columns [first, first + count) of items [item, last), over all steps.
template <class Scan>
void run_scan_tile(const Scan& given, Index steps, Index item, Index last, Index first,
                   Index count) {
    using Real = typename Scan::Real;
    constexpr bool lanes = takes_lanes<Scan>();
    constexpr int n_carried = Scan::n_carried;
    const Scan scan = given;
    alignas(64) RegisterFile<Scan> file;
    for (Index j = 0; j < count; ++j) {
        load_constants(scan, file, j, first + j);
    }
    for (; item < last; ++item) {
        const auto b = item_of(scan, item);
#pragma omp simd
        for (Index j = 0; j < count; ++j) {
            on_registers<n_carried>(file, j, [&](Real* r) NENGINE_INLINE {
                scan.load_state(r, b, first + j);
            });
        }
        for (Index step = 0; step < steps; ++step) {
            const Index t = Scan::reverse ? steps - 1 - step : step;
            const auto at = place_of(scan, t, b);
#pragma omp simd if (lanes)
            for (Index j = 0; j < count; ++j) {
                on_registers<n_carried>(file, j, [&](Real* r) NENGINE_INLINE {
                    scan.step(r, at, b, first + j);
                });
            }
        }
#pragma omp simd
        for (Index j = 0; j < count; ++j) {
            on_registers<0>(file, j, [&](Real* r) NENGINE_INLINE {
                scan.store_state(r, b, first + j);
            });
        }
    }
}

/// The same for a single column, whose registers need not lie in memory.
template <class Scan>
void run_scan_column(const Scan& given, Index steps, Index item, Index last) {
    using Real = typename Scan::Real;
    const Scan scan = given;
    Real r[Scan::n_registers] = {};
    scan.load_constants(r, 0);
    for (; item < last; ++item) {
        const auto b = item_of(scan, item);
        scan.load_state(r, b, 0);
        for (Index step = 0; step < steps; ++step) {
            const Index t = Scan::reverse ? steps - 1 - step : step;
            scan.step(r, place_of(scan, t, b), b, 0);
        }
        scan.store_state(r, b, 0);
    }
}

template <class Scan>
void launch_scan(const CpuExec& exec, Index steps, Index batch, Index cols,
                 const Scan& scan) {
    constexpr Index width = columns_per_tile<Scan>;
    const Index blocks = ceil_div(cols, width);
    const Index groups = ceil_div(batch, items_per_tile);
    for_each_task(exec, blocks * groups, steps * batch * cols, [&](Index tile) {
        const Index item = tile / blocks * items_per_tile;
        const Index last = smaller(item + items_per_tile, batch);
        if constexpr (!takes_lanes<Scan>()) {
            if (cols == 1) {
                return run_scan_column(scan, steps, item, last);
            }
        }
        const Index first = tile % blocks * width;
        run_scan_tile(scan, steps, item, last, first, smaller(width, cols - first));
    });
}

/// Longest run of terms that is summed in Real; runs are added in double.
inline constexpr Index rows_per_partial = 4096;

/// What a sum's terms are asked for: the row itself, or what is the same for all of its
/// columns.
template <class Sum>
NENGINE_HD auto row_of(const Sum& sum, Index row) {
    if constexpr (requires { sum.row(row); }) {
        return sum.row(row);
    } else {
        return row;
    }
}

/// Sums of rows [row, last) of columns [first, first + count) into `partial`, one line
/// of `count` numbers per sum, `stride` apart.
template <class Sum>
void run_column_tile(const Sum& given, Index row, Index last, Index first, Index count,
                     double* partial, Index stride) {
    using Real = typename Sum::Real;
    constexpr bool lanes = takes_lanes<Sum>();
    const Sum sum = given;
    alignas(64) RegisterFile<Sum> file;
    for (Index j = 0; j < count; ++j) {
        load_constants(sum, file, j, first + j);
    }
    for (Index i = row; i < last; ++i) {
        const auto at = row_of(sum, i);
#pragma omp simd if (lanes)
        for (Index j = 0; j < count; ++j) {
            on_registers<Sum::n_sums>(
                file, j, [&](Real* r) NENGINE_INLINE { sum.term(r, at, first + j); });
        }
    }
    for (Index s = 0; s < Sum::n_sums; ++s) {
        for (Index j = 0; j < count; ++j) {
            partial[s * stride + j] = static_cast<double>(file[s][j]);
        }
    }
}

/// The same for one column: the lanes take every 16th row.
template <class Sum>
void run_single_column(const Sum& given, Index row, Index last, Index col,
                       double* partial, Index stride) {
    using Real = typename Sum::Real;
    constexpr Index width = 16;
    constexpr bool lanes = rows_take_lanes<Sum>();
    const Sum sum = given;
    alignas(64) Real file[Sum::n_registers][width];
    for (Index j = 0; j < width; ++j) {
        load_constants(sum, file, j, col);
    }
    for (Index i = row; i < last; i += width) {
        const Index count = smaller(width, last - i);
#pragma omp simd if (lanes)
        for (Index j = 0; j < count; ++j) {
            on_registers<Sum::n_sums>(
                file, j, [&](Real* r) NENGINE_INLINE { sum.term(r, i + j, col); });
        }
    }
    for (Index s = 0; s < Sum::n_sums; ++s) {
        double total = CombineOf<Sum>::start;
        for (Index j = 0; j < width; ++j) {
            total = CombineOf<Sum>::of(total, static_cast<double>(file[s][j]));
        }
        partial[s * stride] = total;
    }
}

/// Adds the partial sums of each column in the order of their rows.
template <class Sum>
void finish_columns(const CpuExec& exec, Index runs, Index cols, const double* partial,
                    const Sum& sum) {
    const Index tasks = ceil_div(cols, elements_per_task);
    for_each_task(exec, tasks, runs * cols * Sum::n_sums, [&](Index task) {
        const Index first = task * elements_per_task;
        const Index last = smaller(first + elements_per_task, cols);
        for (Index c = first; c < last; ++c) {
            double total[Sum::n_sums];
            for (double& part : total) {
                part = CombineOf<Sum>::start;
            }
            for (Index i = 0; i < runs; ++i) {
                for (Index s = 0; s < Sum::n_sums; ++s) {
                    total[s] = CombineOf<Sum>::of(
                        total[s], partial[(i * Sum::n_sums + s) * cols + c]);
                }
            }
            sum.finish(c, total);
        }
    });
}

template <class Sum>
void launch_columns(const CpuExec& exec, Index rows, Index cols, const Sum& sum) {
    if (cols == 0) {
        return;
    }
    constexpr Index few =
        8;  // fewer columns than SIMD lanes: the lanes go down a column
    const Index width = cols < few ? 1 : columns_per_tile<Sum>;
    const Index blocks = ceil_div(cols, width);
    const Index runs = ceil_div(rows, rows_per_partial);
    const CpuScratch partial(static_cast<std::size_t>(runs * cols * Sum::n_sums));
    for_each_task(exec, runs * blocks, rows * cols, [&](Index task) {
        const Index run = task / blocks;
        const Index first = task % blocks * width;
        const Index row = run * rows_per_partial;
        const Index last = smaller(row + rows_per_partial, rows);
        double* to = partial.data() + run * Sum::n_sums * cols + first;
        if (width == 1) {
            run_single_column(sum, row, last, first, to, cols);
        } else {
            run_column_tile(sum, row, last, first, smaller(width, cols - first), to,
                            cols);
        }
    });
    finish_columns(exec, runs, cols, partial.data(), sum);
}

}  // namespace
}  // namespace nengine::kernels

#include "kernels/cpu/launch_lines.hpp"
#include "kernels/cpu/launch_normalised.hpp"

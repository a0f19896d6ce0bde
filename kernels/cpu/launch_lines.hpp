#pragma once

#include <type_traits>

#include "kernels/cpu/launch.hpp"

// Sums along lines, as launch_contract.hpp describes them; a part of launch.hpp.

namespace nengine::kernels {
namespace {

/// One line in four runs side by side: a single chain of sums would wait for itself.
template <class Sum>
void run_line(const Sum& sum, Index i, Index cols) {
    using Real = typename Sum::Real;
    constexpr bool lanes = takes_lanes<Sum>();
    const auto line = sum.begin(i);
    const Index run = cols / 4;
    Real a = 0, b = 0, c = 0, d = 0;
#pragma omp simd reduction(+ : a, b, c, d) if (lanes)
    for (Index j = 0; j < run; ++j) {
        a += sum.term(line, j);
        b += sum.term(line, run + j);
        c += sum.term(line, 2 * run + j);
        d += sum.term(line, 3 * run + j);
    }
    double total = static_cast<double>(a) + static_cast<double>(b) +
                   static_cast<double>(c) + static_cast<double>(d);
    for (Index j = 4 * run; j < cols; ++j) {
        total += static_cast<double>(sum.term(line, j));
    }
    sum.finish(line, total);
}

/// The same for what is no sum: lanes of parts, which become one at the end.
template <class Sum>
void run_combined_line(const Sum& sum, Index i, Index cols) {
    using Real = typename Sum::Real;
    using Combine = CombineOf<Sum>;
    constexpr bool lanes = takes_lanes<Sum>();
    constexpr Index width = 16;
    const auto line = sum.begin(i);
    alignas(64) Real part[width];
    for (Real& one : part) {
        one = static_cast<Real>(Combine::start);
    }
    const Index whole = cols / width * width;
    for (Index j = 0; j < whole; j += width) {
#pragma omp simd if (lanes)
        for (Index k = 0; k < width; ++k) {
            part[k] = Combine::of(part[k], sum.term(line, j + k));
        }
    }
    double total = Combine::start;
    for (const Real one : part) {
        total = Combine::of(total, static_cast<double>(one));
    }
    for (Index j = whole; j < cols; ++j) {
        total = Combine::of(total, static_cast<double>(sum.term(line, j)));
    }
    sum.finish(line, total);
}

/// run(first, last) for the lines of each task.
template <class Run>
void for_each_lines(const CpuExec& exec, Index lines, Index cols, const Run& run) {
    const Index group = cols < elements_per_task && cols > 0
                            ? elements_per_task / cols
                            : (cols > 0 ? 1 : elements_per_task);
    for_each_task(exec, ceil_div(lines, group), lines * cols, [&](Index task) {
        run(task * group, smaller((task + 1) * group, lines));
    });
}

template <class Sum>
void launch_lines(const CpuExec& exec, Index lines, Index cols, const Sum& given) {
    for_each_lines(exec, lines, cols, [&](Index first, Index last) {
        const Sum sum = given;
        for (Index i = first; i < last; ++i) {
            if constexpr (std::is_same_v<CombineOf<Sum>, Addition>) {
                run_line(sum, i, cols);
            } else {
                run_combined_line(sum, i, cols);
            }
        }
    });
}

}  // namespace
}  // namespace nengine::kernels

#pragma once

#include <cstddef>
#include <span>
#include <type_traits>
#include <variant>

#include "kernels/base/index.hpp"
#include "kernels/base/view.hpp"
#include "kernels/optimizers/optimizers.hpp"

namespace nengine::kernels {

/// The most running averages that a formula keeps of a parameter.
inline constexpr int most_averages = 3;

/// One update of `n` parameters. If `*skip` (device memory; may be null) is not 0,
/// nothing is changed and the update does not count: a non-finite loss leaves
/// parameters and state as they were.
template <class Real>
struct UpdateArgs {
    Index n = 0;
    Real* parameter = nullptr;
    const Real* gradient = nullptr;
    double learning_rate = 0;           ///< in place of the optimizer's
    Real* averages[most_averages]{};    ///< those that it keeps
    void* progress = nullptr;           ///< UpdateProgress of its step, on the device
    Real* parameter_average = nullptr;  ///< with use_ema, n numbers; may be null
    const int* skip = nullptr;
    /// What times each parameter's step is made, n numbers, and where they are kept
    /// while it is; null: all are 1.
    const Real* rate_factors = nullptr;
    Real* before = nullptr;
    /// On the host, for formulas that look at all of a parameter; none: it is one
    /// vector.
    std::span<const ParameterShape> shapes{};
    double* scratch = nullptr;
};

/// What an update needs beside parameters and gradients.
struct OptimizerMemory {
    int n_averages = 0;
    double starts[most_averages]{};  ///< what the averages are filled with at first
    Index average_size = 0;          ///< numbers of each
    Index scratch = 0;               ///< doubles
    std::size_t progress_bytes = 0;  ///< 0 where the number of updates is not used
};

/// Averages of rows and columns, and totals of lines and matrices beside two of all.
inline void take_shapes(OptimizerMemory& memory, Index n,
                        std::span<const ParameterShape> shapes) {
    memory.scratch = 2;
    memory.average_size = shapes.empty() ? n : 0;
    for (const ParameterShape& shape : shapes) {
        memory.average_size += shape.factors();
        const Index totals = 2 + shape.lines() + shape.matrices;
        memory.scratch = totals > memory.scratch ? totals : memory.scratch;
    }
}

/// Of an optimizer with these options, for `n` parameters of these shapes.
template <class Real>
OptimizerMemory optimizer_memory(const AnyOptimizer& optimizer, Index n = 0,
                                 std::span<const ParameterShape> shapes = {}) {
    OptimizerMemory memory{.average_size = n};
    std::visit(
        [&]<class Options>(const Options& options) {
            OptimizerFormula<Options>::template with_step<Real>(
                options, 0, [&]<class Step>(const Step&) {
                    static_assert(Step::starts.size() <= most_averages);
                    for (const double start : Step::starts) {
                        memory.starts[memory.n_averages++] = start;
                    }
                    if constexpr (requires { Step::of_shapes; }) {
                        take_shapes(memory, n, shapes);
                    }
                    if (!std::is_empty_v<typename Step::Shared>) {
                        memory.progress_bytes =
                            sizeof(UpdateProgress<typename Step::Shared>);
                    }
                });
        },
        optimizer);
    return memory;
}

/// Updates by the optimizer's formula (kernels/optimizers/), after `p -= p weight_decay
/// learning_rate`. What depends on the number of updates alone is computed once for all
/// parameters, in double.
template <class Exec, class Real>
void optimizer_update(const Exec& exec, const AnyOptimizer& optimizer,
                      const UpdateArgs<Real>& args);

/// parameter = values, `[1, 1, 1, n]`, unless *skip (device memory; may be null) is not
/// 0.
template <class Exec, class Real>
void assign_unless(const Exec& exec, const int* skip, const Block<const Real>& values,
                   Real* parameter);

}  // namespace nengine::kernels

#pragma once

#include <cstddef>
#include <type_traits>
#include <variant>

#include "kernels/base/index.hpp"
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
    Real* averages[most_averages]{};    ///< n numbers each, for those that it keeps
    void* progress = nullptr;           ///< UpdateProgress of its step, on the device
    Real* parameter_average = nullptr;  ///< with use_ema, n numbers; may be null
    const int* skip = nullptr;
};

/// What an update needs beside parameters and gradients.
struct OptimizerMemory {
    int n_averages = 0;
    double starts[most_averages]{};  ///< what the averages are filled with at first
    std::size_t progress_bytes = 0;  ///< 0 where the number of updates is not used
};

/// Of an optimizer with these options.
template <class Real>
OptimizerMemory optimizer_memory(const AnyOptimizer& optimizer) {
    OptimizerMemory memory;
    std::visit(
        [&]<class Options>(const Options& options) {
            OptimizerFormula<Options>::template with_step<Real>(
                options, 0, [&]<class Step>(const Step&) {
                    static_assert(Step::starts.size() <= most_averages);
                    for (const double start : Step::starts) {
                        memory.starts[memory.n_averages++] = start;
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

}  // namespace nengine::kernels

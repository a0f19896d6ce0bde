#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "kernels/cuda/convolution_engines.hpp"
#include "kernels/cuda/convolution_parts.hpp"

namespace nengine::kernels::cuda {

/// Device memory of a problem's operands.
struct ConvolutionOperands {
    const float* x;
    const float* w;
    const float* y;  ///< each of the three may be what is written
    const float* bias = nullptr;
};

/// Whether the addresses of all operands are multiples of `bytes`.
bool are_aligned(const ConvolutionOperands& operands, std::size_t bytes);

/// A problem and the engine that runs it.
struct ConvolutionPlan {
    ConvolutionPlan(const DnnDevice& device, const ConvolutionProblem& of,
                    std::size_t workspace_limit)
        : problem(of), choices(device, of), engine(choices.next(workspace_limit)) {}

    ConvolutionProblem problem;
    EngineChoices choices;
    std::optional<Engine> engine;  ///< none: cuDNN cannot
    bool is_reported = false;      ///< that it cannot
};

/// The plans made so far on a device.
class ConvolutionPlans {
public:
    ConvolutionPlan& find(CudaContext& context, const ConvolutionProblem& problem);

    /// See workspace_limit_of(); tests may set another, for plans to come.
    std::size_t workspace_limit(CudaContext& context);
    void set_workspace_limit(std::size_t bytes) { workspace_limit_ = bytes; }

    /// To be called when kernels of our own run because `problem` has no engine: counts
    /// it, and says so on stderr at a problem's first time, because they are many times
    /// slower.
    void report_fallback(CudaContext& context, const ConvolutionProblem& problem);
    Index fallbacks() const { return fallbacks_; }

private:
    std::vector<std::unique_ptr<ConvolutionPlan>> plans_;
    std::optional<std::size_t> workspace_limit_;
    Index fallbacks_ = 0;
};

/// Runs the problem by its engine; false if it has none.
bool run_convolution(const CudaExec& exec, const ConvolutionProblem& problem,
                     const ConvolutionOperands& operands);

}  // namespace nengine::kernels::cuda

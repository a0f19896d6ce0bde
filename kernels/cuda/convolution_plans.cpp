#include "kernels/cuda/convolution_plans.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

#include "kernels/cuda/convolution_fallbacks.hpp"

namespace nengine::kernels::cuda {
namespace {

/// "Cannot", not "failed": another engine may.
bool is_unsupported(cudnnStatus_t status) {
    return CUDNN_STATUS_CATEGORY(status) == CUDNN_STATUS_NOT_SUPPORTED ||
           status == CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
}

/// Which memory the operands of a graph are in, for one execution.
DnnDescriptor make_variant_pack(const ConvolutionProblem& problem,
                                const ConvolutionOperands& operands, void* workspace) {
    const auto name = [](DnnOperand operand) {
        return static_cast<std::int64_t>(operand);
    };
    const std::array names{name(DnnOperand::x), name(DnnOperand::w),
                           name(DnnOperand::y), name(DnnOperand::bias)};
    // cuDNN's interface has no const; it writes what the pass writes.
    const std::array<void*, 4> memory{
        const_cast<float*>(operands.x), const_cast<float*>(operands.w),
        const_cast<float*>(operands.y), const_cast<float*>(operands.bias)};
    const std::size_t count = problem.bias ? 4 : 3;
    DnnDescriptor pack(CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    pack.set(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS,
             std::span<const std::int64_t>(names.data(), count));
    pack.set(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS,
             std::span<void* const>(memory.data(), count));
    pack.set(CUDNN_ATTR_VARIANT_PACK_WORKSPACE, workspace);
    pack.finalize();
    return pack;
}

cudnnStatus_t execute(const CudaExec& exec, const ConvolutionProblem& problem,
                      const Engine& engine, const ConvolutionOperands& operands) {
    Scratch scratch(exec.context->scratch());
    void* const workspace =
        engine.workspace > 0 ? scratch.take<std::byte>(engine.workspace) : nullptr;
    const DnnDescriptor pack = make_variant_pack(problem, operands, workspace);
    return cudnn().cudnnBackendExecute(exec.context->dnn(), engine.plan.get(),
                                       pack.get());
}

}  // namespace

bool are_aligned(const ConvolutionOperands& operands, std::size_t bytes) {
    const std::array pointers{operands.x, operands.w, operands.y, operands.bias};
    return std::ranges::all_of(pointers, [&](const float* pointer) {
        return reinterpret_cast<std::uintptr_t>(pointer) % bytes == 0;
    });
}

ConvolutionPlan& ConvolutionPlans::find(CudaContext& context,
                                        const ConvolutionProblem& problem) {
    for (const auto& plan : plans_) {
        if (plan->problem == problem) {
            return *plan;
        }
    }
    plans_.push_back(std::make_unique<ConvolutionPlan>(
        DnnDevice{context.dnn()}, problem, workspace_limit(context)));
    return *plans_.back();
}

std::size_t ConvolutionPlans::workspace_limit(CudaContext& context) {
    if (!workspace_limit_) {
        cudaDeviceProp properties{};
        NENGINE_CHECK(cudaGetDeviceProperties(&properties, context.ordinal()));
        workspace_limit_ = workspace_limit_of(properties.totalGlobalMem);
    }
    return *workspace_limit_;
}

void ConvolutionPlans::report_fallback(CudaContext& context,
                                       const ConvolutionProblem& problem) {
    ++fallbacks_;
    ConvolutionPlan& plan = find(context, problem);
    if (!plan.is_reported) {
        plan.is_reported = true;
        static_cast<void>(std::fprintf(
            stderr,
            "nengine: cuDNN has no engine for a convolution, which a slow kernel does "
            "instead: %s: %s\n",
            describe(problem).c_str(), plan.choices.reasons().c_str()));
    }
}

Index convolution_fallbacks(const CudaExec& exec) {
    return exec.context->convolutions().fallbacks();
}

bool run_convolution(const CudaExec& exec, const ConvolutionProblem& problem,
                     const ConvolutionOperands& operands) {
    auto& context = *exec.context;
    auto& plans = context.convolutions();
    ConvolutionPlan& plan = plans.find(context, problem);
    while (plan.engine) {
        const auto status = execute(exec, problem, *plan.engine, operands);
        if (!is_unsupported(status)) {
            NENGINE_CHECK(status);
            return true;
        }
        plan.engine = plan.choices.next(plans.workspace_limit(context));
    }
    return false;
}

}  // namespace nengine::kernels::cuda

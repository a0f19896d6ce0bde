#include "kernels/cuda/convolution_plans.hpp"

#include <algorithm>

namespace nengine::cuda {
namespace {

/// What an algorithm may ask for beside its operands.
constexpr std::size_t max_workspace = std::size_t{256} << 20;
constexpr int max_results = 16;

/// "Cannot", not "failed": another algorithm may.
bool is_unsupported(cudnnStatus_t status) {
    return CUDNN_STATUS_CATEGORY(status) == CUDNN_STATUS_NOT_SUPPORTED;
}

/// make(), owned.
template <class Owner>
Owner make_descriptor(cudnnStatus_t (*make)(typename Owner::pointer*)) {
    typename Owner::pointer made = nullptr;
    NENGINE_CHECK(make(&made));
    return Owner(made);
}

/// Keeps what cuDNN lists of deterministic algorithms that fit; `query` asks for the
/// workspace of one.
template <class Result, class Query>
std::vector<ConvolutionPlan::Algorithm> usable(cudnnStatus_t status,
                                               const Result (&results)[max_results],
                                               int count, const Query& query) {
    std::vector<ConvolutionPlan::Algorithm> found;
    if (is_unsupported(status)) {
        return found;
    }
    NENGINE_CHECK(status);
    for (int i = 0; i < count; ++i) {
        const Result& result = results[i];
        const int number = static_cast<int>(result.algo);
        // The same algorithm is listed once per kind of arithmetic.
        const bool listed = std::any_of(found.begin(), found.end(), [&](const auto& a) {
            return a.number == number;
        });
        std::size_t workspace = 0;
        if (!listed && result.status == CUDNN_STATUS_SUCCESS &&
            result.determinism == CUDNN_DETERMINISTIC &&
            query(result.algo, &workspace) == CUDNN_STATUS_SUCCESS &&
            workspace <= max_workspace) {
            found.push_back({number, workspace});
        }
    }
    return found;
}

}  // namespace

ConvolutionPlan::ConvolutionPlan(const CudaContext& context, const Conv2DShape& of,
                                 Pass what)
    : shape(of), pass(what), math(context.gemm_math) {
    const auto& dnn = cudnn();
    x = make_descriptor<decltype(x)>(dnn.cudnnCreateTensorDescriptor);
    y = make_descriptor<decltype(y)>(dnn.cudnnCreateTensorDescriptor);
    w = make_descriptor<decltype(w)>(dnn.cudnnCreateFilterDescriptor);
    convolution =
        make_descriptor<decltype(convolution)>(dnn.cudnnCreateConvolutionDescriptor);
    describe();
    find_algorithms(context.dnn());
}

void ConvolutionPlan::describe() {
    const auto& dnn = cudnn();
    const auto number = [](Index size) { return static_cast<int>(size); };
    const Conv2DShape& s = shape;
    NENGINE_CHECK(dnn.cudnnSetTensor4dDescriptor(
        x.get(), CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, number(s.images), number(s.in_c),
        number(s.in_h), number(s.in_w)));
    NENGINE_CHECK(dnn.cudnnSetTensor4dDescriptor(
        y.get(), CUDNN_TENSOR_NHWC, CUDNN_DATA_FLOAT, number(s.images), number(s.out_c),
        number(s.out_h), number(s.out_w)));
    NENGINE_CHECK(dnn.cudnnSetFilter4dDescriptor(
        w.get(), CUDNN_DATA_FLOAT, CUDNN_TENSOR_NHWC, number(s.out_c),
        number(s.in_c / s.groups), number(s.k_h), number(s.k_w)));
    NENGINE_CHECK(dnn.cudnnSetConvolution2dDescriptor(
        convolution.get(), number(s.pad_top), number(s.pad_left), number(s.stride_h),
        number(s.stride_w), 1, 1, CUDNN_CROSS_CORRELATION, CUDNN_DATA_FLOAT));
    NENGINE_CHECK(
        dnn.cudnnSetConvolutionGroupCount(convolution.get(), number(s.groups)));
    // cuDNN's default would round the operands to tf32.
    NENGINE_CHECK(dnn.cudnnSetConvolutionMathType(
        convolution.get(),
        math == GemmMath::float32 ? CUDNN_FMA_MATH : CUDNN_DEFAULT_MATH));
}

void ConvolutionPlan::find_algorithms(cudnnHandle_t handle) {
    const auto& dnn = cudnn();
    int count = 0;
    if (pass == Pass::forward) {
        cudnnConvolutionFwdAlgoPerf_t results[max_results];
        const auto status = dnn.cudnnGetConvolutionForwardAlgorithm_v7(
            handle, x.get(), w.get(), convolution.get(), y.get(), max_results, &count,
            results);
        algorithms = usable(status, results, count, [&](auto algorithm, auto* bytes) {
            return dnn.cudnnGetConvolutionForwardWorkspaceSize(
                handle, x.get(), w.get(), convolution.get(), y.get(), algorithm, bytes);
        });
    } else if (pass == Pass::backward_data) {
        cudnnConvolutionBwdDataAlgoPerf_t results[max_results];
        const auto status = dnn.cudnnGetConvolutionBackwardDataAlgorithm_v7(
            handle, w.get(), y.get(), convolution.get(), x.get(), max_results, &count,
            results);
        algorithms = usable(status, results, count, [&](auto algorithm, auto* bytes) {
            return dnn.cudnnGetConvolutionBackwardDataWorkspaceSize(
                handle, w.get(), y.get(), convolution.get(), x.get(), algorithm, bytes);
        });
    } else {
        cudnnConvolutionBwdFilterAlgoPerf_t results[max_results];
        const auto status = dnn.cudnnGetConvolutionBackwardFilterAlgorithm_v7(
            handle, x.get(), y.get(), convolution.get(), w.get(), max_results, &count,
            results);
        algorithms = usable(status, results, count, [&](auto algorithm, auto* bytes) {
            return dnn.cudnnGetConvolutionBackwardFilterWorkspaceSize(
                handle, x.get(), y.get(), convolution.get(), w.get(), algorithm, bytes);
        });
    }
}

ConvolutionPlan& ConvolutionPlans::find(const CudaContext& context,
                                        const Conv2DShape& shape, Pass pass) {
    for (const auto& plan : plans_) {
        if (plan->pass == pass && plan->math == context.gemm_math &&
            plan->shape == shape) {
            return *plan;
        }
    }
    plans_.push_back(std::make_unique<ConvolutionPlan>(context, shape, pass));
    return *plans_.back();
}

namespace {

cudnnStatus_t run_algorithm(const CudaExec& exec, const ConvolutionPlan& plan,
                            const ConvolutionPlan::Algorithm& algorithm, const float* a,
                            const float* b, float beta, float* out) {
    const auto& dnn = cudnn();
    cudnnContext* const handle = exec.context->dnn();
    constexpr float one = 1;
    Scratch scratch(exec.context->scratch());
    void* const workspace = algorithm.workspace > 0
                                ? scratch.take<std::byte>(algorithm.workspace)
                                : nullptr;
    switch (plan.pass) {
        case Pass::forward:
            return dnn.cudnnConvolutionForward(
                handle, &one, plan.x.get(), a, plan.w.get(), b, plan.convolution.get(),
                static_cast<cudnnConvolutionFwdAlgo_t>(algorithm.number), workspace,
                algorithm.workspace, &beta, plan.y.get(), out);
        case Pass::backward_data:
            return dnn.cudnnConvolutionBackwardData(
                handle, &one, plan.w.get(), b, plan.y.get(), a, plan.convolution.get(),
                static_cast<cudnnConvolutionBwdDataAlgo_t>(algorithm.number), workspace,
                algorithm.workspace, &beta, plan.x.get(), out);
        case Pass::backward_filter:
            break;
    }
    return dnn.cudnnConvolutionBackwardFilter(
        handle, &one, plan.x.get(), a, plan.y.get(), b, plan.convolution.get(),
        static_cast<cudnnConvolutionBwdFilterAlgo_t>(algorithm.number), workspace,
        algorithm.workspace, &beta, plan.w.get(), out);
}

}  // namespace

bool run_plan(const CudaExec& exec, ConvolutionPlan& plan, const float* a,
              const float* b, float beta, float* out) {
    while (!plan.algorithms.empty()) {
        const auto status =
            run_algorithm(exec, plan, plan.algorithms.front(), a, b, beta, out);
        if (!is_unsupported(status)) {
            NENGINE_CHECK(status);
            return true;
        }
        plan.algorithms.erase(plan.algorithms.begin());
    }
    return false;
}

}  // namespace nengine::cuda

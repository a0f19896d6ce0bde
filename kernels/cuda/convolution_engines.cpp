#include "kernels/cuda/convolution_engines.hpp"

#include <algorithm>
#include <array>

#include "kernels/base/error.hpp"

namespace nengine::kernels::cuda {
namespace {

/// Whether an engine's results are what is promised, see EngineChoices.
bool is_suitable(const DnnDescriptor& engine, bool tensor_cores) {
    const auto is_wrong = [&](cudnnBackendNumericalNote_t note) {
        return note != CUDNN_NUMERICAL_NOTE_STRICT_NAN_PROP &&
               (note != CUDNN_NUMERICAL_NOTE_TENSOR_CORE || !tensor_cores);
    };
    // A compiler takes a second for each shape, and may not be installed.
    const auto is_late = [](cudnnBackendBehaviorNote_t note) {
        return note == CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION;
    };
    return std::ranges::none_of(engine.get_numerical_notes(), is_wrong) &&
           std::ranges::none_of(engine.get_behavior_notes(), is_late);
}

bool uses_tensor_cores(const DnnDescriptor& engine) {
    return std::ranges::count(engine.get_numerical_notes(),
                              CUDNN_NUMERICAL_NOTE_TENSOR_CORE) > 0;
}

}  // namespace

EngineChoices::EngineChoices(const DnnDevice& device, const ConvolutionProblem& problem)
    : device_(device), tensor_cores_(problem.tensor_cores) {
    try {
        graph_.emplace(problem, device.handle);
    } catch (const DeviceError& error) {
        refused_ = error.what();
        return;
    }
    for (const auto mode : {CUDNN_HEUR_MODE_A, CUDNN_HEUR_MODE_FALLBACK}) {
        try {
            ask(mode);
        } catch (const DeviceError& error) {
            refused_ = error.what();
        }
    }
}

void EngineChoices::ask(cudnnBackendHeurMode_t mode) {
    DnnDescriptor heuristics(CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, graph_->get());
    heuristics.set(CUDNN_ATTR_ENGINEHEUR_MODE, mode);
    if (device_.properties != nullptr) {
        heuristics.set(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, *device_.properties);
    }
    heuristics.finalize();
    for (auto& choice : heuristics.get_all(CUDNN_ATTR_ENGINEHEUR_RESULTS,
                                           CUDNN_BACKEND_ENGINECFG_DESCRIPTOR)) {
        offered_.push_back(std::move(choice));
    }
}

std::optional<Engine> EngineChoices::next(std::size_t workspace_limit) {
    while (next_ < offered_.size()) {
        const DnnDescriptor& choice = offered_[next_++];
        try {
            if (auto engine = make_engine(choice, workspace_limit)) {
                return engine;
            }
        } catch (const DeviceError& error) {
            refused_ = error.what();
        }
    }
    return std::nullopt;
}

std::optional<Engine> EngineChoices::make_engine(const DnnDescriptor& choice,
                                                 std::size_t workspace_limit) {
    const auto engines =
        choice.get_all(CUDNN_ATTR_ENGINECFG_ENGINE, CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    const DnnDescriptor& engine = engines.at(0);
    if (!is_suitable(engine, tensor_cores_)) {
        ++unsuitable_;
        return std::nullopt;
    }
    DnnDescriptor plan(CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
    plan.set(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, choice);
    if (device_.properties != nullptr) {
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, *device_.properties);
    } else {
        plan.set(CUDNN_ATTR_EXECUTION_PLAN_HANDLE, device_.handle);
    }
    plan.finalize();
    const auto workspace = static_cast<std::size_t>(
        plan.get_number(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE));
    if (workspace > workspace_limit) {
        ++too_large_;
        return std::nullopt;
    }
    return Engine{std::move(plan), engine.get_number(CUDNN_ATTR_ENGINE_GLOBAL_INDEX),
                  uses_tensor_cores(engine), workspace};
}

std::string EngineChoices::reasons() const {
    std::string text = "of " + std::to_string(offered_.size()) + " engines offered, " +
                       std::to_string(unsuitable_) +
                       " are not deterministic or not exact enough, " +
                       std::to_string(too_large_) + " want too large a workspace";
    return refused_.empty() ? text : text + "; " + refused_;
}

}  // namespace nengine::kernels::cuda

#include <cudnn.h>

#include <algorithm>

#include "dnn_engines.hpp"
#include "emulator.hpp"
#include "memory.hpp"

// The functions of cuDNN that nengine calls: float32 convolutions as operation graphs,
// with the engines that an H100 would offer.

namespace {

using namespace cuda_emulator;

struct Handle {
    cudaStream_t stream = nullptr;
};

Handle& handle_of(cudnnHandle_t handle) {
    return *reinterpret_cast<Handle*>(handle);
}

DescriptorPtr make_final(cudnnBackendDescriptorType_t type) {
    auto made = std::make_shared<Descriptor>(type);
    made->is_final = true;
    return made;
}

/// The configuration of an engine for a graph.
DescriptorPtr make_choice(const DescriptorPtr& graph, const EngineInfo& info) {
    auto engine = make_final(CUDNN_BACKEND_ENGINE_DESCRIPTOR);
    engine->put(CUDNN_ATTR_ENGINE_OPERATION_GRAPH, {graph});
    engine->put(CUDNN_ATTR_ENGINE_GLOBAL_INDEX, CUDNN_TYPE_INT64, 1, &info.index);
    engine->put(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, CUDNN_TYPE_NUMERICAL_NOTE,
                info.notes.size(), info.notes.data());
    engine->put(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, CUDNN_TYPE_BEHAVIOR_NOTE, 0, nullptr);
    auto choice = make_final(CUDNN_BACKEND_ENGINECFG_DESCRIPTOR);
    choice->put(CUDNN_ATTR_ENGINECFG_ENGINE, {engine});
    return choice;
}

cudnnStatus_t finalize_heuristics(Descriptor& heuristics) {
    if (current_offer() == Offer::none) {
        return CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE;
    }
    const auto& graph =
        heuristics.attributes.at(CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH).objects.front();
    const auto mode =
        heuristics.value<cudnnBackendHeurMode_t>(CUDNN_ATTR_ENGINEHEUR_MODE);
    // A graph that is asked about without a device needs one that is described.
    if (!graph->has(CUDNN_ATTR_OPERATIONGRAPH_HANDLE) &&
        !heuristics.has(CUDNN_ATTR_ENGINEHEUR_DEVICEPROP)) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    std::vector<DescriptorPtr> choices;
    for (const auto* engine : offered_engines(*Convolution::of_graph(*graph), mode)) {
        choices.push_back(make_choice(graph, *engine));
    }
    heuristics.put(CUDNN_ATTR_ENGINEHEUR_RESULTS, std::move(choices));
    return CUDNN_STATUS_SUCCESS;
}

/// What a plan was made of.
struct Planned {
    explicit Planned(const Descriptor& plan)
        : engine(plan.object(CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)
                     .object(CUDNN_ATTR_ENGINECFG_ENGINE)),
          problem(
              *Convolution::of_graph(engine.object(CUDNN_ATTR_ENGINE_OPERATION_GRAPH))),
          info(*find_engine(
              problem, engine.value<std::int64_t>(CUDNN_ATTR_ENGINE_GLOBAL_INDEX))) {}

    const Descriptor& engine;
    Convolution problem;
    const EngineInfo& info;
};

cudnnStatus_t finalize_plan(Descriptor& plan) {
    if (plan.has(CUDNN_ATTR_EXECUTION_PLAN_HANDLE) ==
        plan.has(CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP)) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    const Planned planned(plan);
    const auto bytes =
        static_cast<std::int64_t>(planned.info.workspace(planned.problem));
    plan.put(CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, CUDNN_TYPE_INT64, 1, &bytes);
    return CUDNN_STATUS_SUCCESS;
}

bool is_valid_convolution(const Descriptor& convolution) {
    const auto axes =
        convolution.value<std::int64_t>(CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS);
    const auto numbers = [&](cudnnBackendAttributeName_t name) {
        return convolution.values<std::int64_t>(name);
    };
    const auto before = numbers(CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
    const auto strides = numbers(CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
    const auto dilations = numbers(CUDNN_ATTR_CONVOLUTION_DILATIONS);
    const auto is_not = [](std::int64_t least) {
        return [=](std::int64_t number) { return number < least; };
    };
    return std::ssize(before) == axes && std::ssize(strides) == axes &&
           std::ssize(dilations) == axes &&
           numbers(CUDNN_ATTR_CONVOLUTION_POST_PADDINGS) == before &&
           std::ranges::none_of(before, is_not(0)) &&
           std::ranges::none_of(strides, is_not(1)) &&
           std::ranges::count(dilations, 1) == axes &&
           convolution.value<cudnnConvolutionMode_t>(
               CUDNN_ATTR_CONVOLUTION_CONV_MODE) == CUDNN_CROSS_CORRELATION;
}

cudnnStatus_t finalize(Descriptor& descriptor) {
    bool is_valid = is_complete(descriptor);
    switch (descriptor.type) {
        case CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR:
            is_valid = is_valid && is_valid_convolution(descriptor);
            break;
        case CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR:
            is_valid = is_valid && Convolution::of_graph(descriptor);
            break;
        case CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR:
            return is_valid ? finalize_heuristics(descriptor) : CUDNN_STATUS_BAD_PARAM;
        case CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR:
            return is_valid ? finalize_plan(descriptor) : CUDNN_STATUS_BAD_PARAM;
        default:
            break;
    }
    return is_valid ? CUDNN_STATUS_SUCCESS : CUDNN_STATUS_BAD_PARAM;
}

/// The memory that a variant pack gives to the tensor `id`.
float* memory_of(const Descriptor& pack, std::int64_t id) {
    const auto ids = pack.values<std::int64_t>(CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
    const auto memory = pack.values<void*>(CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
    const auto at = static_cast<std::size_t>(std::ranges::find(ids, id) - ids.begin());
    return at < memory.size() ? static_cast<float*>(memory[at]) : nullptr;
}

bool is_aligned(const void* data, std::int64_t bytes) {
    return reinterpret_cast<std::uintptr_t>(data) % static_cast<std::size_t>(bytes) ==
           0;
}

/// Whether there is memory of the device for a tensor, as aligned as its descriptor
/// said when the plan was made.
cudnnStatus_t check_memory(const Descriptor& pack, const Tensor& tensor) {
    const float* data = memory_of(pack, tensor.id);
    const auto bytes = static_cast<std::size_t>(tensor.count()) * sizeof(float);
    if (data == nullptr || !is_device(data, bytes)) {
        return CUDNN_STATUS_BAD_PARAM_NULL_POINTER;
    }
    return is_aligned(data, tensor.alignment)
               ? CUDNN_STATUS_SUCCESS
               : CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER;
}

cudnnStatus_t check_operands(const Planned& planned, const Descriptor& pack,
                             const void* workspace) {
    for (const Tensor& tensor : planned.problem.operands()) {
        const auto status = check_memory(pack, tensor);
        if (status != CUDNN_STATUS_SUCCESS) {
            return status;
        }
    }
    const std::size_t bytes = planned.info.workspace(planned.problem);
    if (bytes > 0 && (!is_device(workspace, bytes) || !is_aligned(workspace, 16))) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    return current_offer() == Offer::late_refusal && bytes == 0
               ? CUDNN_STATUS_NOT_SUPPORTED_SHAPE
               : CUDNN_STATUS_SUCCESS;
}

}  // namespace

extern "C" {

cudnnStatus_t cudnnGetProperty(libraryPropertyType type, int* value) {
    *value = type == MAJOR_VERSION   ? CUDNN_MAJOR
             : type == MINOR_VERSION ? CUDNN_MINOR
                                     : CUDNN_PATCHLEVEL;
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t cudnnCreate(cudnnHandle_t* handle) {
    if (any_captures()) {
        return CUDNN_STATUS_NOT_INITIALIZED;
    }
    *handle = reinterpret_cast<cudnnHandle_t>(new Handle);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnDestroy(cudnnHandle_t handle) {
    delete &handle_of(handle);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnSetStream(cudnnHandle_t handle, cudaStream_t stream) {
    handle_of(handle).stream = stream;
    return CUDNN_STATUS_SUCCESS;
}
size_t cudnnGetVersion() {
    return CUDNN_VERSION;
}
const char* cudnnGetErrorString(cudnnStatus_t status) {
    return status == CUDNN_STATUS_BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM"
           : status == CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE
               ? "CUDNN_STATUS_NOT_SUPPORTED_SUBLIBRARY_UNAVAILABLE"
               : "another status";
}
void cudnnGetLastErrorString(char* message, size_t size) {
    if (size > 0) {
        *message = '\0';
    }
}

cudnnStatus_t cudnnBackendCreateDescriptor(cudnnBackendDescriptorType_t type,
                                           cudnnBackendDescriptor_t* descriptor) {
    *descriptor = new DescriptorPtr(std::make_shared<Descriptor>(type));
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t descriptor) {
    delete &pointer_of(descriptor);
    return CUDNN_STATUS_SUCCESS;
}
cudnnStatus_t cudnnBackendSetAttribute(cudnnBackendDescriptor_t descriptor,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type, int64_t count,
                                       const void* values) {
    return set_attribute(*pointer_of(descriptor), name, type, count, values);
}
cudnnStatus_t cudnnBackendGetAttribute(cudnnBackendDescriptor_t const descriptor,
                                       cudnnBackendAttributeName_t name,
                                       cudnnBackendAttributeType_t type,
                                       int64_t requested, int64_t* count,
                                       void* values) {
    return get_attribute(*pointer_of(descriptor), name, type, requested, count, values);
}
cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t descriptor) {
    Descriptor& object = *pointer_of(descriptor);
    if (object.is_final) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    const auto status = finalize(object);
    object.is_final = status == CUDNN_STATUS_SUCCESS;
    return status;
}

cudnnStatus_t cudnnBackendExecute(cudnnHandle_t handle,
                                  cudnnBackendDescriptor_t of_plan,
                                  cudnnBackendDescriptor_t of_pack) {
    const Descriptor &plan = *pointer_of(of_plan), &pack = *pointer_of(of_pack);
    if (!plan.is_final || !pack.is_final ||
        plan.value<cudnnHandle_t>(CUDNN_ATTR_EXECUTION_PLAN_HANDLE) != handle) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    const Planned planned(plan);
    auto* workspace = pack.value<void*>(CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
    const auto status = check_operands(planned, pack, workspace);
    if (status != CUDNN_STATUS_SUCCESS) {
        return status;
    }
    const Convolution problem = planned.problem;
    const auto at = [&](const Tensor& tensor) { return memory_of(pack, tensor.id); };
    const Convolution::Memory memory{at(problem.x), at(problem.w), at(problem.y),
                                     problem.bias ? at(*problem.bias) : nullptr,
                                     at(problem.operands().back())};
    enqueue(handle_of(handle).stream, [=, bytes = planned.info.workspace(problem),
                                       tf32 = planned.info.uses_tf32()] {
        if (bytes > 0) {
            std::memset(workspace, 0xFF, bytes);  // what lies there is lost
        }
        problem.run(memory, tf32);
    });
    return CUDNN_STATUS_SUCCESS;
}

}  // extern "C"

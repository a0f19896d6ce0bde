#include "dnn_descriptors.hpp"

#include <algorithm>

namespace cuda_emulator {
namespace {

/// What an object of a type may have.
struct Rule {
    cudnnBackendDescriptorType_t of;
    cudnnBackendAttributeName_t name;
    cudnnBackendAttributeType_t type;
    std::int64_t least, most;  ///< number of values
    bool is_needed = true;
};

constexpr std::int64_t many = 1 << 16;

constexpr auto tensor = CUDNN_BACKEND_TENSOR_DESCRIPTOR;
constexpr auto convolution = CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR;
constexpr auto forward = CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR;
constexpr auto data = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR;
constexpr auto filter = CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR;
constexpr auto pointwise = CUDNN_BACKEND_POINTWISE_DESCRIPTOR;
constexpr auto addition = CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR;
constexpr auto graph = CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR;
constexpr auto heuristics = CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR;
constexpr auto plan = CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR;
constexpr auto pack = CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR;
constexpr auto device = CUDNN_BACKEND_DEVICEPROP_DESCRIPTOR;

constexpr auto object = CUDNN_TYPE_BACKEND_DESCRIPTOR;
constexpr auto integer = CUDNN_TYPE_INT64;
constexpr auto real = CUDNN_TYPE_FLOAT;
constexpr auto kind = CUDNN_TYPE_DATA_TYPE;

constexpr Rule rules[] = {
    {tensor, CUDNN_ATTR_TENSOR_DATA_TYPE, kind, 1, 1},
    {tensor, CUDNN_ATTR_TENSOR_DIMENSIONS, integer, 4, 5},
    {tensor, CUDNN_ATTR_TENSOR_STRIDES, integer, 4, 5},
    {tensor, CUDNN_ATTR_TENSOR_UNIQUE_ID, integer, 1, 1},
    {tensor, CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, integer, 1, 1},
    {tensor, CUDNN_ATTR_TENSOR_IS_VIRTUAL, CUDNN_TYPE_BOOLEAN, 1, 1, false},
    {convolution, CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, integer, 1, 1},
    {convolution, CUDNN_ATTR_CONVOLUTION_COMP_TYPE, kind, 1, 1},
    {convolution, CUDNN_ATTR_CONVOLUTION_CONV_MODE, CUDNN_TYPE_CONVOLUTION_MODE, 1, 1},
    {convolution, CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, integer, 2, 3},
    {convolution, CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, integer, 2, 3},
    {convolution, CUDNN_ATTR_CONVOLUTION_DILATIONS, integer, 2, 3},
    {convolution, CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, integer, 2, 3},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, object, 1, 1},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, object, 1, 1},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, object, 1, 1},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, object, 1, 1},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, real, 1, 1},
    {forward, CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, real, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX, object, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W, object, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY, object, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC, object, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA, real, 1, 1},
    {data, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA, real, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, object, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, object, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY, object, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC, object, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA, real, 1, 1},
    {filter, CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA, real, 1, 1},
    {pointwise, CUDNN_ATTR_POINTWISE_MODE, CUDNN_TYPE_POINTWISE_MODE, 1, 1},
    {pointwise, CUDNN_ATTR_POINTWISE_MATH_PREC, kind, 1, 1},
    {addition, CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR, object, 1, 1},
    {addition, CUDNN_ATTR_OPERATION_POINTWISE_XDESC, object, 1, 1},
    {addition, CUDNN_ATTR_OPERATION_POINTWISE_BDESC, object, 1, 1},
    {addition, CUDNN_ATTR_OPERATION_POINTWISE_YDESC, object, 1, 1},
    {graph, CUDNN_ATTR_OPERATIONGRAPH_OPS, object, 1, 2},
    {graph, CUDNN_ATTR_OPERATIONGRAPH_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, false},
    {heuristics, CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, object, 1, 1},
    {heuristics, CUDNN_ATTR_ENGINEHEUR_MODE, CUDNN_TYPE_HEUR_MODE, 1, 1},
    {heuristics, CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, object, 1, 1, false},
    {plan, CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, object, 1, 1},
    {plan, CUDNN_ATTR_EXECUTION_PLAN_HANDLE, CUDNN_TYPE_HANDLE, 1, 1, false},
    {plan, CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, object, 1, 1, false},
    {pack, CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, integer, 1, many},
    {pack, CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, CUDNN_TYPE_VOID_PTR, 1, many},
    {pack, CUDNN_ATTR_VARIANT_PACK_WORKSPACE, CUDNN_TYPE_VOID_PTR, 1, 1},
    {device, CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, CUDNN_TYPE_CHAR, 2, many},
};

std::size_t size_of(cudnnBackendAttributeType_t type) {
    switch (type) {
        case CUDNN_TYPE_INT64:
            return sizeof(std::int64_t);
        case CUDNN_TYPE_HANDLE:
        case CUDNN_TYPE_VOID_PTR:
            return sizeof(void*);
        case CUDNN_TYPE_BOOLEAN:
        case CUDNN_TYPE_CHAR:
            return 1;
        default:
            return 4;  // float and the enumerations
    }
}

/// The objects of an array of cudnnBackendDescriptor_t.
std::vector<DescriptorPtr> objects_of(std::int64_t count, const void* values) {
    const auto* given = static_cast<const cudnnBackendDescriptor_t*>(values);
    std::vector<DescriptorPtr> objects;
    for (std::int64_t i = 0; i < count; ++i) {
        objects.push_back(given[i] == nullptr ? nullptr : pointer_of(given[i]));
    }
    return objects;
}

}  // namespace

void Descriptor::put(cudnnBackendAttributeName_t name,
                     std::vector<DescriptorPtr> objects) {
    Attribute& attribute = attributes[name];
    attribute.type = CUDNN_TYPE_BACKEND_DESCRIPTOR;
    attribute.count = objects.size();
    attribute.objects = std::move(objects);
}

void Descriptor::put(cudnnBackendAttributeName_t name,
                     cudnnBackendAttributeType_t value_type, std::size_t count,
                     const void* values) {
    Attribute& attribute = attributes[name];
    attribute.type = value_type;
    attribute.count = count;
    const auto* from = static_cast<const std::byte*>(values);
    attribute.bytes.assign(from, from + count * size_of(value_type));
}

cudnnStatus_t set_attribute(Descriptor& descriptor, cudnnBackendAttributeName_t name,
                            cudnnBackendAttributeType_t type, std::int64_t count,
                            const void* values) {
    const auto* rule = std::ranges::find_if(rules, [&](const Rule& r) {
        return r.of == descriptor.type && r.name == name;
    });
    if (rule == std::end(rules)) {
        return CUDNN_STATUS_NOT_SUPPORTED;
    }
    if (descriptor.is_final || type != rule->type || count < rule->least ||
        count > rule->most || values == nullptr) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    if (type != CUDNN_TYPE_BACKEND_DESCRIPTOR) {
        descriptor.put(name, type, static_cast<std::size_t>(count), values);
        return CUDNN_STATUS_SUCCESS;
    }
    auto objects = objects_of(count, values);
    if (std::ranges::any_of(objects, [](const DescriptorPtr& object_of_it) {
            return object_of_it == nullptr || !object_of_it->is_final;
        })) {
        return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    }
    descriptor.put(name, std::move(objects));
    return CUDNN_STATUS_SUCCESS;
}

cudnnStatus_t get_attribute(const Descriptor& descriptor,
                            cudnnBackendAttributeName_t name,
                            cudnnBackendAttributeType_t type, std::int64_t requested,
                            std::int64_t* count, void* values) {
    if (!descriptor.is_final) {
        return CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED;
    }
    const auto found = descriptor.attributes.find(name);
    if (found == descriptor.attributes.end() || found->second.type != type) {
        return CUDNN_STATUS_BAD_PARAM;
    }
    const Attribute& attribute = found->second;
    if (requested == 0) {
        *count = static_cast<std::int64_t>(attribute.count);
        return CUDNN_STATUS_SUCCESS;
    }
    const auto given = std::min(attribute.count, static_cast<std::size_t>(requested));
    *count = static_cast<std::int64_t>(given);
    if (type != CUDNN_TYPE_BACKEND_DESCRIPTOR) {
        std::memcpy(values, attribute.bytes.data(), given * size_of(type));
        return CUDNN_STATUS_SUCCESS;
    }
    auto* to = static_cast<cudnnBackendDescriptor_t*>(values);
    for (std::size_t i = 0; i < given; ++i) {
        if (to[i] == nullptr || pointer_of(to[i])->type != attribute.objects[i]->type) {
            return CUDNN_STATUS_BAD_PARAM;
        }
        *pointer_of(to[i]) = *attribute.objects[i];
    }
    return CUDNN_STATUS_SUCCESS;
}

bool is_complete(const Descriptor& descriptor) {
    return std::ranges::all_of(rules, [&](const Rule& rule) {
        return rule.of != descriptor.type || !rule.is_needed ||
               descriptor.has(rule.name);
    });
}

}  // namespace cuda_emulator

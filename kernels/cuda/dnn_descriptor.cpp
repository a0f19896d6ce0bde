#include "kernels/cuda/dnn_descriptor.hpp"

#include <array>

#include "kernels/base/error.hpp"

namespace nengine::kernels::cuda {
namespace {

/// As check(), with what cuDNN says beyond the status.
void check_call(cudnnStatus_t status, const std::string& call) {
    if (status != CUDNN_STATUS_SUCCESS) {
        std::array<char, 256> reason{};
        cudnn().cudnnGetLastErrorString(reason.data(), reason.size());
        throw DeviceError("cuDNN: " + call + ": " +
                              cudnn().cudnnGetErrorString(status) + ' ' + reason.data(),
                          status);
    }
}

std::string number_text(const char* what, int number) {
    return std::string(what) + ' ' + std::to_string(number);
}

}  // namespace

DnnDescriptor::DnnDescriptor(cudnnBackendDescriptorType_t type) {
    cudnnBackendDescriptor_t made = nullptr;
    check_call(cudnn().cudnnBackendCreateDescriptor(type, &made),
               number_text("making descriptor", type));
    owned_.reset(made);
}

void DnnDescriptor::set_raw(Name name, cudnnBackendAttributeType_t type,
                            std::size_t count, const void* values) {
    check_call(cudnn().cudnnBackendSetAttribute(
                   get(), name, type, static_cast<std::int64_t>(count), values),
               number_text("setting attribute", name));
}

void DnnDescriptor::set(Name name, std::span<const std::int64_t> values) {
    set_raw(name, CUDNN_TYPE_INT64, values.size(), values.data());
}
void DnnDescriptor::set(Name name, std::span<const DnnDescriptor* const> others) {
    std::vector<cudnnBackendDescriptor_t> raw;
    raw.reserve(others.size());
    for (const DnnDescriptor* other : others) {
        raw.push_back(other->get());
    }
    set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, raw.size(), raw.data());
}
void DnnDescriptor::set(Name name, std::span<void* const> pointers) {
    set_raw(name, CUDNN_TYPE_VOID_PTR, pointers.size(), pointers.data());
}
void DnnDescriptor::set(Name name, const DnnDescriptor& other) {
    const cudnnBackendDescriptor_t raw = other.get();
    set_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &raw);
}
void DnnDescriptor::set(Name name, const std::string& text) {
    set_raw(name, CUDNN_TYPE_CHAR, text.size(), text.data());
}
void DnnDescriptor::set(Name name, std::int64_t value) {
    set_raw(name, CUDNN_TYPE_INT64, 1, &value);
}
void DnnDescriptor::set(Name name, float value) {
    set_raw(name, CUDNN_TYPE_FLOAT, 1, &value);
}
void DnnDescriptor::set(Name name, bool value) {
    set_raw(name, CUDNN_TYPE_BOOLEAN, 1, &value);
}
void DnnDescriptor::set(Name name, void* pointer) {
    set_raw(name, CUDNN_TYPE_VOID_PTR, 1, &pointer);
}
void DnnDescriptor::set(Name name, cudnnHandle_t handle) {
    set_raw(name, CUDNN_TYPE_HANDLE, 1, &handle);
}
void DnnDescriptor::set(Name name, cudnnDataType_t value) {
    set_raw(name, CUDNN_TYPE_DATA_TYPE, 1, &value);
}
void DnnDescriptor::set(Name name, cudnnConvolutionMode_t value) {
    set_raw(name, CUDNN_TYPE_CONVOLUTION_MODE, 1, &value);
}
void DnnDescriptor::set(Name name, cudnnPointwiseMode_t value) {
    set_raw(name, CUDNN_TYPE_POINTWISE_MODE, 1, &value);
}
void DnnDescriptor::set(Name name, cudnnBackendHeurMode_t value) {
    set_raw(name, CUDNN_TYPE_HEUR_MODE, 1, &value);
}

void DnnDescriptor::finalize() {
    check_call(cudnn().cudnnBackendFinalize(get()), "finalizing a descriptor");
}

std::int64_t DnnDescriptor::get_raw(Name name, cudnnBackendAttributeType_t type,
                                    std::size_t count, void* values) const {
    std::int64_t found = 0;
    check_call(cudnn().cudnnBackendGetAttribute(
                   get(), name, type, static_cast<std::int64_t>(count), &found, values),
               number_text("reading attribute", name));
    return found;
}

std::int64_t DnnDescriptor::get_number(Name name) const {
    std::int64_t value = 0;
    get_raw(name, CUDNN_TYPE_INT64, 1, &value);
    return value;
}

std::vector<cudnnBackendNumericalNote_t> DnnDescriptor::get_numerical_notes() const {
    std::vector<cudnnBackendNumericalNote_t> notes(CUDNN_NUMERICAL_NOTE_TYPE_COUNT);
    const auto found = get_raw(CUDNN_ATTR_ENGINE_NUMERICAL_NOTE,
                               CUDNN_TYPE_NUMERICAL_NOTE, notes.size(), notes.data());
    notes.resize(static_cast<std::size_t>(found));
    return notes;
}

std::vector<cudnnBackendBehaviorNote_t> DnnDescriptor::get_behavior_notes() const {
    std::vector<cudnnBackendBehaviorNote_t> notes(CUDNN_BEHAVIOR_NOTE_TYPE_COUNT);
    const auto found = get_raw(CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE,
                               CUDNN_TYPE_BEHAVIOR_NOTE, notes.size(), notes.data());
    notes.resize(static_cast<std::size_t>(found));
    return notes;
}

std::vector<DnnDescriptor> DnnDescriptor::get_all(
    Name name, cudnnBackendDescriptorType_t type) const {
    // cuDNN fills objects that exist.
    const auto count = static_cast<std::size_t>(
        get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, nullptr));
    std::vector<DnnDescriptor> found;
    std::vector<cudnnBackendDescriptor_t> raw;
    for (std::size_t i = 0; i < count; ++i) {
        raw.push_back(found.emplace_back(type).get());
    }
    if (count > 0) {
        const auto filled =
            get_raw(name, CUDNN_TYPE_BACKEND_DESCRIPTOR, count, raw.data());
        found.erase(found.begin() + filled, found.end());
    }
    return found;
}

}  // namespace nengine::kernels::cuda

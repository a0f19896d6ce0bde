#pragma once

#include <cudnn.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <vector>

// The objects of cuDNN's graph interface: lists of attributes, which are checked
// against what each type of object may have.

namespace cuda_emulator {

struct Descriptor;
using DescriptorPtr = std::shared_ptr<Descriptor>;
using Integers = std::vector<std::int64_t>;

struct Attribute {
    cudnnBackendAttributeType_t type = CUDNN_TYPE_INT64;
    std::size_t count = 0;
    std::vector<std::byte> bytes;
    std::vector<DescriptorPtr>
        objects;  ///< instead of bytes, of type BACKEND_DESCRIPTOR
};

/// What is behind a cudnnBackendDescriptor_t, which is a DescriptorPtr*: others that
/// refer to it keep it alive.
struct Descriptor {
    explicit Descriptor(cudnnBackendDescriptorType_t of) : type(of) {}

    bool has(cudnnBackendAttributeName_t name) const {
        return attributes.contains(name);
    }

    template <class T>
    std::vector<T> values(cudnnBackendAttributeName_t name) const {
        const auto found = attributes.find(name);
        if (found == attributes.end()) {
            return {};
        }
        std::vector<T> result(found->second.count);
        std::memcpy(result.data(), found->second.bytes.data(),
                    found->second.bytes.size());
        return result;
    }
    /// The first value, or `otherwise` if there is none.
    template <class T>
    T value(cudnnBackendAttributeName_t name, T otherwise = {}) const {
        T result = otherwise;
        if (const auto found = attributes.find(name); found != attributes.end()) {
            std::memcpy(&result, found->second.bytes.data(), sizeof(T));
        }
        return result;
    }
    const Descriptor& object(cudnnBackendAttributeName_t name,
                             std::size_t i = 0) const {
        return *attributes.at(name).objects.at(i);
    }

    void put(cudnnBackendAttributeName_t name, std::vector<DescriptorPtr> objects);
    void put(cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t value_type,
             std::size_t count, const void* values);

    cudnnBackendDescriptorType_t type;
    bool is_final = false;
    std::map<cudnnBackendAttributeName_t, Attribute> attributes;
};

inline DescriptorPtr& pointer_of(cudnnBackendDescriptor_t descriptor) {
    return *static_cast<DescriptorPtr*>(descriptor);
}

/// As cudnnBackendSetAttribute: refuses unknown names, wrong types and counts, objects
/// that are not final, and changes of what is final.
cudnnStatus_t set_attribute(Descriptor& descriptor, cudnnBackendAttributeName_t name,
                            cudnnBackendAttributeType_t type, std::int64_t count,
                            const void* values);
/// As cudnnBackendGetAttribute.
cudnnStatus_t get_attribute(const Descriptor& descriptor,
                            cudnnBackendAttributeName_t name,
                            cudnnBackendAttributeType_t type, std::int64_t requested,
                            std::int64_t* count, void* values);
/// Whether everything that an object of its type needs has been set.
bool is_complete(const Descriptor& descriptor);

}  // namespace cuda_emulator

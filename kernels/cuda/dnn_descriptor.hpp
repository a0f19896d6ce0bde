#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "kernels/cuda/library.hpp"

namespace nengine::kernels::cuda {

/// One object of cuDNN's graph interface, owned: its attributes are set, it is
/// finalized, then others may refer to it. cuDNN says only by the status of a call what
/// it cannot do; every failure throws.
/// @throws DeviceError  a call failed; says which and cuDNN's reason
class DnnDescriptor {
public:
    using Name = cudnnBackendAttributeName_t;

    explicit DnnDescriptor(cudnnBackendDescriptorType_t type);

    cudnnBackendDescriptor_t get() const { return owned_.get(); }

    void set(Name name, std::span<const std::int64_t> values);
    void set(Name name, std::span<const DnnDescriptor* const> others);
    void set(Name name, std::span<void* const> pointers);
    void set(Name name, const DnnDescriptor& other);
    void set(Name name, const std::string& text);
    void set(Name name, std::int64_t value);
    void set(Name name, float value);
    void set(Name name, bool value);
    void set(Name name, void* pointer);
    void set(Name name, cudnnHandle_t handle);
    void set(Name name, cudnnDataType_t value);
    void set(Name name, cudnnConvolutionMode_t value);
    void set(Name name, cudnnPointwiseMode_t value);
    void set(Name name, cudnnBackendHeurMode_t value);

    void finalize();

    std::int64_t get_number(Name name) const;
    std::vector<cudnnBackendNumericalNote_t> get_numerical_notes() const;
    std::vector<cudnnBackendBehaviorNote_t> get_behavior_notes() const;
    /// All values of an attribute that holds objects of one type.
    std::vector<DnnDescriptor> get_all(Name name,
                                       cudnnBackendDescriptorType_t type) const;

private:
    struct Destroy {
        void operator()(void* descriptor) const noexcept {
            static_cast<void>(cudnn().cudnnBackendDestroyDescriptor(descriptor));
        }
    };

    void set_raw(Name name, cudnnBackendAttributeType_t type, std::size_t count,
                 const void* values);
    /// Reads `count` values at most; how many there are.
    std::int64_t get_raw(Name name, cudnnBackendAttributeType_t type, std::size_t count,
                         void* values) const;

    std::unique_ptr<void, Destroy> owned_;
};

}  // namespace nengine::kernels::cuda

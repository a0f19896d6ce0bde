#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>
#include <string_view>

#include "kernels/base/device_state.hpp"
#include "kernels/base/staged_memory.hpp"
#include "kernels/cuda/handle.hpp"

namespace nengine::kernels::cuda {

struct FreePinned {
    void operator()(std::byte* data) const noexcept {
        static_cast<void>(cudaFreeHost(data));
    }
};
/// Memory of the host that the device reads by itself.
using Pinned = std::unique_ptr<std::byte, FreePinned>;

/// Staged memory whose uploads go through a stream of their own. Two events order the
/// two streams: one that the uploads have passed, one that the work has passed which
/// reads what they brought.
class StagedBlock final : public StagedMemory {
public:
    /// `device` is kept alive, and with it both streams: that of its work and that of
    /// uploads.
    /// @throws MemoryError  there is not as much memory, of the device or pinned
    StagedBlock(std::shared_ptr<DeviceState> device, int ordinal, cudaStream_t work,
                cudaStream_t uploads, std::size_t bytes, std::string_view what);
    ~StagedBlock() override;

    void* device() const override { return data_; }
    std::byte* host() override;
    void send() override;
    void acquire() override;
    void release() override;

private:
    void refuse_in_recording(const char* call) const;

    std::shared_ptr<DeviceState> device_;
    int ordinal_;
    cudaStream_t work_, uploads_;
    std::size_t bytes_;
    Pinned host_;
    Event uploaded_, released_;
    void* data_ = nullptr;
};

}  // namespace nengine::kernels::cuda

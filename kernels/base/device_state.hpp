#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "kernels/base/device.hpp"
#include "kernels/base/staged_memory.hpp"
#include "kernels/base/timer.hpp"

namespace nengine::kernels {

/// What a Device and its Buffers share: the memory and the queue of one processor.
/// `Device` is the public face; each backend writes one child.
///
/// Every call with a size of 0 is answered before it gets here, so pointers are never
/// null. All work is in one order.
class DeviceState {
public:
    DeviceState() = default;
    DeviceState(const DeviceState&) = delete;
    DeviceState& operator=(const DeviceState&) = delete;
    virtual ~DeviceState() = default;

    virtual std::string name() const = 0;

    /// `bytes` > 0 of memory aligned to 256, not initialised.
    /// @throws MemoryError  out of memory: `what` needed how much, what is free
    virtual void* allocate(std::size_t bytes, std::string_view what) = 0;
    /// Gives back what `allocate(bytes, ...)` returned, in order after earlier work.
    virtual void free(void* data, std::size_t bytes) noexcept = 0;
    /// See Device::staged; nullptr where the host writes what the device reads.
    virtual std::unique_ptr<StagedMemory> staged(std::size_t, std::string_view) {
        return nullptr;
    }
    /// See Device::free_memory.
    virtual std::size_t free_memory() = 0;

    virtual void upload(void* device, const void* host, std::size_t bytes) = 0;
    /// Returns when `host` holds the bytes.
    virtual void download(void* host, const void* device, std::size_t bytes) = 0;
    virtual void copy(void* to, const void* from, std::size_t bytes) = 0;
    virtual void zero(void* device, std::size_t bytes) = 0;
    virtual void synchronize() = 0;

    /// See Device::record; nullptr where the caller replays its own list.
    virtual std::unique_ptr<Recording> record(const std::function<void()>& work) = 0;
    virtual long refused_recordings() const { return 0; }
    virtual bool is_recording() const { return false; }

    /// See Device::set_gemm_math; no effect where nothing is rounded.
    virtual void set_gemm_math(GemmMath) {}

    /// See Device::timer.
    virtual std::unique_ptr<Timer> timer(std::size_t parts) {
        return std::make_unique<HostTimer>(parts);
    }
};

}  // namespace nengine::kernels

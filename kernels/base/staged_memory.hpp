#pragma once

#include <cstddef>

namespace nengine::kernels {

/// Memory of a device that the host fills anew again and again, while the device is at
/// work with other memory: what the host writes lies in memory that the device reads by
/// itself, and is uploaded beside the work, not within its order. Once for each
/// filling, in this order:
///
///     write(memory.host());
///     memory.send();
///     memory.acquire();
///     launch what reads memory.device();
///     memory.release();
///
/// Neither the host nor the device waits for more than it has to: the host for the last
/// upload before it writes over what that reads, the upload for the work that was
/// released, the work for the upload.
class StagedMemory {
public:
    StagedMemory() = default;
    StagedMemory(const StagedMemory&) = delete;
    StagedMemory& operator=(const StagedMemory&) = delete;
    virtual ~StagedMemory() = default;

    /// Where the device has it; the same as long as this lives. Aligned to 256.
    virtual void* device() const = 0;
    /// Where the host writes what is sent next; what was written before is not kept.
    /// Waits until the last upload is over.
    virtual std::byte* host() = 0;
    /// Uploads all of it, after the work that was released.
    virtual void send() = 0;
    /// Work that is launched from now on waits for what was sent.
    virtual void acquire() = 0;
    /// Work that has been launched so far is the last to read what was sent.
    virtual void release() = 0;
};

}  // namespace nengine::kernels

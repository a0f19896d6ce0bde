#pragma once

#include <cstddef>
#include <map>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "kernels/cuda/handle.hpp"

namespace nengine::kernels::cuda {

/// Memory of one device in the order of one stream: what is freed may still be used by
/// work that was launched before, and is lent again to work that is launched later.
///
/// It comes from a stream-ordered pool of its own or, where the device has no pools (as
/// under some virtual machines), from cudaMalloc and a list of what was freed: the one
/// stream makes its order the pool's. Either keeps what is freed, so that later
/// allocations cost next to nothing, until `trim` or the end.
///
/// While the stream is being captured nothing is allocated or trimmed, and what is
/// freed waits for the end of the capture.
class DeviceMemory {
public:
    DeviceMemory(int ordinal, cudaStream_t stream);
    DeviceMemory(const DeviceMemory&) = delete;
    DeviceMemory& operator=(const DeviceMemory&) = delete;
    /// The stream has no work left.
    ~DeviceMemory();

    /// `bytes` > 0 aligned to 256, or nullptr: there is no more, not even after `trim`.
    void* allocate(std::size_t bytes);
    void free(void* data) noexcept;
    /// Gives the system what is free, once the stream has passed what used it. Does
    /// nothing in a capture, which forbids the wait.
    void trim();

    /// What is free and has not been given to the system.
    std::size_t kept_bytes() const;

    bool is_capturing() const { return is_capturing_; }
    void begin_capture() { is_capturing_ = true; }
    void end_capture() noexcept;

private:
    void* try_allocate(std::size_t bytes);
    void* try_allocate_from_pool(std::size_t bytes);
    void* take_freed(std::size_t bytes);
    void free_in_order(void* data) noexcept;

    cudaStream_t stream_;
    MemoryPool pool_;
    /// Without a pool: the sizes of all blocks, and which of them are free.
    std::unordered_map<void*, std::size_t> sizes_;
    std::multimap<std::size_t, void*> free_;
    bool is_capturing_ = false;
    std::vector<void*> freed_in_capture_;
};

/// For what the kernels need beside the model.
/// @throws MemoryError  always
[[noreturn]] void refuse_kernel_memory(std::string_view what, std::size_t bytes);

}  // namespace nengine::kernels::cuda

#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <deque>

#include "kernels/cuda/events.hpp"

namespace nengine::kernels::cuda {

/// Moves bytes between any host memory and the device through a ring of pinned memory,
/// so that uploads return at once and copies run at full speed. The ring is made at
/// first use.
class Staging {
public:
    explicit Staging(cudaStream_t stream) : stream_(stream) {}
    Staging(const Staging&) = delete;
    Staging& operator=(const Staging&) = delete;
    ~Staging();

    /// Ordered on the stream; `host` may change when this returns. Waits only while the
    /// ring is full of uploads that the device has not reached.
    void upload(void* device, const void* host, std::size_t bytes);
    /// Returns when `host` holds the bytes.
    void download(void* host, const void* device, std::size_t bytes);

private:
    /// A part of the ring that the device reads or writes until `done`.
    struct Section {
        std::size_t first, last;
        Event done;
    };

    std::size_t reserve(std::size_t bytes);
    bool in_use(std::size_t first, std::size_t last) const;
    void release_oldest();
    cudaEvent_t mark(std::size_t first, std::size_t last);

    cudaStream_t stream_;
    std::byte* ring_ = nullptr;
    std::size_t head_ = 0;
    std::deque<Section> sections_;  // oldest first
    EventPool events_{cudaEventDisableTiming};
};

}  // namespace nengine::kernels::cuda

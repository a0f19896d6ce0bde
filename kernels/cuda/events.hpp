#pragma once

#include <utility>
#include <vector>

#include "kernels/cuda/check.hpp"
#include "kernels/cuda/handle.hpp"

namespace nengine::kernels::cuda {

/// Whether the device has passed the event.
inline bool is_over(cudaEvent_t event) {
    if (cudaEventQuery(event) == cudaSuccess) {
        return true;
    }
    // "Not ready" is an answer; it must not be found by the next check of a launch.
    static_cast<void>(cudaGetLastError());
    return false;
}

/// Makes events, and keeps those that are done with for the next time.
class EventPool {
public:
    /// @param flags  of the events: cudaEventDefault, cudaEventDisableTiming ...
    explicit EventPool(unsigned flags) : flags_(flags) {}

    /// An event that the stream passes after the work so far.
    Event record(cudaStream_t stream) {
        Event event;
        if (free_.empty()) {
            cudaEvent_t made = nullptr;
            NENGINE_CHECK(cudaEventCreateWithFlags(&made, flags_));
            event.reset(made);
        } else {
            event = std::move(free_.back());
            free_.pop_back();
        }
        NENGINE_CHECK(cudaEventRecord(event.get(), stream));
        return event;
    }
    void give_back(Event event) { free_.push_back(std::move(event)); }

private:
    unsigned flags_;
    std::vector<Event> free_;
};

}  // namespace nengine::kernels::cuda

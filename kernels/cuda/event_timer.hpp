#pragma once

#include <deque>
#include <memory>
#include <optional>
#include <vector>

#include "kernels/base/device_state.hpp"
#include "kernels/base/timer.hpp"
#include "kernels/cuda/events.hpp"

namespace nengine::kernels::cuda {

/// By events of a stream. Marking the end of a part costs the host about 1 us, which
/// shows in runs of many short parts: after the first runs only some are timed, and
/// count for the others.
class EventTimer final : public Timer {
public:
    /// `device` is kept alive, and with it the stream.
    EventTimer(std::shared_ptr<const DeviceState> device, int ordinal,
               cudaStream_t stream, std::size_t parts);

    void start() override;
    void lap(std::size_t part) override;
    std::vector<double> seconds() override;

private:
    /// The end of a part, or the start of a run.
    struct Mark {
        Event event;
        std::optional<std::size_t> part;
        double weight;
    };

    void mark(std::optional<std::size_t> part);
    void collect();

    std::shared_ptr<const DeviceState> device_;
    int ordinal_;
    cudaStream_t stream_;
    std::vector<double> seconds_;
    long runs_ = 0;
    double weight_ = 0;       ///< of this run; 0: it is not timed
    std::deque<Mark> marks_;  // oldest first
    EventPool events_{cudaEventDefault};
};

}  // namespace nengine::kernels::cuda

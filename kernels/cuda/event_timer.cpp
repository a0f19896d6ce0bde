#include "kernels/cuda/event_timer.hpp"

#include <utility>

#include "kernels/cuda/check.hpp"

namespace nengine::kernels::cuda {
namespace {

/// The first runs are all timed, later on one in as many.
constexpr long timed_runs = 16;

}  // namespace

EventTimer::EventTimer(std::shared_ptr<const DeviceState> device, int ordinal,
                       cudaStream_t stream, std::size_t parts)
    : device_(std::move(device)), ordinal_(ordinal), stream_(stream), seconds_(parts) {}

void EventTimer::start() {
    if (device_->is_recording()) {  // an event in a graph has no time of its own
        weight_ = 0;
        return;
    }
    const long run = runs_++;
    weight_ = run < timed_runs        ? 1
              : run % timed_runs == 0 ? static_cast<double>(timed_runs)
                                      : 0;
    if (weight_ > 0) {
        const DeviceGuard guard(ordinal_);
        collect();
        mark(std::nullopt);
    }
}

void EventTimer::lap(std::size_t part) {
    if (weight_ > 0) {
        const DeviceGuard guard(ordinal_);
        mark(part);
    }
}

std::vector<double> EventTimer::seconds() {
    if (!marks_.empty()) {
        const DeviceGuard guard(ordinal_);
        NENGINE_CHECK(cudaEventSynchronize(marks_.back().event.get()));
        collect();
    }
    return seconds_;
}

void EventTimer::mark(std::optional<std::size_t> part) {
    marks_.push_back({events_.record(stream_), part, weight_});
}

/// Adds the parts whose ends the device has passed.
void EventTimer::collect() {
    while (marks_.size() >= 2 && is_over(marks_[1].event.get())) {
        const Mark& end = marks_[1];
        if (end.part) {
            float milliseconds = 0;
            NENGINE_CHECK(cudaEventElapsedTime(&milliseconds, marks_[0].event.get(),
                                               end.event.get()));
            seconds_[*end.part] += end.weight * 1e-3 * double{milliseconds};
        }
        events_.give_back(std::move(marks_.front().event));
        marks_.pop_front();
    }
}

}  // namespace nengine::kernels::cuda

#pragma once

#include <chrono>
#include <cstddef>
#include <vector>

namespace nengine::kernels {

/// How long the parts of a device's work take that is run again and again: the time
/// that the device needs, not the time that the host needs to launch it.
class Timer {
public:
    Timer() = default;
    Timer(const Timer&) = delete;
    Timer& operator=(const Timer&) = delete;
    virtual ~Timer() = default;

    /// A run begins; one that has not come to its end is left out.
    virtual void start() = 0;
    /// What was launched since `start` or the last `lap` was part number `part`.
    virtual void lap(std::size_t part) = 0;
    /// The seconds of each part in all runs so far. Waits for the device.
    virtual std::vector<double> seconds() = 0;
};

/// Of work that is done when the host goes on.
class HostTimer final : public Timer {
public:
    explicit HostTimer(std::size_t parts) : seconds_(parts) {}

    void start() override { last_ = Clock::now(); }
    void lap(std::size_t part) override {
        const auto now = Clock::now();
        seconds_[part] += std::chrono::duration<double>(now - last_).count();
        last_ = now;
    }
    std::vector<double> seconds() override { return seconds_; }

private:
    using Clock = std::chrono::steady_clock;

    std::vector<double> seconds_;
    Clock::time_point last_ = Clock::now();
};

}  // namespace nengine::kernels

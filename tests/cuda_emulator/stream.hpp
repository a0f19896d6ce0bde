#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

namespace cuda_emulator {

using Work = std::function<void()>;

/// Work in order. Nothing runs before somebody waits for it: whoever reads too early,
/// or writes over what is still to be read, gets what the unluckiest of devices would
/// give.
class Stream {
public:
    void add(Work work) {
        if (capture_ != nullptr) {
            capture_->push_back(std::move(work));
            return;
        }
        queue_.push_back(std::move(work));
        ++added_;
    }

    /// Runs what was added before the first `until` pieces of work.
    void run(std::uint64_t until) {
        while (done_ < until && !queue_.empty()) {
            const Work work = std::move(queue_.front());
            queue_.pop_front();
            ++done_;
            work();
        }
    }
    void run() { run(added_); }

    std::uint64_t added() const { return added_; }
    std::uint64_t done() const { return done_; }

    bool captures() const { return capture_ != nullptr; }
    void begin_capture(std::vector<Work>* into) { capture_ = into; }
    std::vector<Work>* end_capture() { return std::exchange(capture_, nullptr); }

private:
    std::deque<Work> queue_;
    std::uint64_t added_ = 0, done_ = 0;
    std::vector<Work>* capture_ = nullptr;
};

inline Stream& stream_of(cudaStream_t handle) {
    return *reinterpret_cast<Stream*>(handle);
}

}  // namespace cuda_emulator

#include "kernels/cuda/staging.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "kernels/cuda/check.hpp"

namespace nengine::kernels::cuda {
namespace {

constexpr std::size_t ring_bytes = std::size_t{16} << 20;
/// One copy: large enough for full speed, small enough that two overlap with the host's
/// part of the work.
constexpr std::size_t chunk = std::size_t{4} << 20;
/// Sections begin on cache lines.
constexpr std::size_t alignment = 64;
constexpr std::size_t max_sections = 1024;

}  // namespace

Staging::~Staging() {
    if (ring_ != nullptr) {
        static_cast<void>(cudaStreamSynchronize(stream_));
        static_cast<void>(cudaFreeHost(ring_));
    }
}

bool Staging::in_use(std::size_t first, std::size_t last) const {
    return std::any_of(sections_.begin(), sections_.end(), [&](const Section& s) {
        return s.first < last && first < s.last;
    });
}

void Staging::release_oldest() {
    // The ring is full: this is the one place where an upload waits for the device.
    NENGINE_CHECK(cudaEventSynchronize(sections_.front().done.get()));
    events_.give_back(std::move(sections_.front().done));
    sections_.pop_front();
}

/// `bytes` of the ring, at most `chunk`, that the device has done with.
std::size_t Staging::reserve(std::size_t bytes) {
    if (ring_ == nullptr) {
        void* memory = nullptr;
        NENGINE_CHECK(cudaMallocHost(&memory, ring_bytes));
        ring_ = static_cast<std::byte*>(memory);
    }
    // What the device has done with is given back as it goes.
    while (!sections_.empty() && is_over(sections_.front().done.get())) {
        release_oldest();
    }
    const std::size_t first = head_ + bytes <= ring_bytes ? head_ : 0;
    while (sections_.size() >= max_sections || in_use(first, first + bytes)) {
        release_oldest();
    }
    head_ = (first + bytes + alignment - 1) / alignment * alignment;
    return first;
}

/// Says that the work issued so far is the last to touch [first, last).
cudaEvent_t Staging::mark(std::size_t first, std::size_t last) {
    sections_.push_back({first, last, events_.record(stream_)});
    return sections_.back().done.get();
}

void Staging::upload(void* device, const void* host, std::size_t bytes) {
    auto* to = static_cast<std::byte*>(device);
    const auto* from = static_cast<const std::byte*>(host);
    for (std::size_t done = 0; done < bytes;) {
        const std::size_t count = std::min(chunk, bytes - done);
        const std::size_t first = reserve(count);
        std::memcpy(ring_ + first, from + done, count);
        NENGINE_CHECK(cudaMemcpyAsync(to + done, ring_ + first, count,
                                      cudaMemcpyHostToDevice, stream_));
        mark(first, first + count);
        done += count;
    }
}

void Staging::download(void* host, const void* device, std::size_t bytes) {
    struct Part {
        std::size_t from, to, count;
        cudaEvent_t done;
    };
    auto* to = static_cast<std::byte*>(host);
    const auto* from = static_cast<const std::byte*>(device);
    const auto finish = [&](const Part& part) {
        NENGINE_CHECK(cudaEventSynchronize(part.done));
        std::memcpy(to + part.to, ring_ + part.from, part.count);
    };
    Part before{};  // on its way while the next one is issued
    for (std::size_t done = 0; done < bytes;) {
        const std::size_t count = std::min(chunk, bytes - done);
        const std::size_t first = reserve(count);
        NENGINE_CHECK(cudaMemcpyAsync(ring_ + first, from + done, count,
                                      cudaMemcpyDeviceToHost, stream_));
        const Part part{first, done, count, mark(first, first + count)};
        if (before.count > 0) {
            finish(before);
        }
        before = part;
        done += count;
    }
    finish(before);
}

}  // namespace nengine::kernels::cuda

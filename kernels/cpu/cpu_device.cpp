#include "kernels/cpu/cpu_device.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "kernels/base/host_memory.hpp"

namespace nengine::kernels {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t huge_page = std::size_t{2} << 20;
/// Below this, waking a second thread costs more than it saves.
constexpr std::size_t worth_threads = std::size_t{4} << 20;

std::size_t round_up(std::size_t value, std::size_t multiple) {
    return (value + multiple - 1) / multiple * multiple;
}

/// Calls `work(first, count)` for parts of [0, bytes), one per thread.
template <class Work>
void in_parts(int threads, std::size_t bytes, Work&& work) {
    if (threads < 2 || bytes < worth_threads) {
        work(std::size_t{0}, bytes);
        return;
    }
    const auto parts = static_cast<std::size_t>(threads);
    const std::size_t part = round_up((bytes + parts - 1) / parts, 4096);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t first = std::min(i * part, bytes);
        work(first, std::min(part, bytes - first));
    }
}

class CpuState final : public DeviceState {
public:
    CpuState(int threads, std::string isa) : threads_(threads), isa_(std::move(isa)) {}

    std::string name() const override {
        return "cpu (" + std::to_string(threads_) +
               (threads_ == 1 ? " thread, " : " threads, ") + isa_ + ")";
    }

    void* allocate(std::size_t bytes, std::string_view what) override {
        const auto use = [&] {
            return MemoryUse{"Device::allocate", std::string(what),
                             "the minibatch or the number of steps"};
        };
        need_host_memory(bytes, use);
        const bool large = bytes >= 2 * huge_page;
        const std::size_t align = large ? huge_page : alignment;
        const std::size_t rounded = round_up(bytes, align);
        void* data = std::aligned_alloc(align, rounded);
        if (data == nullptr) {
            refuse_host_memory(bytes, use());
        }
        if (large) {
            // A wish: the answer does not matter.
            static_cast<void>(madvise(data, rounded, MADV_HUGEPAGE));
        }
        return data;
    }
    void free(void* data, std::size_t) noexcept override { std::free(data); }
    std::size_t free_memory() override { return available_host_memory(); }

    void upload(void* device, const void* host, std::size_t bytes) override {
        copy(device, host, bytes);
    }
    void download(void* host, const void* device, std::size_t bytes) override {
        copy(host, device, bytes);
    }
    void copy(void* to, const void* from, std::size_t bytes) override {
        in_parts(threads_, bytes, [&](std::size_t first, std::size_t count) {
            std::memcpy(static_cast<char*>(to) + first,
                        static_cast<const char*>(from) + first, count);
        });
    }
    void zero(void* device, std::size_t bytes) override {
        in_parts(threads_, bytes, [&](std::size_t first, std::size_t count) {
            std::memset(static_cast<char*>(device) + first, 0, count);
        });
    }
    void synchronize() override {}
    std::unique_ptr<Recording> record(const std::function<void()>&) override {
        return nullptr;
    }

private:
    int threads_;
    std::string isa_;
};

}  // namespace

std::shared_ptr<DeviceState> make_cpu_state(int threads, std::string isa) {
    return std::make_shared<CpuState>(threads, std::move(isa));
}

}  // namespace nengine::kernels

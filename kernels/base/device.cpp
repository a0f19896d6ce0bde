#include "kernels/base/device.hpp"

#include <omp.h>
#include <sys/mman.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "kernels/base/device_state.hpp"
#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/base/view.hpp"
#if NENGINE_WITH_CUDA
#include "kernels/cuda/cuda_device.hpp"
#endif

namespace nengine {
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

bool has_avx512() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
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

/// The part of "cuda:1" after the colon.
int parse_ordinal(std::string_view name, std::string_view digits) {
    int ordinal = -1;
    const auto [end, status] =
        std::from_chars(digits.data(), digits.data() + digits.size(), ordinal);
    if (status != std::errc() || end != digits.data() + digits.size() || ordinal < 0) {
        throw ValidationError("Device::named: got '" + std::string(name) +
                              "', needs a device number after 'cuda:'");
    }
    return ordinal;
}

/// The first CUDA device, or the CPU and, once per process, the reason.
Device automatic() {
#if NENGINE_WITH_CUDA
    std::string reason = "no CUDA device found";
    if (Device::cuda_count() > 0) {
        try {
            return Device::cuda(0);
        } catch (const DeviceError& error) {
            reason = error.what();
        }
    }
    static std::once_flag said;
    std::call_once(said, [&] {
        std::fprintf(stderr, "nengine: %s; running on the CPU\n", reason.c_str());
    });
#endif
    return Device::cpu();
}

}  // namespace

Buffer::Buffer(Buffer&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      state_(std::move(other.state_)) {}

Buffer& Buffer::operator=(Buffer&& other) noexcept {
    Buffer taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(bytes_, taken.bytes_);
    std::swap(state_, taken.state_);
    return *this;
}

Buffer::~Buffer() {
    if (data_ != nullptr) {
        state_->free(data_, bytes_);
    }
}

Device::Device(std::shared_ptr<DeviceState> state, Exec exec)
    : state_(std::move(state)), exec_(exec) {}

Device Device::cpu(int threads, Isa isa) {
    if (threads < 0) {
        throw ValidationError("Device::cpu: got " + std::to_string(threads) +
                              " threads, needs 0 (all) or more");
    }
    const CpuExec base{threads == 0 ? omp_get_max_threads() : threads};
    if (isa == Isa::best && has_avx512()) {
        return Device(std::make_shared<CpuState>(base.threads, "avx512"),
                      CpuAvx512Exec{base});
    }
#if defined(__x86_64__)
    const char* name = "avx2";
#else
    const char* name = "generic";
#endif
    return Device(std::make_shared<CpuState>(base.threads, name), base);
}

Device Device::cuda([[maybe_unused]] int ordinal) {
#if NENGINE_WITH_CUDA
    CudaExec exec;
    auto state = make_cuda_state(ordinal, exec);
    return Device(std::move(state), exec);
#else
    throw DeviceError(
        "Device::cuda: this build has no CUDA backend; configure with nvcc on the "
        "PATH");
#endif
}

Device Device::named(std::string_view name) {
    constexpr std::string_view numbered = "cuda:";
    if (name == "cpu") {
        return cpu();
    }
    if (name == "cuda") {
        return cuda(0);
    }
    if (name == "auto") {
        return automatic();
    }
    if (name.substr(0, numbered.size()) == numbered) {
        return cuda(parse_ordinal(name, name.substr(numbered.size())));
    }
    throw ValidationError("Device::named: got '" + std::string(name) +
                          "', needs 'cpu', 'cuda', 'cuda:<number>' or 'auto'");
}

int Device::cuda_count() {
#if NENGINE_WITH_CUDA
    return cuda_device_count();
#else
    return 0;
#endif
}

bool Device::is_cuda() const {
#if NENGINE_WITH_CUDA
    return std::holds_alternative<CudaExec>(exec_);
#else
    return false;
#endif
}

std::string Device::name() const {
    return state_->name();
}

std::vector<LibraryInfo> Device::libraries() const {
#if NENGINE_WITH_CUDA
    if (is_cuda()) {
        return cuda::libraries();
    }
#endif
    return {};
}

Buffer Device::allocate(std::size_t bytes, std::string_view what) const {
    Buffer buffer;
    if (bytes > 0) {
        buffer.data_ = state_->allocate(bytes, what);
        buffer.bytes_ = bytes;
        buffer.state_ = state_;
    }
    return buffer;
}

void Device::upload(void* device, const void* host, std::size_t bytes) const {
    if (bytes > 0) {
        state_->upload(device, host, bytes);
    }
}

void Device::download(void* host, const void* device, std::size_t bytes) const {
    if (bytes > 0) {
        state_->download(host, device, bytes);
    }
}

void Device::copy(void* to, const void* from, std::size_t bytes) const {
    if (bytes > 0) {
        state_->copy(to, from, bytes);
    }
}

void Device::zero(void* device, std::size_t bytes) const {
    if (bytes > 0) {
        state_->zero(device, bytes);
    }
}

void Device::synchronize() const {
    state_->synchronize();
}

void Device::set_gemm_math(GemmMath math) const {
    state_->set_gemm_math(math);
}

std::unique_ptr<Recording> Device::record(const std::function<void()>& work) const {
    return state_->record(work);
}

long Device::refused_recordings() const {
    return state_->refused_recordings();
}

std::unique_ptr<Timer> Device::timer(std::size_t parts) const {
    return state_->timer(parts);
}

}  // namespace nengine

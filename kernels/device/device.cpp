#include "kernels/base/device.hpp"

#include <omp.h>

#include <charconv>
#include <cstdio>
#include <mutex>
#include <utility>

#include "kernels/base/cpu_features.hpp"
#include "kernels/base/device_state.hpp"
#include "kernels/base/error.hpp"
#include "kernels/cpu/cpu_device.hpp"
#if NENGINE_WITH_CUDA
#include "kernels/cuda/cuda_device.hpp"
#endif

namespace nengine::kernels {

bool has_avx512() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

namespace {

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

/// What the host writes is what the device reads, at once.
class SharedWithHost final : public StagedMemory {
public:
    explicit SharedWithHost(Buffer memory) : memory_(std::move(memory)) {}

    void* device() const override { return memory_.data(); }
    std::byte* host() override { return memory_.as<std::byte>(); }
    void send() override {}
    void acquire() override {}
    void release() override {}

private:
    Buffer memory_;
};

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
        return Device(make_cpu_state(base.threads, "avx512"), CpuAvx512Exec{base});
    }
#if defined(__x86_64__)
    const char* name = "avx2";
#else
    const char* name = "generic";
#endif
    return Device(make_cpu_state(base.threads, name), base);
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

std::unique_ptr<StagedMemory> Device::staged(std::size_t bytes,
                                             std::string_view what) const {
    if (auto memory = state_->staged(bytes, what)) {
        return memory;
    }
    return std::make_unique<SharedWithHost>(allocate(bytes, what));
}

std::size_t Device::free_memory() const {
    return state_->free_memory();
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

bool Device::is_recording() const {
    return state_->is_recording();
}

long Device::refused_recordings() const {
    return state_->refused_recordings();
}

std::unique_ptr<Timer> Device::timer(std::size_t parts) const {
    return state_->timer(parts);
}

}  // namespace nengine::kernels

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "kernels/base/exec.hpp"
#include "kernels/base/gemm_math.hpp"

namespace nengine::kernels {

class Device;
class StagedMemory;
class Timer;

/// A shared library whose functions a device calls.
struct LibraryInfo {
    std::string name;     ///< "cuDNN"
    std::string version;  ///< "9.13.0"
    std::string file;     ///< where it was found
};

/// Owns bytes on a device. Move-only: a copy is a transfer and has a name. Keeps its
/// device alive.
class Buffer {
public:
    Buffer() = default;
    Buffer(Buffer&&) noexcept;
    Buffer& operator=(Buffer&&) noexcept;
    ~Buffer();

    void* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    template <class T>
    T* as() const {
        return static_cast<T*>(data_);
    }

private:
    friend class Device;
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
    std::shared_ptr<class DeviceState> state_;
};

/// Commands recorded once and replayed without the host's help: a CUDA graph.
class Recording {
public:
    virtual ~Recording() = default;
    virtual void replay() = 0;
};

/// Where kernels run and memory lies: the host's cores or one CUDA device. A value:
/// copies refer to the same device, stream and library handles. All work of one Device
/// is in one order (one stream); different Devices may be used from different threads.
class Device {
public:
    /// Which instruction set the unified kernels use on the host.
    enum class Isa { best, avx2 };

    /// The host; `threads` 0 means OpenMP's default.
    static Device cpu(int threads = 0, Isa isa = Isa::best);
    /// CUDA device `ordinal`.
    /// @throws DeviceError  built without CUDA, no driver, no such device, or cuBLAS or
    ///                      cuDNN cannot be opened; the message says which
    static Device cuda(int ordinal = 0);
    /// "cpu", "cuda", "cuda:1" or "auto" (the first CUDA device if there is one, else
    /// the CPU; never throws for want of a GPU).
    static Device named(std::string_view name);
    /// How many CUDA devices there are; 0 without a driver or in a build without CUDA.
    static int cuda_count();

    bool is_cuda() const;
    /// "cpu (2 threads, avx512)" or "cuda:0 (NVIDIA H200)".
    std::string name() const;
    /// cuBLAS and cuDNN as this process uses them, opened if they were not yet; none on
    /// the CPU.
    /// @throws DeviceError  one of them cannot be opened; the message says which
    std::vector<LibraryInfo> libraries() const;

    /// `bytes` of memory, aligned to 256 and not initialised. `what` names the purpose
    /// in the error.
    /// @throws MemoryError  out of memory: what needed how much, what is free
    Buffer allocate(std::size_t bytes, std::string_view what) const;
    /// As many bytes that the host can fill while the device is at work; on the CPU
    /// those of its own memory. More than none.
    /// @throws MemoryError  out of memory of the device, or of the host
    std::unique_ptr<StagedMemory> staged(std::size_t bytes,
                                         std::string_view what) const;
    /// How many bytes could be allocated, roughly: other programs may use the same
    /// device.
    std::size_t free_memory() const;
    void upload(void* device, const void* host, std::size_t bytes) const;  ///< ordered
    void download(void* host, const void* device, std::size_t bytes) const;  ///< waits
    void copy(void* to, const void* from, std::size_t bytes) const;  ///< ordered
    void zero(void* device, std::size_t bytes) const;                ///< ordered
    void synchronize() const;

    /// What later products and convolutions may round to; float32 at first. Recordings
    /// keep what was set when they were made.
    void set_gemm_math(GemmMath math) const;

    /// Records what `work` launches, without running it. `nullptr`: the caller has to
    /// launch its own list each time. So it is on the CPU; on CUDA this is a stream
    /// capture, and the driver or a library may refuse it, which is said once. What
    /// libraries are needed for should have run before: they cannot be made ready in a
    /// recording.
    /// @throws DeviceError  `work` calls what cannot be recorded, such as `upload`
    std::unique_ptr<Recording> record(const std::function<void()>& work) const;
    /// Whether `record` is at work: what is launched does not run.
    bool is_recording() const;
    /// How many recordings have been refused.
    long refused_recordings() const;

    /// Measures `parts` parts of this device's work.
    std::unique_ptr<Timer> timer(std::size_t parts) const;

    /// Calls `kernel(exec)` with this device's execution space.
    template <class Kernel>
    void run(Kernel&& kernel) const {
        std::visit([&](const auto& exec) { kernel(exec); }, exec_);
    }

#if NENGINE_WITH_CUDA
    using Exec = std::variant<CpuExec, CpuAvx512Exec, CudaExec>;
#else
    using Exec = std::variant<CpuExec, CpuAvx512Exec>;
#endif

private:
    explicit Device(std::shared_ptr<DeviceState> state, Exec exec);
    std::shared_ptr<DeviceState> state_;
    Exec exec_;
};

}  // namespace nengine::kernels

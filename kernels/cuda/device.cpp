#include <cuda_runtime_api.h>

#include <cstdio>
#include <mutex>
#include <string>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/cuda/check.hpp"
#include "kernels/cuda/context.hpp"
#include "kernels/cuda/cuda_device.hpp"
#include "kernels/cuda/event_timer.hpp"
#include "kernels/cuda/memory.hpp"
#include "kernels/cuda/probe.hpp"
#include "kernels/cuda/staged_block.hpp"
#include "kernels/cuda/staging.hpp"

namespace nengine::kernels {
namespace {

using cuda::DeviceGuard;

class CudaState final : public DeviceState,
                        public std::enable_shared_from_this<CudaState> {
public:
    explicit CudaState(int ordinal) : context_(ordinal), staging_(context_.stream()) {
        cudaDeviceProp properties{};
        NENGINE_CHECK(cudaGetDeviceProperties(&properties, ordinal));
        name_ = "cuda:" + std::to_string(ordinal) + " (" + properties.name + ")";
        total_ = properties.totalGlobalMem;
    }
    ~CudaState() override {
        // Nothing is under way when the members go.
        static_cast<void>(cudaStreamSynchronize(stream()));
    }

    CudaExec exec() { return {context_.stream(), &context_}; }
    cudaStream_t stream() const { return context_.stream(); }
    int ordinal() const { return context_.ordinal(); }

    std::string name() const override { return name_; }

    void* allocate(std::size_t bytes, std::string_view what) override {
        refuse_in_recording("allocate");
        const DeviceGuard guard(ordinal());
        void* const data =
            bytes <= total_ ? context_.memory().allocate(bytes) : nullptr;
        if (data == nullptr) {
            out_of_memory(bytes, what);
        }
        return data;
    }

    void free(void* data, std::size_t) noexcept override {
        const DeviceGuard guard(ordinal());
        context_.memory().free(data);
    }

    std::unique_ptr<StagedMemory> staged(std::size_t bytes,
                                         std::string_view what) override {
        refuse_in_recording("staged");
        const DeviceGuard guard(ordinal());
        if (uploads_ == nullptr) {
            cudaStream_t made = nullptr;
            NENGINE_CHECK(cudaStreamCreateWithFlags(&made, cudaStreamNonBlocking));
            uploads_.reset(made);
        }
        return std::make_unique<cuda::StagedBlock>(
            shared_from_this(), ordinal(), stream(), uploads_.get(), bytes, what);
    }

    std::size_t free_memory() override {
        const DeviceGuard guard(ordinal());
        std::size_t free = 0, total = 0;
        NENGINE_CHECK(cudaMemGetInfo(&free, &total));
        return free + context_.memory().kept_bytes();
    }

    void upload(void* device, const void* host, std::size_t bytes) override {
        refuse_in_recording("upload");
        const DeviceGuard guard(ordinal());
        staging_.upload(device, host, bytes);
    }
    void download(void* host, const void* device, std::size_t bytes) override {
        refuse_in_recording("download");
        const DeviceGuard guard(ordinal());
        staging_.download(host, device, bytes);
    }
    void copy(void* to, const void* from, std::size_t bytes) override {
        const DeviceGuard guard(ordinal());
        NENGINE_CHECK(
            cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, stream()));
    }
    void zero(void* device, std::size_t bytes) override {
        const DeviceGuard guard(ordinal());
        NENGINE_CHECK(cudaMemsetAsync(device, 0, bytes, stream()));
    }
    void synchronize() override {
        refuse_in_recording("synchronize");
        const DeviceGuard guard(ordinal());
        NENGINE_CHECK(cudaStreamSynchronize(stream()));
    }

    std::unique_ptr<Recording> record(const std::function<void()>& work) override;
    long refused_recordings() const override { return refused_recordings_; }
    bool is_recording() const override { return context_.memory().is_capturing(); }

    void set_gemm_math(GemmMath math) override { context_.gemm_math = math; }

    std::unique_ptr<Timer> timer(std::size_t parts) override {
        return std::make_unique<cuda::EventTimer>(shared_from_this(), ordinal(),
                                                  stream(), parts);
    }

    void refuse_in_recording(const char* what) const {
        if (context_.memory().is_capturing()) {
            throw DeviceError(std::string("Device::") + what +
                              ": got a call inside Device::record, needs to be made "
                              "before or after it");
        }
    }

private:
    [[noreturn]] void out_of_memory(std::size_t bytes, std::string_view what) const {
        std::size_t free = 0, total = 0;
        static_cast<void>(cudaMemGetInfo(&free, &total));
        throw MemoryError("Device::allocate: got " + memory_text(free) + " free of " +
                              memory_text(total_) + " on " + name_ + ", needs " +
                              memory_text(bytes) + " for " + std::string(what) +
                              "; lower the minibatch or the number of steps",
                          bytes);
    }

    cuda::Graph capture(const std::function<void()>& work);
    cuda::GraphExec make_graph(const std::function<void()>& work);
    void refuse_recording(const Error& error);

    CudaContext context_;
    cuda::Staging staging_;
    cuda::Stream uploads_;  ///< those of staged memory; made at first use
    std::string name_;
    std::size_t total_ = 0;
    long refused_recordings_ = 0;
};

/// A CUDA graph. Keeps its device alive.
class GraphRecording final : public Recording {
public:
    GraphRecording(std::shared_ptr<CudaState> state, cuda::GraphExec graph)
        : state_(std::move(state)), graph_(std::move(graph)) {}
    ~GraphRecording() override {
        // It may be running.
        const DeviceGuard guard(state_->ordinal());
        static_cast<void>(cudaStreamSynchronize(state_->stream()));
        graph_.reset();
    }

    void replay() override {
        state_->refuse_in_recording("record");
        const DeviceGuard guard(state_->ordinal());
        NENGINE_CHECK(cudaGraphLaunch(graph_.get(), state_->stream()));
    }

private:
    std::shared_ptr<CudaState> state_;
    cuda::GraphExec graph_;
};

cuda::Graph CudaState::capture(const std::function<void()>& work) {
    // Relaxed: kernels that are used for the first time are loaded now, which stricter
    // modes may refuse. What must not be called is refused above.
    NENGINE_CHECK(cudaStreamBeginCapture(stream(), cudaStreamCaptureModeRelaxed));
    cuda::DeviceMemory& memory = context_.memory();
    memory.begin_capture();
    cudaGraph_t graph = nullptr;
    try {
        work();
    } catch (...) {
        static_cast<void>(cudaStreamEndCapture(stream(), &graph));
        static_cast<void>(cudaGetLastError());
        memory.end_capture();
        const cuda::Graph unused(graph);
        throw;
    }
    const cudaError_t status = cudaStreamEndCapture(stream(), &graph);
    memory.end_capture();
    cuda::check(status, "cudaStreamEndCapture");
    return cuda::Graph(graph);
}

cuda::GraphExec CudaState::make_graph(const std::function<void()>& work) {
    const cuda::Graph graph = capture(work);
    cudaGraphExec_t exec = nullptr;
    NENGINE_CHECK(cudaGraphInstantiate(&exec, graph.get(), 0));
    cuda::GraphExec owned(exec);
    // What the first launch would otherwise pay.
    NENGINE_CHECK(cudaGraphUpload(exec, stream()));
    return owned;
}

void CudaState::refuse_recording(const Error& error) {
    ++refused_recordings_;
    static std::once_flag said;
    std::call_once(said, [&] {
        std::fprintf(stderr,
                     "nengine: %s cannot record steps, which are launched one by one "
                     "instead, and slower (%s)\n",
                     name_.c_str(), error.what());
    });
}

std::unique_ptr<Recording> CudaState::record(const std::function<void()>& work) {
    refuse_in_recording("record");
    const DeviceGuard guard(ordinal());
    try {
        return std::make_unique<GraphRecording>(shared_from_this(), make_graph(work));
    } catch (const DeviceError& error) {
        if (error.code() == 0) {
            throw;  // a mistake of ours, which no library has reported
        }
        refuse_recording(error);
    } catch (const MemoryError& error) {
        refuse_recording(error);  // there may be enough where it can be waited for
    }
    return nullptr;
}

/// The number of devices, or the reason why there is none.
int count_devices(std::string& reason) {
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess) {
        static_cast<void>(cudaGetLastError());
        reason = cudaGetErrorString(status);
        return 0;
    }
    return count;
}

/// @throws DeviceError  this build's kernels do not run on the device
void need_kernels(int ordinal) {
    int major = 0, minor = 0;
    NENGINE_CHECK(
        cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, ordinal));
    NENGINE_CHECK(
        cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, ordinal));
    const DeviceGuard guard(ordinal);
    if (!cuda::kernels_run_here()) {
        const std::string capability = std::to_string(major) + std::to_string(minor);
        throw DeviceError(
            "Device::cuda: got device " + std::to_string(ordinal) +
            " of architecture " + capability +
            ", needs a build with CMAKE_CUDA_ARCHITECTURES=" + capability);
    }
}

}  // namespace

int cuda_device_count() {
    std::string reason;
    return count_devices(reason);
}

std::shared_ptr<DeviceState> make_cuda_state(int ordinal, CudaExec& exec) {
    std::string reason;
    const int count = count_devices(reason);
    if (count == 0) {
        throw DeviceError("Device::cuda: got no CUDA device" +
                          (reason.empty() ? reason : " (" + reason + ")") +
                          ", needs an NVIDIA GPU with a driver for CUDA 13; "
                          "Device::cpu() runs everywhere");
    }
    if (ordinal < 0 || ordinal >= count) {
        throw DeviceError("Device::cuda: got device " + std::to_string(ordinal) +
                          ", needs one of the " + std::to_string(count) +
                          " CUDA devices, counted from 0");
    }
    need_kernels(ordinal);
    const DeviceGuard guard(ordinal);
    auto state = std::make_shared<CudaState>(ordinal);
    exec = state->exec();
    return state;
}

}  // namespace nengine::kernels

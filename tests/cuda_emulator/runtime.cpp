#include "runtime.hpp"

#include <cuda_runtime.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <memory>

#include "emulator.hpp"
#include "grid.hpp"
#include "options.hpp"
#include "stream.hpp"

// The functions of the CUDA runtime that nengine calls, on one emulated device; those
// of memory are in runtime_memory.cpp.

namespace cuda_emulator {

std::recursive_mutex& mutex() {
    static auto* result = new std::recursive_mutex;
    return *result;
}

std::set<Stream*>& streams() {
    static auto* result = new std::set<Stream*>;
    return *result;
}

namespace {

Counts& counted() {
    static auto* result = new Counts;
    return *result;
}

thread_local cudaError_t last_error = cudaSuccess;

using Clock = std::chrono::steady_clock;

struct Event {
    bool has_time = false;
    Stream* stream = nullptr;
    std::uint64_t after = 0;
    std::shared_ptr<Clock::time_point> passed = nullptr;  // when it was
};
Event& event_of(cudaEvent_t handle) {
    return *reinterpret_cast<Event*>(handle);
}
bool is_over(const Event& event) {
    return event.stream == nullptr || event.stream->done() >= event.after;
}

using Recorded = std::vector<Work>;

bool is_launchable(const cudaLaunchConfig_t& config) {
    const dim3 &grid = config.gridDim, &block = config.blockDim;
    return grid.x > 0 && grid.y > 0 && grid.z > 0 && grid.x < 1U << 31U &&
           grid.y < 1U << 16U && grid.z < 1U << 16U && block.x > 0 && block.y > 0 &&
           block.z > 0 && block.z <= 64 && block.x * block.y * block.z <= 1024 &&
           config.dynamicSmemBytes == 0 && config.numAttrs == 0;
}

}  // namespace

cudaError_t report(cudaError_t status) {
    if (status != cudaSuccess) {
        last_error = status;
    }
    return status;
}

Counts counts() {
    const Lock lock(mutex());
    return counted();
}

void add_launch(cudaStream_t stream, Work work) {
    counted().launches += stream_of(stream).captures() ? 0 : 1;
    stream_of(stream).add(std::move(work));
}

void enqueue(cudaStream_t stream, Work work) {
    const Lock lock(mutex());
    add_launch(stream, std::move(work));
}

bool is_captured(cudaStream_t stream) {
    const Lock lock(mutex());
    return stream_of(stream).captures();
}

bool any_captures() {
    const Lock lock(mutex());
    return std::any_of(streams().begin(), streams().end(),
                       [](const Stream* stream) { return stream->captures(); });
}

cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread) {
    if (!is_launchable(config)) {
        return report(cudaErrorInvalidConfiguration);
    }
    enqueue(config.stream,
            [grid = config.gridDim, block = config.blockDim,
             thread = std::move(thread)] { run_grid(grid, block, thread); });
    return cudaSuccess;
}

}  // namespace cuda_emulator

using namespace cuda_emulator;

extern "C" {

// ---- errors and devices

cudaError_t cudaGetLastError() {
    return std::exchange(last_error, cudaSuccess);
}

const char* cudaGetErrorString(cudaError_t error) {
    switch (error) {
        case cudaErrorInvalidValue:
            return "invalid argument";
        case cudaErrorMemoryAllocation:
            return "out of memory";
        case cudaErrorInvalidConfiguration:
            return "invalid configuration argument";
        case cudaErrorNotReady:
            return "device not ready";
        case cudaErrorStreamCaptureUnsupported:
            return "operation not permitted when stream is capturing";
        case cudaErrorStreamCaptureInvalidated:
            return "operation failed due to a previous error during capture";
        default:
            return "an error of the emulator";
    }
}

cudaError_t cudaGetDeviceCount(int* count) {
    *count = 1;
    return cudaSuccess;
}
cudaError_t cudaGetDevice(int* device) {
    *device = 0;
    return cudaSuccess;
}
cudaError_t cudaSetDevice(int device) {
    return report(device == 0 ? cudaSuccess : cudaErrorInvalidDevice);
}

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int) {
    *properties = {};
    std::strcpy(properties->name, "emulated");
    properties->totalGlobalMem = total_memory();
    return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
    switch (attribute) {
        case cudaDevAttrComputeCapabilityMajor:
            *value = 9;
            return cudaSuccess;
        case cudaDevAttrComputeCapabilityMinor:
            *value = 0;
            return cudaSuccess;
        case cudaDevAttrMultiProcessorCount:
            *value = 3;
            return cudaSuccess;
        case cudaDevAttrMemoryPoolsSupported:
            *value = refuses("pools") ? 0 : 1;
            return cudaSuccess;
        default:
            return report(cudaErrorInvalidValue);
    }
}

cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, const void*) {
    *attributes = {};
    return cudaSuccess;
}

// ---- streams and events

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
    const Lock lock(mutex());
    auto* made = new Stream;
    streams().insert(made);
    *stream = reinterpret_cast<cudaStream_t>(made);
    return cudaSuccess;
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    const Lock lock(mutex());
    stream_of(stream).run();
    streams().erase(&stream_of(stream));
    delete &stream_of(stream);
    return cudaSuccess;
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    const Lock lock(mutex());
    if (stream_of(stream).captures()) {
        return report(cudaErrorStreamCaptureUnsupported);
    }
    const Stream& waited = stream_of(stream);
    counted().waits += waited.done() < waited.added() ? 1 : 0;
    stream_of(stream).run();
    return cudaSuccess;
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned flags) {
    *event = reinterpret_cast<cudaEvent_t>(
        new Event{.has_time = (flags & cudaEventDisableTiming) == 0});
    return cudaSuccess;
}
cudaError_t cudaEventDestroy(cudaEvent_t event) {
    delete &event_of(event);
    return cudaSuccess;
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream) {
    const Lock lock(mutex());
    Stream& on = stream_of(stream);
    if (on.captures()) {
        return report(cudaErrorStreamCaptureUnsupported);
    }
    Event& event = event_of(handle);
    event.passed = std::make_shared<Clock::time_point>();
    on.add([passed = event.passed, &on] {
        *passed = counts_work()
                      ? Clock::time_point(std::chrono::milliseconds(on.done()))
                      : Clock::now();
    });
    event.stream = &on;
    event.after = on.added();
    return cudaSuccess;
}

/// What comes later waits until it has to: then the other stream runs as far as it has
/// to, and no further.
cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t handle, unsigned) {
    const Lock lock(mutex());
    if (stream_of(stream).captures()) {
        return report(cudaErrorStreamCaptureUnsupported);
    }
    // The event may be recorded again, or be gone, when the wait comes.
    const Event event = event_of(handle);
    if (!is_over(event)) {
        stream_of(stream).add([event] {
            if (streams().contains(event.stream)) {  // else it has run to its end
                event.stream->run(event.after);
            }
        });
    }
    return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
    const Lock lock(mutex());
    if (handle == nullptr) {
        return report(cudaErrorInvalidResourceHandle);
    }
    return report(is_over(event_of(handle)) ? cudaSuccess : cudaErrorNotReady);
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
    const Lock lock(mutex());
    if (handle == nullptr) {
        return report(cudaErrorInvalidResourceHandle);
    }
    const Event& event = event_of(handle);
    counted().waits += is_over(event) ? 0 : 1;
    if (event.stream != nullptr) {
        event.stream->run(event.after);
    }
    return cudaSuccess;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start,
                                 cudaEvent_t end) {
    const Lock lock(mutex());
    const Event &from = event_of(start), &to = event_of(end);
    if (!from.has_time || !to.has_time || !from.passed || !to.passed) {
        return report(cudaErrorInvalidResourceHandle);
    }
    if (!is_over(from) || !is_over(to)) {
        return report(cudaErrorNotReady);
    }
    *milliseconds =
        std::chrono::duration<float, std::milli>(*to.passed - *from.passed).count();
    return cudaSuccess;
}

// ---- graphs

cudaError_t cudaThreadExchangeStreamCaptureMode(cudaStreamCaptureMode* mode) {
    thread_local cudaStreamCaptureMode current = cudaStreamCaptureModeGlobal;
    std::swap(*mode, current);
    return cudaSuccess;
}

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
    const Lock lock(mutex());
    if (any_captures()) {
        return report(cudaErrorStreamCaptureUnsupported);
    }
    stream_of(stream).begin_capture(new Recorded);
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    const Lock lock(mutex());
    auto* recorded = stream_of(stream).end_capture();
    if (recorded != nullptr && refuses("captures")) {
        delete std::exchange(recorded, nullptr);
        *graph = nullptr;
        return report(cudaErrorStreamCaptureInvalidated);
    }
    *graph = reinterpret_cast<cudaGraph_t>(recorded);
    return report(recorded != nullptr ? cudaSuccess : cudaErrorStreamCaptureUnmatched);
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph,
                                 unsigned long long) {
    *exec = reinterpret_cast<cudaGraphExec_t>(
        new Recorded(*reinterpret_cast<Recorded*>(graph)));
    return cudaSuccess;
}
cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) {
    return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    const Lock lock(mutex());
    ++counted().graphs;
    for (const Work& work : *reinterpret_cast<Recorded*>(exec)) {
        stream_of(stream).add(work);
    }
    return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    delete reinterpret_cast<Recorded*>(graph);
    return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    delete reinterpret_cast<Recorded*>(exec);
    return cudaSuccess;
}

}  // extern "C"

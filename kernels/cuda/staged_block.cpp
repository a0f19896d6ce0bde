#include "kernels/cuda/staged_block.hpp"

#include <string>
#include <utility>

#include "kernels/base/error.hpp"
#include "kernels/base/host_memory.hpp"
#include "kernels/cuda/check.hpp"

namespace nengine::kernels::cuda {
namespace {

constexpr const char* to_lower = "the minibatch or the number of steps";

Pinned allocate_pinned(std::size_t bytes, std::string_view what) {
    need_host_memory(bytes, [&] {
        return MemoryUse{"Device::staged", std::string(what), to_lower};
    });
    void* data = nullptr;
    const cudaError_t status = cudaMallocHost(&data, bytes);
    if (status == cudaErrorMemoryAllocation) {
        static_cast<void>(cudaGetLastError());
        throw MemoryError("Device::staged: got no more pinned host memory, needs " +
                              memory_text(bytes) + " for " + std::string(what) +
                              "; lower " + to_lower,
                          bytes);
    }
    check(status, "cudaMallocHost");
    return Pinned(static_cast<std::byte*>(data));
}

Event make_event() {
    cudaEvent_t made = nullptr;
    NENGINE_CHECK(cudaEventCreateWithFlags(&made, cudaEventDisableTiming));
    return Event(made);
}

}  // namespace

StagedBlock::StagedBlock(std::shared_ptr<DeviceState> device, int ordinal,
                         cudaStream_t work, cudaStream_t uploads, std::size_t bytes,
                         std::string_view what)
    : device_(std::move(device)),
      ordinal_(ordinal),
      work_(work),
      uploads_(uploads),
      bytes_(bytes),
      host_(allocate_pinned(bytes, what)),
      uploaded_(make_event()),
      released_(make_event()) {
    data_ = device_->allocate(bytes, what);
    // The first upload waits, too: earlier work may still use the memory for what it
    // was lent to before.
    const cudaError_t status = cudaEventRecord(released_.get(), work_);
    if (status != cudaSuccess) {
        device_->free(data_, bytes_);
        check(status, "cudaEventRecord");
    }
}

StagedBlock::~StagedBlock() {
    const DeviceGuard guard(ordinal_);
    // The upload reads one memory and writes the other; the work gives its own back in
    // its own order.
    static_cast<void>(cudaEventSynchronize(uploaded_.get()));
    device_->free(data_, bytes_);
}

void StagedBlock::refuse_in_recording(const char* call) const {
    if (device_->is_recording()) {
        throw DeviceError(std::string("StagedMemory::") + call +
                          ": got a call inside Device::record, needs to be made before "
                          "or after it");
    }
}

std::byte* StagedBlock::host() {
    refuse_in_recording("host");
    const DeviceGuard guard(ordinal_);
    NENGINE_CHECK(cudaEventSynchronize(uploaded_.get()));
    return host_.get();
}

void StagedBlock::send() {
    refuse_in_recording("send");
    const DeviceGuard guard(ordinal_);
    NENGINE_CHECK(cudaStreamWaitEvent(uploads_, released_.get(), 0));
    NENGINE_CHECK(
        cudaMemcpyAsync(data_, host_.get(), bytes_, cudaMemcpyHostToDevice, uploads_));
    NENGINE_CHECK(cudaEventRecord(uploaded_.get(), uploads_));
}

void StagedBlock::acquire() {
    refuse_in_recording("acquire");
    const DeviceGuard guard(ordinal_);
    NENGINE_CHECK(cudaStreamWaitEvent(work_, uploaded_.get(), 0));
}

void StagedBlock::release() {
    refuse_in_recording("release");
    const DeviceGuard guard(ordinal_);
    NENGINE_CHECK(cudaEventRecord(released_.get(), work_));
}

}  // namespace nengine::kernels::cuda

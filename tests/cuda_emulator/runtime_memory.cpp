#include <cuda_runtime.h>

#include <cstdint>
#include <cstring>

#include "memory.hpp"
#include "options.hpp"
#include "runtime.hpp"

// The functions of the CUDA runtime that give, take and copy memory.

namespace cuda_emulator {
namespace {

Pool* pool_of(cudaMemPool_t handle) {
    return reinterpret_cast<Pool*>(handle);
}

}  // namespace
}  // namespace cuda_emulator

using namespace cuda_emulator;

extern "C" {

cudaError_t cudaMalloc(void** data, size_t bytes) {
    *data = allocate(bytes);
    return report(*data != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t cudaFree(void* data) {
    const Lock lock(mutex());
    for (Stream* stream : streams()) {
        stream->run();
    }
    return report(data == nullptr || release(data) ? cudaSuccess
                                                   : cudaErrorInvalidValue);
}

cudaError_t cudaMallocHost(void** data, size_t bytes) {
    *data = allocate_pinned(bytes);
    return report(*data != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}
cudaError_t cudaFreeHost(void* data) {
    return report(release_pinned(data) ? cudaSuccess : cudaErrorInvalidValue);
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
    *free = free_memory();
    *total = total_memory();
    return cudaSuccess;
}

cudaError_t cudaMemPoolCreate(cudaMemPool_t* pool, const cudaMemPoolProps* properties) {
    if (refuses("pools")) {
        return report(cudaErrorNotSupported);
    }
    if (properties->allocType != cudaMemAllocationTypePinned ||
        properties->location.type != cudaMemLocationTypeDevice) {
        return report(cudaErrorInvalidValue);
    }
    *pool = reinterpret_cast<cudaMemPool_t>(new Pool);
    return cudaSuccess;
}
cudaError_t cudaMemPoolDestroy(cudaMemPool_t pool) {
    forget(pool_of(pool));
    delete pool_of(pool);
    return cudaSuccess;
}
/// Pools keep everything, whatever their threshold.
cudaError_t cudaMemPoolSetAttribute(cudaMemPool_t, cudaMemPoolAttr, void*) {
    return cudaSuccess;
}
cudaError_t cudaMemPoolGetAttribute(cudaMemPool_t pool, cudaMemPoolAttr attribute,
                                    void* value) {
    const Pool& of = *pool_of(pool);
    auto& bytes = *static_cast<std::uint64_t*>(value);
    switch (attribute) {
        case cudaMemPoolAttrReservedMemCurrent:
            bytes = of.kept + of.used;
            return cudaSuccess;
        case cudaMemPoolAttrUsedMemCurrent:
            bytes = of.used;
            return cudaSuccess;
        default:
            return report(cudaErrorInvalidValue);
    }
}
cudaError_t cudaMemPoolTrimTo(cudaMemPool_t pool, size_t) {
    trim(pool_of(pool));
    return cudaSuccess;
}

cudaError_t cudaMallocFromPoolAsync(void** data, size_t bytes, cudaMemPool_t pool,
                                    cudaStream_t stream) {
    const Lock lock(mutex());
    if (stream_of(stream).captures()) {
        return report(cudaErrorStreamCaptureUnsupported);
    }
    *data = allocate(bytes, pool_of(pool));
    return report(*data != nullptr ? cudaSuccess : cudaErrorMemoryAllocation);
}

cudaError_t cudaFreeAsync(void* data, cudaStream_t stream) {
    const Lock lock(mutex());
    if (refuses("pools") || !is_device(data, 0) || stream_of(stream).captures()) {
        return report(cudaErrorInvalidValue);
    }
    stream_of(stream).add([data] { release(data); });
    return cudaSuccess;
}

cudaError_t cudaMemsetAsync(void* data, int value, size_t bytes, cudaStream_t stream) {
    const Lock lock(mutex());
    if (bytes == 0 || !is_device(data, bytes)) {
        return report(cudaErrorInvalidValue);
    }
    add_launch(stream, [=] { std::memset(data, value, bytes); });
    return cudaSuccess;
}

cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t bytes,
                            cudaMemcpyKind kind, cudaStream_t stream) {
    const Lock lock(mutex());
    const bool to_device = kind != cudaMemcpyDeviceToHost;
    const bool from_device = kind != cudaMemcpyHostToDevice;
    const auto is_good = [&](const void* data, bool device) {
        return device ? is_device(data, bytes) : is_pinned(data, bytes);
    };
    if (!is_good(to, to_device) || !is_good(from, from_device)) {
        return report(cudaErrorInvalidValue);
    }
    add_launch(stream, [=] { std::memcpy(to, from, bytes); });
    return cudaSuccess;
}

}  // extern "C"

#include "kernels/cuda/memory.hpp"

#include <string>

#include "kernels/base/host_memory.hpp"
#include "kernels/cuda/check.hpp"

namespace nengine::kernels::cuda {
namespace {

/// What cudaMalloc rounds to anyway: blocks of nearly equal sizes can take each other's
/// place.
constexpr std::size_t granularity = 512;
/// A free block more than this many times as large as what is asked for stays free.
constexpr std::size_t max_waste = 2;

bool has_pools(int ordinal) {
    int supported = 0;
    NENGINE_CHECK(
        cudaDeviceGetAttribute(&supported, cudaDevAttrMemoryPoolsSupported, ordinal));
    return supported != 0;
}

/// Keeps what is freed, however much it is.
MemoryPool make_pool(int ordinal) {
    cudaMemPoolProps properties{};
    properties.allocType = cudaMemAllocationTypePinned;
    properties.location.type = cudaMemLocationTypeDevice;
    properties.location.id = ordinal;
    cudaMemPool_t made = nullptr;
    NENGINE_CHECK(cudaMemPoolCreate(&made, &properties));
    MemoryPool pool(made);
    unsigned long long keep = ~0ULL;
    NENGINE_CHECK(
        cudaMemPoolSetAttribute(made, cudaMemPoolAttrReleaseThreshold, &keep));
    return pool;
}

/// Whether a call gave memory; "there is none" is an answer, all else an error.
bool has_memory(cudaError_t status, const char* call) {
    if (status == cudaErrorMemoryAllocation) {
        static_cast<void>(cudaGetLastError());
        return false;
    }
    check(status, call);
    return true;
}

}  // namespace

DeviceMemory::DeviceMemory(int ordinal, cudaStream_t stream) : stream_(stream) {
    if (has_pools(ordinal)) {
        pool_ = make_pool(ordinal);
    }
}

DeviceMemory::~DeviceMemory() {
    // The driver keeps a pool until the last of its blocks is free.
    for (const auto& [bytes, data] : free_) {
        static_cast<void>(cudaFree(data));
    }
}

void* DeviceMemory::allocate(std::size_t bytes) {
    void* data = try_allocate(bytes);
    if (data == nullptr) {
        // Blocks that were freed may be of the wrong sizes.
        trim();
        data = try_allocate(bytes);
    }
    return data;
}

void* DeviceMemory::try_allocate(std::size_t bytes) {
    if (pool_ != nullptr) {
        return try_allocate_from_pool(bytes);
    }
    bytes = (bytes + granularity - 1) / granularity * granularity;
    void* data = take_freed(bytes);
    if (data == nullptr && has_memory(cudaMalloc(&data, bytes), "cudaMalloc")) {
        sizes_[data] = bytes;
    }
    return data;
}

void* DeviceMemory::try_allocate_from_pool(std::size_t bytes) {
    void* data = nullptr;
    return has_memory(cudaMallocFromPoolAsync(&data, bytes, pool_.get(), stream_),
                      "cudaMallocFromPoolAsync")
               ? data
               : nullptr;
}

/// The smallest free block that is large enough, or nullptr.
void* DeviceMemory::take_freed(std::size_t bytes) {
    const auto found = free_.lower_bound(bytes);
    if (found == free_.end() || found->first > max_waste * bytes) {
        return nullptr;
    }
    void* const data = found->second;
    free_.erase(found);
    return data;
}

void DeviceMemory::free(void* data) noexcept {
    if (is_capturing_) {
        freed_in_capture_.push_back(data);
    } else {
        free_in_order(data);
    }
}

void DeviceMemory::free_in_order(void* data) noexcept {
    if (pool_ != nullptr) {
        static_cast<void>(cudaFreeAsync(data, stream_));
    } else {
        free_.emplace(sizes_.at(data), data);
    }
}

void DeviceMemory::trim() {
    if (is_capturing_) {
        return;
    }
    NENGINE_CHECK(cudaStreamSynchronize(stream_));
    if (pool_ != nullptr) {
        NENGINE_CHECK(cudaMemPoolTrimTo(pool_.get(), 0));
        return;
    }
    while (!free_.empty()) {
        void* const data = free_.extract(free_.begin()).mapped();
        sizes_.erase(data);
        NENGINE_CHECK(cudaFree(data));
    }
}

std::size_t DeviceMemory::kept_bytes() const {
    if (pool_ != nullptr) {
        unsigned long long reserved = 0, used = 0;
        NENGINE_CHECK(cudaMemPoolGetAttribute(
            pool_.get(), cudaMemPoolAttrReservedMemCurrent, &reserved));
        NENGINE_CHECK(
            cudaMemPoolGetAttribute(pool_.get(), cudaMemPoolAttrUsedMemCurrent, &used));
        return reserved - used;
    }
    std::size_t bytes = 0;
    for (const auto& [size, data] : free_) {
        bytes += size;
    }
    return bytes;
}

void DeviceMemory::end_capture() noexcept {
    is_capturing_ = false;
    for (void* data : freed_in_capture_) {
        free_in_order(data);
    }
    freed_in_capture_.clear();
}

void refuse_kernel_memory(std::string_view what, std::size_t bytes) {
    throw MemoryError(
        "CUDA kernels: got no memory for " + std::string(what) + ", needs " +
            memory_text(bytes) +
            " beside the model; lower the minibatch or the number of steps",
        bytes);
}

}  // namespace nengine::kernels::cuda

#include "kernels/cuda/scratch.hpp"

#include <cuda_runtime_api.h>

#include <algorithm>

#include "kernels/cuda/memory.hpp"

namespace nengine::kernels::cuda {
namespace {

constexpr std::size_t alignment = 256;
constexpr std::size_t first_block = std::size_t{16} << 20;

/// Allows calls that a capture on this thread would refuse. Scratch memory is no part
/// of what is captured.
class RelaxedCapture {
public:
    RelaxedCapture() { exchange(); }
    RelaxedCapture(const RelaxedCapture&) = delete;
    RelaxedCapture& operator=(const RelaxedCapture&) = delete;
    ~RelaxedCapture() { exchange(); }

private:
    void exchange() { static_cast<void>(cudaThreadExchangeStreamCaptureMode(&mode_)); }

    cudaStreamCaptureMode mode_ = cudaStreamCaptureModeRelaxed;
};

}  // namespace

ScratchStack::~ScratchStack() {
    for (const Block& block : blocks_) {
        static_cast<void>(cudaFree(block.data));
    }
}

std::size_t ScratchStack::bytes() const {
    std::size_t sum = 0;
    for (const Block& block : blocks_) {
        sum += block.bytes;
    }
    return sum;
}

void* ScratchStack::push(std::size_t bytes) {
    bytes = (bytes + alignment - 1) / alignment * alignment;
    while (top_.block < blocks_.size() &&
           blocks_[top_.block].bytes - top_.used < bytes) {
        top_ = {top_.block + 1, 0};
    }
    if (top_.block == blocks_.size()) {
        grow(bytes);
    }
    void* const data = blocks_[top_.block].data + top_.used;
    top_.used += bytes;
    return data;
}

void ScratchStack::grow(std::size_t needed) {
    // As much as there is, so that few blocks are ever made.
    const std::size_t wanted = std::max({needed, first_block, bytes()});
    if (try_add(wanted) || try_add(needed)) {
        return;
    }
    memory_.trim();
    if (!try_add(needed)) {
        refuse_kernel_memory("scratch", needed);
    }
}

bool ScratchStack::try_add(std::size_t bytes) {
    blocks_.reserve(blocks_.size() + 1);
    const RelaxedCapture relaxed;
    void* data = nullptr;
    if (cudaMalloc(&data, bytes) != cudaSuccess) {
        static_cast<void>(cudaGetLastError());
        return false;
    }
    blocks_.push_back({static_cast<std::byte*>(data), bytes});
    return true;
}

}  // namespace nengine::kernels::cuda

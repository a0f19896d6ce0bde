#pragma once

#include <cuda_runtime_api.h>

#include <memory>
#include <type_traits>

namespace nengine::kernels::cuda {

/// Owns one handle of the CUDA runtime. The status of `destroy` is dropped: destructors
/// and process exit have nobody to tell.
template <class T, auto destroy>
struct Destroyer {
    using pointer = T;
    void operator()(T handle) const noexcept { static_cast<void>(destroy(handle)); }
};
template <class T, auto destroy>
using Handle = std::unique_ptr<std::remove_pointer_t<T>, Destroyer<T, destroy>>;

using Stream = Handle<cudaStream_t, cudaStreamDestroy>;
using Event = Handle<cudaEvent_t, cudaEventDestroy>;
using MemoryPool = Handle<cudaMemPool_t, cudaMemPoolDestroy>;
using Graph = Handle<cudaGraph_t, cudaGraphDestroy>;
using GraphExec = Handle<cudaGraphExec_t, cudaGraphExecDestroy>;

/// Makes a device current on this thread for as long as it lives.
class DeviceGuard {
public:
    explicit DeviceGuard(int ordinal) {
        if (cudaGetDevice(&before_) == cudaSuccess && before_ == ordinal) {
            before_ = -1;  // nothing to restore
            return;
        }
        // A device that cannot be made current fails the call that follows.
        static_cast<void>(cudaSetDevice(ordinal));
    }
    DeviceGuard(const DeviceGuard&) = delete;
    DeviceGuard& operator=(const DeviceGuard&) = delete;
    ~DeviceGuard() {
        if (before_ >= 0) {
            static_cast<void>(cudaSetDevice(before_));
        }
    }

private:
    int before_ = -1;
};

}  // namespace nengine::kernels::cuda

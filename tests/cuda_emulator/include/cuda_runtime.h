#pragma once

// CUDA C++ as g++ understands it: kernels are functions that the host calls once per
// thread. Stands in front of the toolkit's header of this name; the runtime's types and
// functions are still the toolkit's, and emulator.cpp implements those that are used.
//
// Restrictions: no warp intrinsics, no atomics, no dynamic shared memory.

#include <cuda_runtime_api.h>
#include <math.h>

#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#undef __global__
#undef __host__
#undef __device__
#undef __shared__
#undef __forceinline__
#undef __launch_bounds__
#undef __grid_constant__
#define __global__
#define __host__
#define __device__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __grid_constant__
/// The threads of a block take turns on one thread of the host.
#define __shared__ static thread_local
#define __CUDACC__ 1

namespace cuda_emulator {

/// Queues a grid; `thread` is called for each of its threads, with these set:
cudaError_t launch(const cudaLaunchConfig_t& config, std::function<void()> thread);

}  // namespace cuda_emulator

extern constinit thread_local uint3 threadIdx, blockIdx;
extern constinit thread_local dim3 blockDim, gridDim;

/// Waits for the block's other threads.
void __syncthreads();

/// Arguments are copied when the kernel is launched, as by the real runtime.
template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config,
                               void (*kernel)(Parameters...), Arguments&&... arguments) {
    return cuda_emulator::launch(
        *config,
        [kernel, copies = std::tuple<std::decay_t<Parameters>...>(
                     std::forward<Arguments>(arguments)...)] {
            std::apply(kernel, copies);
        });
}

template <class Function>
cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Function* kernel) {
    return cudaFuncGetAttributes(attributes, reinterpret_cast<const void*>(kernel));
}

#include "kernels/cuda/probe.hpp"

#include <cuda_runtime.h>

namespace nengine::cuda {
namespace {

__global__ void probe() {}

}  // namespace

bool kernels_run_here() {
    cudaFuncAttributes attributes{};
    const cudaError_t status = cudaFuncGetAttributes(&attributes, probe);
    static_cast<void>(cudaGetLastError());
    return status == cudaSuccess;
}

}  // namespace nengine::cuda

#include <cuda_runtime.h>

#include "kernels/cuda/probe.hpp"

namespace nengine::kernels::cuda {
namespace {

__global__ void probe() {}

}  // namespace

bool kernels_run_here() {
    cudaFuncAttributes attributes{};
    const cudaError_t status = cudaFuncGetAttributes(&attributes, probe);
    static_cast<void>(cudaGetLastError());
    return status == cudaSuccess;
}

}  // namespace nengine::kernels::cuda

#pragma once

#include <memory>
#include <vector>

#include "kernels/base/device_state.hpp"

namespace nengine::kernels {

/// How many CUDA devices there are; 0 without a driver. Never throws.
int cuda_device_count();

/// Opens CUDA device `ordinal` and its libraries; fills `exec` with the stream and the
/// context, which live as long as the state.
/// @throws DeviceError  no driver, no such device, or a library cannot be opened
std::shared_ptr<DeviceState> make_cuda_state(int ordinal, CudaExec& exec);

namespace cuda {

/// cuBLAS and cuDNN as they were opened; opens those that were not used yet.
/// @throws DeviceError  one of them cannot be opened
std::vector<LibraryInfo> libraries();

}  // namespace cuda
}  // namespace nengine::kernels

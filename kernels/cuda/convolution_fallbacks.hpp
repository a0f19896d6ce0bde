#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels::cuda {

/// How many convolutions of float32 were done by kernels of our own because cuDNN had
/// no deterministic engine for them. Tests on GPUs want none: those kernels are many
/// times slower.
Index convolution_fallbacks(const CudaExec& exec);

}  // namespace nengine::kernels::cuda

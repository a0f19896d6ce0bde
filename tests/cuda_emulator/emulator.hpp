#pragma once

#include <cuda_runtime_api.h>

#include "stream.hpp"

// What the emulated libraries need of the runtime.

namespace cuda_emulator {

/// Work of a library on a stream.
void enqueue(cudaStream_t stream, Work work);

}  // namespace cuda_emulator

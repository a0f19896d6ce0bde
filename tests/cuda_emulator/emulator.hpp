#pragma once

#include <cuda_runtime_api.h>

#include "stream.hpp"

// What the emulated libraries need of the runtime.

namespace cuda_emulator {

/// Work of a library on a stream.
void enqueue(cudaStream_t stream, Work work);
/// Whether what is launched there is being captured, and whether any stream's is.
bool is_captured(cudaStream_t stream);
bool any_captures();

}  // namespace cuda_emulator

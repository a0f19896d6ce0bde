#pragma once

#include <cuda_runtime_api.h>

#include "stream.hpp"

// What the emulated libraries and tests need of the runtime.

namespace cuda_emulator {

/// What the host has asked of the device so far.
struct Counts {
    long launches = 0;  ///< kernels, copies and fills, but for those of graphs
    long graphs = 0;    ///< launched
    long waits = 0;     ///< of the host for work that is not done
};
Counts counts();

/// Work of a library on a stream.
void enqueue(cudaStream_t stream, Work work);
/// Whether what is launched there is being captured, and whether any stream's is.
bool is_captured(cudaStream_t stream);
bool any_captures();

}  // namespace cuda_emulator

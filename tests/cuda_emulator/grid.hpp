#pragma once

#include <cuda_runtime.h>

#include <functional>

namespace cuda_emulator {

/// Runs all threads of all blocks, on this thread: block by block, the threads of a
/// block in turns from one barrier to the next.
void run_grid(const dim3& grid, const dim3& block, const std::function<void()>& thread);

}  // namespace cuda_emulator

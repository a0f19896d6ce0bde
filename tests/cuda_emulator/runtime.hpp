#pragma once

#include <cuda_runtime_api.h>

#include <mutex>
#include <set>

#include "stream.hpp"

// What the functions of the runtime share.

namespace cuda_emulator {

/// One lock for everything: threads of the host may share the device.
std::recursive_mutex& mutex();
using Lock = std::lock_guard<std::recursive_mutex>;

std::set<Stream*>& streams();

/// Work that the host launches: counted if it is no part of a graph.
void add_launch(cudaStream_t stream, Work work);

/// The status, which cudaGetLastError gives if it is an error.
cudaError_t report(cudaError_t status);

}  // namespace cuda_emulator

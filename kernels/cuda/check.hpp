#pragma once

#include <cuda_runtime_api.h>

#include <source_location>

#include "kernels/base/export.hpp"

namespace nengine::kernels::cuda {

using Where = std::source_location;

/// Throws `call failed: reason [file:line]` unless `status` is success. The other
/// status types have theirs in library.hpp.
NENGINE_API void check(cudaError_t status, const char* call,
                       Where at = Where::current());

/// @throws DeviceError  always
[[noreturn]] NENGINE_API void fail(const char* call, const char* reason, int code,
                                   Where at);

}  // namespace nengine::kernels::cuda

/// Wraps every CUDA, cuBLAS and cuDNN call; the overload set knows each status type. A
/// macro only because the text of the call is part of the message.
#define NENGINE_CHECK(call) ::nengine::kernels::cuda::check((call), #call)

#pragma once

namespace nengine::kernels::cuda {

/// Whether this build has machine code, or code to translate, for the current device.
bool kernels_run_here();

}  // namespace nengine::kernels::cuda

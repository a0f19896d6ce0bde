#pragma once

namespace nengine::kernels {

/// Whether this processor runs what is compiled for CpuAvx512Exec.
bool has_avx512();

}  // namespace nengine::kernels

#pragma once

namespace nengine {

/// Whether this processor runs what is compiled for CpuAvx512Exec.
bool has_avx512();

}  // namespace nengine

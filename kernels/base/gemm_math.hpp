#pragma once

namespace nengine {

/// What products and convolutions of float32 may round their operands to on CUDA, for
/// the sake of tensor cores. Sums are of float32 in each case, and operands of any
/// alignment are fine; float64, and the CPU, know no rounding.
enum class GemmMath {
    float32,  ///< nothing is rounded
    tf32,  ///< 10 bits after the point (relative errors of 1e-3), several times as fast
    bf16   ///< 7 bits (1e-2), faster still; convolutions take tf32 for it
};

}  // namespace nengine

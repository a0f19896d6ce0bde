#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include "kernels/base/macros.hpp"

namespace nengine {

// Internal linkage: see kernels/cpu/launch.hpp.
namespace {

/// While it lives, numbers that are smaller than the smallest normal one count as 0 on
/// this thread. What decays, such as the filter of a silent neuron or the running
/// average of a gradient that has become 0, ends among them and stays there, and an
/// operation on them takes a hundred times as long. Other processors than x86's do not
/// need it.
class FlushDenormals {
public:
#if defined(__SSE__)
    NENGINE_HD FlushDenormals() : before_(_mm_getcsr()) {
        constexpr unsigned results_to_zero = 0x8000, operands_to_zero = 0x0040;
        _mm_setcsr(before_ | results_to_zero | operands_to_zero);
    }
    NENGINE_HD ~FlushDenormals() {
        _mm_setcsr(before_);
    }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    unsigned before_;
#endif
};

}  // namespace
}  // namespace nengine

#pragma once

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

#include <cstdint>

#include "kernels/base/macros.hpp"

namespace nengine::kernels {

// Internal linkage: see kernels/cpu/launch.hpp.
namespace {

/// While it lives, numbers that are smaller than the smallest normal one count as 0 on
/// this thread. What decays, such as the filter of a silent neuron or the running
/// average of a gradient that has become 0, ends among them and stays there, and an
/// operation on them takes a hundred times as long.
class FlushDenormals {
public:
    NENGINE_HD FlushDenormals() : before_(control()) { set_control(before_ | flush); }
    NENGINE_HD ~FlushDenormals() { set_control(before_); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;

private:
    // The processor's register of how it computes, and its bits for this.
#if defined(__SSE__)
    using Control = unsigned;
    static constexpr Control results_to_zero = 0x8000, operands_to_zero = 0x0040;
    static constexpr Control flush = results_to_zero | operands_to_zero;
    NENGINE_HD static Control control() {
        return _mm_getcsr();
    }
    NENGINE_HD static void set_control(Control value) {
        _mm_setcsr(value);
    }
#elif defined(__aarch64__)
    using Control = std::uint64_t;
    static constexpr Control flush = Control{1} << 24;
    NENGINE_HD static Control control() {
        Control value;
        asm volatile("mrs %0, fpcr" : "=r"(value) : : "memory");
        return value;
    }
    NENGINE_HD static void set_control(Control value) {
        asm volatile("msr fpcr, %0" : : "r"(value) : "memory");
    }
#else  // one that is not known to need it
    using Control = unsigned;
    static constexpr Control flush = 0;
    NENGINE_HD static Control control() {
        return 0;
    }
    NENGINE_HD static void set_control(Control) {}
#endif

    Control before_;
};

}  // namespace
}  // namespace nengine::kernels

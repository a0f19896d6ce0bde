#include "api/numerics/lif_rates.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

// Compiled for AVX-512 beside the base processor, chosen when the program starts.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__)
#define NENGINE_FOR_WIDE_REGISTERS \
    __attribute__((target_clones("default", "arch=x86-64-v4")))
#else
#define NENGINE_FOR_WIDE_REGISTERS
#endif

namespace nengine {
namespace {

/// log(1 + x) for x >= 0, without branches, so that several are computed at once.
///
/// 1 + x = 2^k m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s) with s = (m - 1) /
/// (m + 1): the minimax polynomial in s^2 and its coefficients are those of fdlibm (Sun
/// Microsystems, 1993). `lost` is what rounding took from 1 + x.
inline double log_of_one_plus(double x) {
    constexpr std::uint64_t root_of_half = 0x3fe6a09e667f3bcd;
    constexpr std::uint64_t two_to_52 = 0x4330000000000000;
    constexpr double ln2_high = 6.93147180369123816490e-01;
    constexpr double ln2_low = 1.90821492927058770002e-10;
    const double u = 1.0 + x, rest = u - 1.0;
    const double lost = (1.0 - (u - rest)) + (x - rest);

    const auto bits = std::bit_cast<std::uint64_t>(u);
    const std::uint64_t exponent = (bits - root_of_half) >> 52;
    const double m = std::bit_cast<double>(bits - (exponent << 52));
    const double k = std::bit_cast<double>(exponent | two_to_52) - 0x1p52;

    const double f = m - 1.0, s = f / (2.0 + f), z = s * s;
    double series = 1.479819860511658591e-01;
    series = 1.531383769920937332e-01 + z * series;
    series = 1.818357216161805012e-01 + z * series;
    series = 2.222219843214978396e-01 + z * series;
    series = 2.857142874366239149e-01 + z * series;
    series = 3.999999999940941908e-01 + z * series;
    series = 6.666666666666735130e-01 + z * series;
    const double half_square = 0.5 * f * f;
    // lost / u; from x = 1 on it is less than half of the result's last digit.
    const double correction = lost * std::max(1.0 - x, 0.0);
    const double small = k * ln2_low + correction;
    return k * ln2_high -
           ((half_square - (s * (half_square + z * series) + small)) - f);
}

// The operations are the same for every processor, and so are the results. (Here
// because a function that is chosen so would be visible outside of a shared library.)
NENGINE_FOR_WIDE_REGISTERS
void change_to_rates(double* values, std::size_t count, double tau_rc, double tau_ref,
                     double amplitude) {
#pragma omp simd
    for (std::size_t i = 0; i < count; ++i) {
        const double current = values[i];
        const double log_term = log_of_one_plus(1.0 / (current - 1.0));
        const double rate = amplitude / (tau_ref + tau_rc * log_term);
        const double number = current <= 1.0 ? 0.0 : rate;
        values[i] = current == current ? number : current;
    }
}

}  // namespace

void lif_rates(std::span<double> currents, double tau_rc, double tau_ref,
               double amplitude) {
    change_to_rates(currents.data(), currents.size(), tau_rc, tau_ref, amplitude);
}

}  // namespace nengine

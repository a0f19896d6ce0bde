#pragma once

#include <cstdint>

#include "kernels/base/macros.hpp"
#include "kernels/base/spike.hpp"

namespace nengine::kernels {

/// float64 for builders of networks, who spend much of their time on rates of LIF:
/// log1p for x >= 0 alone, within two units in the last place of the C library's,
/// without branches, so that several are computed at once.
struct LogMath : SpikeMath<double> {
    using Real = double;
    static constexpr bool is_library = false;

    /// 1 + x = 2^k m with m in [sqrt(1/2), sqrt(2)), log m = 2 artanh(s) with s = (m -
    /// 1) / (m + 1): the minimax polynomial in s^2 and its coefficients are those of
    /// fdlibm (Sun Microsystems, 1993). `lost` is what rounding took from 1 + x.
    NENGINE_HD static double log1p(double x) {
        constexpr std::uint64_t root_of_half = 0x3fe6a09e667f3bcd;
        constexpr std::uint64_t two_to_52 = 0x4330000000000000;
        constexpr double ln2_high = 6.93147180369123816490e-01;
        constexpr double ln2_low = 1.90821492927058770002e-10;
        const double u = 1.0 + x, rest = u - 1.0;
        const double lost = (1.0 - (u - rest)) + (x - rest);

        const auto bits = __builtin_bit_cast(std::uint64_t, u);
        const std::uint64_t exponent = (bits - root_of_half) >> 52;
        const double m = __builtin_bit_cast(double, bits - (exponent << 52));
        const double k = __builtin_bit_cast(double, exponent | two_to_52) - 0x1p52;

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
        const double correction = lost * (x < 1.0 ? 1.0 - x : 0.0);
        const double small = k * ln2_low + correction;
        return k * ln2_high -
               ((half_square - (s * (half_square + z * series) + small)) - f);
    }
};

}  // namespace nengine::kernels

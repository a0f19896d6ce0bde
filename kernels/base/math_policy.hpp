#pragma once

namespace nengine {
enum class DType;
}

namespace nengine::kernels {

/// How neurons compute exp, expm1 and log1p.
///
/// `degree` 0: the C library (float64, and always the oracle). Otherwise polynomials,
/// in float32 only: a LIF step, whose arguments are bounded by dt / tau_rc, takes
/// Taylor polynomials of this degree; rate curves take functions for the whole range.
/// Chosen once, when the plan is made.
struct MathPolicy {
    int degree = 0;

    bool operator==(const MathPolicy&) const = default;
};

/// The cheapest policy that is exact to float32 for arguments up to `max_ratio` = the
/// largest dt / tau_rc of the neurons (0 for types without tau_rc); the C library for
/// float64 and for large ratios.
MathPolicy choose_math(DType real, double max_ratio);

}  // namespace nengine::kernels

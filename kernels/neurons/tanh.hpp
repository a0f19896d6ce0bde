#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine {

/// rate = tanh(J) / tau_ref, with tanh |J| = -e / (e + 2), e = expm1(-2 |J|): exact
/// near 0, and without overflow. d rate / dJ = 4 (1 + e) / (2 + e)^2 / tau_ref.
template <class Math>
struct Tanh {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;

    enum Param { tau_ref, n_params };
    enum Constant { max_rate, n_constants };
    static constexpr int n_states = 0;

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[max_rate] = Real(1) / param[tau_ref];
    }

    NENGINE_HD static Real decay(Real current) {
        return Math::expm1(Real(-2) * (current < Real(0) ? -current : current));
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        const Real e = decay(current);
        const Real size = -e / (e + Real(2));
        return c[max_rate] * (current < Real(0) ? -size : size);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real e = decay(current);
        // exp(-2 |J|): more digits than 1 + e where the curve is flat
        const Real flat =
            Math::exp(Real(-2) * (current < Real(0) ? -current : current));
        return c[max_rate] * Real(4) * flat / ((Real(2) + e) * (Real(2) + e));
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }
};

}  // namespace nengine

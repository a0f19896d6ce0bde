#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine {

/// rate = 1 / tau_ref / (1 + exp(-J)); its derivative is even in J and computed from
/// exp(-|J|), which cannot overflow.
template <class Math>
struct Sigmoid {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;

    enum Param { tau_ref, n_params };
    enum Constant { max_rate, n_constants };
    static constexpr int n_states = 0;

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[max_rate] = Real(1) / param[tau_ref];
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[max_rate] / (Real(1) + Math::exp(-current));
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real e = Math::exp(current > Real(0) ? -current : current);
        return c[max_rate] * e / ((Real(1) + e) * (Real(1) + e));
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }
};

}  // namespace nengine

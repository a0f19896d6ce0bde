#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/neurons/lif.hpp"
#include "kernels/neurons/lif_rate.hpp"

namespace nengine {

/// The adaptation n of a neuron is taken from its current, and then follows its output:
///
///     output = step(J - n)
///     n += dt / tau_n (inc_n output - n)
template <class Real>
NENGINE_HD Real adapted(Real n, Real output, Real rate, Real inc_n) {
    return n + rate * (inc_n * output - n);
}

/// LIF with adaptation. Its rate curve is that of LIF without.
template <class Math>
struct AdaptiveLif {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Base = Lif<Math>;

    enum State { adaptation = Base::n_states, n_states };
    enum Param { tau_n = Base::n_params, inc_n, n_params };
    enum Constant { c_follow = Base::n_constants, c_inc_n, n_constants };

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        Real base[Base::n_params];
        for (int k = 0; k < Base::n_params; ++k) {
            base[k] = param[k];
        }
        Base::prepare(base, dt, c);
        c[c_follow] = dt / param[tau_n];
        c[c_inc_n] = param[inc_n];
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real n = state[adaptation];
        const Real output = Base::step(c, dt, current - n, state);
        state[adaptation] = adapted(n, output, c[c_follow], c[c_inc_n]);
        return output;
    }
};

/// The rate of LIF with adaptation.
template <class Math>
struct AdaptiveLifRate {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Base = LifRate<Math>;

    enum State { adaptation, n_states };
    enum Param { tau_n = Base::n_params, inc_n, n_params };
    enum Constant { c_follow = Base::n_constants, c_inc_n, n_constants };

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        Real base[Base::n_params];
        for (int k = 0; k < Base::n_params; ++k) {
            base[k] = param[k];
        }
        Base::prepare(base, dt, c);
        c[c_follow] = dt / param[tau_n];
        c[c_inc_n] = param[inc_n];
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real* state) {
        const Real n = state[adaptation];
        const Real output = Base::rate(c, current - n);
        state[adaptation] = adapted(n, output, c[c_follow], c[c_inc_n]);
        return output;
    }
};

}  // namespace nengine

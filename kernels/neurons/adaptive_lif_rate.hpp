#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"
#include "kernels/neurons/lif_rate.hpp"

namespace nengine::kernels {

/// The adaptation n of a neuron is taken from its current, and then follows its output:
///
///     output = step(J - n)
///     n += dt / tau_n (inc_n output - n)
template <class Real>
NENGINE_HD Real adapted(Real n, Real output, Real rate, Real inc_n) {
    return n + rate * (inc_n * output - n);
}

/// The rate of LIF with adaptation.
template <class Math>
struct AdaptiveLifRate {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;
    using Base = LifRate<Math>;

    enum State { adaptation, n_states };
    enum Param { tau_n = Base::n_params, inc_n, n_params };
    enum Constant { c_follow = Base::n_constants, c_inc_n, n_constants };

    static constexpr NeuronDescription description{
        .name = "AdaptiveLIFRate",
        .states = {{"adaptation"}},
        .params = {{"tau_rc", 0.02, ParamBound::above_0},
                   {"tau_ref", 0.002, ParamBound::at_least_0},
                   {"amplitude", 1, ParamBound::above_0},
                   {"tau_n", 1, ParamBound::above_0},
                   {"inc_n", 0.01, ParamBound::at_least_0}},
        .rate_type = "LIFRate",
        .scale = Base::amplitude,
        .time_constant = Base::tau_rc};

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

}  // namespace nengine::kernels

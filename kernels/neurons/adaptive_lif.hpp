#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"
#include "kernels/neurons/adaptive_lif_rate.hpp"
#include "kernels/neurons/lif.hpp"

namespace nengine::kernels {

/// LIF with adaptation. Its rate curve is that of LIF without.
template <class Math>
struct AdaptiveLif {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = BoundedRange;
    using Base = Lif<Math>;

    enum State { adaptation = Base::n_states, n_states };
    enum Param { tau_n = Base::n_params, inc_n, n_params };
    enum Constant { c_follow = Base::n_constants, c_inc_n, n_constants };

    static constexpr NeuronDescription description{
        .name = "AdaptiveLIF",
        .spiking = true,
        .states = {{"voltage", 0, 1}, {"refractory_time"}, {"adaptation"}},
        .params = {{"tau_rc", 0.02, ParamBound::above_0},
                   {"tau_ref", 0.002, ParamBound::at_least_0},
                   {"amplitude", 1, ParamBound::above_0},
                   {"min_voltage", 0, ParamBound::at_most_0},
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

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real n = state[adaptation];
        const Real output = Base::step(c, dt, current - n, state);
        state[adaptation] = adapted(n, output, c[c_follow], c[c_inc_n]);
        return output;
    }
};

}  // namespace nengine::kernels

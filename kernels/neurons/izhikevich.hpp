#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// Izhikevich's neuron. Voltage v in mV, time inside in ms; with J = max(J, -30):
///
///     v += 1000 dt (0.04 v^2 + 5 v + 140 - u + J)
///     a spike if v >= 30: output = 1 / dt, v = reset_voltage
///     u += 1000 dt tau_recovery (coupling v - u), + reset_recovery after a spike
template <class Math>
struct Izhikevich {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum State { voltage, recovery, n_states };
    enum Param { tau_recovery, coupling, reset_voltage, reset_recovery, n_params };
    enum Constant {
        c_ms,
        c_follow,
        c_coupling,
        c_reset_voltage,
        c_reset_recovery,
        c_height,
        n_constants
    };

    static constexpr NeuronDescription description{
        .name = "Izhikevich",
        .spiking = true,
        .states = {{"voltage", 0, 1}, {"recovery"}},
        .params = {{"tau_recovery", 0.02, ParamBound::above_0},
                   {"coupling", 0.2, ParamBound::at_least_0},
                   {"reset_voltage", -65},
                   {"reset_recovery", 8}},
        .settling_steps = 1,
        .from_zero = true};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_ms] = dt * Real(1000);
        c[c_follow] = c[c_ms] * param[tau_recovery];
        c[c_coupling] = param[coupling];
        c[c_reset_voltage] = param[reset_voltage];
        c[c_reset_recovery] = param[reset_recovery];
        c[c_height] = Real(1) / dt;
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real* state) {
        constexpr Real least_current = -30, threshold = 30;
        const Real J = current < least_current ? least_current : current;
        const Real u = state[recovery], v = state[voltage];
        const Real slope = Real(0.04) * (v * v) + Real(5) * v + Real(140) - u + J;
        const Real moved = v + slope * c[c_ms];
        const auto spiked = Math::spike_from(moved - threshold);
        state[voltage] = spiked ? c[c_reset_voltage] : moved;
        const Real followed = u + (c[c_coupling] * state[voltage] - u) * c[c_follow];
        state[recovery] = spiked ? followed + c[c_reset_recovery] : followed;
        return c[c_height] * spiked;
    }
};

}  // namespace nengine::kernels

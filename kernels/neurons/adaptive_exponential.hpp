#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// Exponential integrate-and-fire with adaptation (Brette and Gerstner, J Neurophysiol
/// 94, 2005). Voltages are in units of threshold over rest, (V - E_L) / (V_T - E_L),
/// and currents, the adaptation w among them, of g_L (V_T - E_L):
///
///     tau_rc dv/dt = -v + slope exp((v - 1) / slope) - w + J
///     tau_w dw/dt = coupling v - w
///     a spike if v >= 4.5: output = 1 / dt, v = v_reset, w += increment
///
/// in one Euler step, which wants dt well below tau_rc and tau_w. Where the voltage is
/// cut off hardly matters: it rises there without bound. With the paper's C = 281 pF,
/// g_L = 30 nS, E_L = -70.6 mV, V_T = -50.4 mV, Delta_T = 2 mV, a = 4 nS, b = 80.5 pA:
/// tau_rc = C / g_L, slope = Delta_T / (V_T - E_L), coupling = a / g_L, increment = b /
/// (g_L (V_T - E_L)), and 4.5 are 20 mV.
template <class Math>
struct AdaptiveExponential {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;

    enum State { voltage, adaptation, n_states };
    enum Param { tau_rc, slope, tau_w, coupling, increment, v_reset, n_params };
    enum Constant {
        c_rate,
        c_slope,
        c_sharpness,
        c_follow,
        c_coupling,
        c_increment,
        c_reset,
        c_height,
        n_constants
    };

    static constexpr NeuronDescription description{
        .name = "AdaptiveExponential",
        .spiking = true,
        .states = {{"voltage", 0, 1}, {"adaptation"}},
        .params = {{"tau_rc", 0.00937, ParamBound::above_0},
                   {"slope", 0.099, ParamBound::above_0},
                   {"tau_w", 0.144, ParamBound::above_0},
                   {"coupling", 0.133, ParamBound::at_least_0},
                   {"increment", 0.133, ParamBound::at_least_0},
                   {"v_reset", 0}}};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_rate] = dt / param[tau_rc];
        c[c_slope] = param[slope];
        c[c_sharpness] = Real(1) / param[slope];
        c[c_follow] = dt / param[tau_w];
        c[c_coupling] = param[coupling];
        c[c_increment] = param[increment];
        c[c_reset] = param[v_reset];
        c[c_height] = Real(1) / dt;
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real* state) {
        constexpr Real peak = Real(4.5);
        const Real v = state[voltage], w = state[adaptation];
        const Real rise = c[c_slope] * Math::exp((v - Real(1)) * c[c_sharpness]);
        const Real moved = v + c[c_rate] * (rise - v - w + current);
        const Real followed = w + c[c_follow] * (c[c_coupling] * v - w);
        const auto spiked = Math::spike_from(moved - peak);
        state[voltage] = spiked ? c[c_reset] : moved;
        state[adaptation] = spiked ? followed + c[c_increment] : followed;
        return c[c_height] * spiked;
    }
};

}  // namespace nengine::kernels

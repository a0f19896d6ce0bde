#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// Leaky integrate-and-fire, one step of dt. Times in seconds; currents and voltages in
/// thresholds.
///
///     refractory -= dt;  live = clip(dt - refractory, 0, dt)
///     voltage -= (J - voltage) expm1(-live / tau_rc)
///     spike if voltage > 1, which happened at
///         t = dt + tau_rc log1p(-(voltage - 1) / (J - 1))
///     voltage = max(voltage, min_voltage), 0 after a spike
///     refractory = tau_ref + t after a spike
///     output = amplitude / dt on a spike, else 0
///
/// expm1's argument lies in [-dt / tau_rc, 0], and so does, for what spikes, log1p's in
/// [expm1(-dt / tau_rc), 0].
template <class Math>
struct Lif {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = BoundedRange;

    enum State { voltage, refractory, n_states };
    enum Param { tau_rc, tau_ref, amplitude, min_voltage, n_params };
    enum Constant { c_tau_rc, c_tau_ref, c_height, c_min_voltage, c_rate, n_constants };

    static constexpr NeuronDescription description{
        .name = "LIF",
        .spiking = true,
        .states = {{"voltage", 0, 1}, {"refractory_time"}},
        .params = {{"tau_rc", 0.02, ParamBound::above_0},
                   {"tau_ref", 0.002, ParamBound::at_least_0},
                   {"amplitude", 1, ParamBound::above_0},
                   {"min_voltage", 0, ParamBound::at_most_0}},
        .rate_type = "LIFRate",
        .smooth_rate_type = "SoftLIFRate",
        .scale = amplitude,
        .time_constant = tau_rc};

    /// What a step needs of the parameters, computed once.
    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_tau_rc] = param[tau_rc];
        c[c_tau_ref] = param[tau_ref];
        c[c_height] = param[amplitude] / dt;
        c[c_min_voltage] = param[min_voltage];
        c[c_rate] = Real(1) / param[tau_rc];
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real waiting = state[refractory] - dt;
        const Real live = clip(dt - waiting, Real(0), dt);  // a difference is not -0
        // The library's policy is the oracle: it divides, as Nengo does.
        const Real decay =
            Math::expm1(Math::is_library ? -live / c[c_tau_rc] : -live * c[c_rate]);
        const Real v = state[voltage] - (current - state[voltage]) * decay;
        const auto spiked = Math::spike(v - Real(1));
        // Where it counts, 1 < v <= J: normal numbers, as long as J < 2^126.
        const Real overshoot = Math::quotient(-(v - Real(1)), current - Real(1));
        const Real spike_time = dt + c[c_tau_rc] * Math::log1p(overshoot);
        const Real kept = v < c[c_min_voltage] ? c[c_min_voltage] : v;
        // Before the states: nvcc then needs three instructions less for eight steps.
        const Real output = c[c_height] * spiked;
        state[voltage] = spiked ? Real(0) : kept;
        state[refractory] = spiked ? c[c_tau_ref] + spike_time : waiting;
        return output;
    }
};

}  // namespace nengine::kernels

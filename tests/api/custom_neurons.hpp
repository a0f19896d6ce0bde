#pragma once

#include <cmath>

#include "nengine/custom_neuron.hpp"
#include "samples/theta_neuron.hpp"

// Neuron types as users would write them; for the C++ compiler and for nvcc.

/// LIF written as a user would: Nengo's equations again, under another name.
template <class Math>
struct UsersLif {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = true;  // because it branches
    enum State { voltage, refractory_time, n_states };
    enum Param { tau_rc, tau_ref, n_params };
    enum Constant { rc, ref, n_constants };
    static constexpr nengine::NeuronDescription description{
        .name = "UsersLif",
        .spiking = true,
        .states = {{"voltage", 0.0, 1.0}, {"refractory_time"}},
        .params = {{"tau_rc", 0.02}, {"tau_ref", 0.002}}};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[rc] = param[tau_rc];
        c[ref] = param[tau_ref];
    }
    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        state[refractory_time] -= dt;
        Real delta = dt - state[refractory_time];
        delta = delta < 0 ? Real(0) : delta > dt ? dt : delta;
        state[voltage] -= (current - state[voltage]) * Math::expm1(-delta / c[rc]);
        if (state[voltage] > 1) {
            const Real t =
                dt + c[rc] * Math::log1p(-(state[voltage] - 1) / (current - 1));
            state[voltage] = 0;
            state[refractory_time] = c[ref] + t;
            return 1 / dt;
        }
        state[voltage] = state[voltage] < 0 ? Real(0) : state[voltage];
        return 0;
    }
    NENGINE_HD static Real rate(const Real* c, Real current) {
        const Real j = current - 1;
        return j > 0 ? 1 / (c[ref] + c[rc] * Math::log1p(1 / j)) : Real(0);
    }
    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real j = current - 1;
        const Real r = rate(c, current);
        return j > 0 ? r * r * c[rc] / (j * (j + 1)) : Real(0);
    }
    static void gain_bias(const double* p, double max_rate, double intercept,
                          double& gain, double& bias) {
        const double x = 1 / (1 - std::exp((p[tau_ref] - 1 / max_rate) / p[tau_rc]));
        gain = (1 - x) / (intercept - 1);
        bias = 1 - gain * intercept;
    }
};

/// Steps, and nothing else: no states, no curve.
template <class Math>
struct Halved {
    using Real = typename Math::Real;
    enum Param { factor, n_params };
    static constexpr int n_states = 0, n_constants = 1;
    static constexpr nengine::NeuronDescription description{
        .name = "Halved", .params = {{"factor", 0.5}}};
    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[0] = param[factor];
    }
    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return current > 0 ? c[0] * current : Real(0);
    }
};

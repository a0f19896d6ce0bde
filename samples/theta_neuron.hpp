#pragma once

#include <cmath>

#include "nengine/custom_neuron.hpp"

/// The theta neuron (Ermentrout and Kopell 1986): a phase that runs round a circle,
/// with a spike whenever it passes pi.
///
///     tau dphase/dt = (1 - cos phase) + (1 + cos phase) J
///     rate = amplitude sqrt(J) / (pi tau) for J > 0, else 0
///
/// The derivative of the rate has no bound at J = 0; in training it is that of J +
/// 0.05.
template <class Math>
struct Theta {
    using Real = typename Math::Real;

    enum State { phase, n_states };
    enum Param { tau, amplitude, n_params };
    enum Constant { speed, height, slope, n_constants };

    static constexpr nengine::NeuronDescription description{
        .name = "Theta",
        .spiking = true,
        .states = {{"phase", -3.0, 3.0}},  // drawn from here
        .params = {{"tau", 0.02}, {"amplitude", 1.0}}};

    /// What steps and rates need of the parameters, once per neuron.
    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        constexpr Real pi = Real(3.14159265358979323846);
        c[speed] = dt / param[tau];
        c[height] = param[amplitude] / dt;
        c[slope] = param[amplitude] / (pi * param[tau]);
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real* state) {
        constexpr Real pi = Real(3.14159265358979323846);
        const Real cosine = std::cos(state[phase]);
        const Real moved =
            state[phase] + c[speed] * ((1 - cosine) + (1 + cosine) * current);
        const bool spiked = moved > pi;
        state[phase] = spiked ? moved - 2 * pi : moved;
        return spiked ? c[height] : Real(0);
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[slope] * std::sqrt(current > Real(0) ? current : Real(0));
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real root =
            std::sqrt((current > Real(0) ? current : Real(0)) + Real(0.05));
        return current > Real(0) ? c[slope] / (2 * root) : Real(0);
    }
};

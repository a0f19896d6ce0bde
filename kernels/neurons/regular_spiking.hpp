#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// Regular spikes of a rate r, which comes in as the current; negative ones of a
/// negative rate:
///
///     voltage += dt r;  n = floor(voltage)
///     output = amplitude / dt n;  voltage -= n
///
/// While training: output = amplitude r.
template <class Math>
struct RegularSpiking {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum State { voltage, n_states };
    enum Param { amplitude, n_params };
    enum Constant { c_amplitude, c_height, n_constants };

    static constexpr NeuronDescription description{
        .name = "RegularSpiking",
        .spiking = true,
        .states = {{"voltage", 0, 1}},
        .params = {{"amplitude", 1, ParamBound::above_0}},
        .scale = amplitude};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_amplitude] = param[amplitude];
        c[c_height] = param[amplitude] / dt;
    }

    NENGINE_HD static Real rate(const Real* c, Real r) { return c[c_amplitude] * r; }
    NENGINE_HD static Real rate_derivative(const Real* c, Real) {
        return c[c_amplitude];
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real r, Real* state) {
        const Real driven = state[voltage] + dt * r;
        const Real spikes = Math::spikes(driven);
        state[voltage] = driven - spikes;
        return c[c_height] * spikes;
    }
};

}  // namespace nengine::kernels

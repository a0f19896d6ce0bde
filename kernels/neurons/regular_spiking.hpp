#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine {

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

    enum State { voltage, n_states };
    enum Param { amplitude, n_params };
    enum Constant { c_amplitude, c_height, n_constants };

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
        const Real spikes = std::floor(driven);
        state[voltage] = driven - spikes;
        return c[c_height] * spikes;
    }
};

}  // namespace nengine

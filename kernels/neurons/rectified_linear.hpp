#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine {

/// rate = amplitude max(0, J); NaN stays NaN. The derivative at 0 is 0.
template <class Math>
struct RectifiedLinear {
    using Real = typename Math::Real;

    enum Param { amplitude, n_params };
    static constexpr int n_states = 0, n_constants = n_params;

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[amplitude] = param[amplitude];
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[amplitude] * (current < Real(0) ? Real(0) : current);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        return current <= Real(0) ? Real(0) : c[amplitude];
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }
};

/// Rectified linear neurons that spike: the voltage integrates max(0, J), and each
/// whole unit of it is a spike of height amplitude / dt.
///
///     voltage += max(0, J) dt;  n = floor(voltage)
///     output = amplitude / dt n;  voltage -= n
template <class Math>
struct SpikingRectifiedLinear {
    using Real = typename Math::Real;

    enum State { voltage, n_states };
    enum Param { amplitude, n_params };
    enum Constant { height, n_constants };

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[height] = param[amplitude] / dt;
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real driven =
            state[voltage] + (current < Real(0) ? Real(0) : current) * dt;
        const Real spikes = std::floor(driven);
        state[voltage] = driven - spikes;
        return c[height] * spikes;
    }
};

}  // namespace nengine

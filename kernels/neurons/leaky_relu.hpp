#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/neuron_scan.hpp"

namespace nengine {

/// rate = amplitude J for J > 0, else amplitude negative_slope J; the derivative at 0
/// is that of J < 0.
template <class Math>
struct LeakyRelu {
    using Real = typename Math::Real;

    enum Param { amplitude, negative_slope, n_params };
    static constexpr int n_states = 0, n_constants = n_params;

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[amplitude] = param[amplitude];
        c[negative_slope] = param[negative_slope];
    }

    NENGINE_HD static Real leaky(Real slope, Real current) {
        return current > Real(0) ? current : slope * current;
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[amplitude] * leaky(c[negative_slope], current);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        return c[amplitude] * (current > Real(0) ? Real(1) : c[negative_slope]);
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }
};

/// Spikes of either sign: the voltage integrates the leaky current, and each whole unit
/// of it, rounded towards 0, is a spike of height amplitude / dt.
template <class Math>
struct SpikingLeakyRelu {
    using Real = typename Math::Real;

    enum State { voltage, n_states };
    enum Param { amplitude, negative_slope, n_params };
    enum Constant { c_height, c_slope, n_constants };

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_height] = param[amplitude] / dt;
        c[c_slope] = param[negative_slope];
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real driven =
            state[voltage] + LeakyRelu<Math>::leaky(c[c_slope], current) * dt;
        const Real spikes = std::trunc(driven);
        state[voltage] = driven - spikes;
        return c[c_height] * spikes;
    }
};

}  // namespace nengine

#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// Rectified linear neurons that spike: the voltage integrates max(0, J), and each
/// whole unit of it is a spike of height amplitude / dt.
///
///     voltage += max(0, J) dt;  n = floor(voltage)
///     output = amplitude / dt n;  voltage -= n
template <class Math>
struct SpikingRectifiedLinear {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum State { voltage, n_states };
    enum Param { amplitude, n_params };
    enum Constant { height, n_constants };

    static constexpr NeuronDescription description{
        .name = "SpikingRectifiedLinear",
        .spiking = true,
        .states = {{"voltage", 0, 1}},
        .params = {{"amplitude", 1, ParamBound::above_0}},
        .rate_type = "RectifiedLinear",
        .scale = amplitude};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[height] = param[amplitude] / dt;
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real driven =
            state[voltage] + (current < Real(0) ? Real(0) : current) * dt;
        const Real spikes = Math::spikes(driven);
        state[voltage] = driven - spikes;
        return c[height] * spikes;
    }
};

}  // namespace nengine::kernels

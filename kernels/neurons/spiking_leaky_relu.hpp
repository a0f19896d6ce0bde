#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"
#include "kernels/neurons/leaky_relu.hpp"

namespace nengine::kernels {

/// Spikes of either sign: the voltage integrates the leaky current, and each whole unit
/// of it, rounded towards 0, is a spike of height amplitude / dt.
template <class Math>
struct SpikingLeakyRelu {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum State { voltage, n_states };
    enum Param { amplitude, negative_slope, n_params };
    enum Constant { c_height, c_slope, n_constants };

    static constexpr NeuronDescription description{
        .name = "SpikingLeakyReLU",
        .spiking = true,
        .states = {{"voltage", 0, 1}},
        .params = {{"amplitude", 1, ParamBound::above_0}, {"negative_slope", 0.3}},
        .rate_type = "LeakyReLU",
        .scale = amplitude};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real dt, Real* c) {
        c[c_height] = param[amplitude] / dt;
        c[c_slope] = param[negative_slope];
    }

    NENGINE_HD static Real step(const Real* c, Real dt, Real current, Real* state) {
        const Real driven =
            state[voltage] + LeakyRelu<Math>::leaky(c[c_slope], current) * dt;
        const Real spikes = Math::signed_spikes(driven);
        state[voltage] = driven - spikes;
        return c[c_height] * spikes;
    }
};

}  // namespace nengine::kernels

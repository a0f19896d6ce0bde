#pragma once

#include "kernels/neuron_info.hpp"

namespace nengine::kernels {

/// What a functor says of itself in its member `description`. Plain text, because that
/// is what every compiler takes in a constant of a template.
struct NeuronDescription {
    /// A state, and what it starts from: as in nengine::kernels::NeuronState.
    struct State {
        const char* name = "";
        double low = 0, high = 0;
    };
    struct Param {
        const char* name = "";
        double value = 0;                       ///< the default
        ParamBound bound = ParamBound::finite;  ///< what users may give
    };

    const char* name;  ///< under which users find it
    bool spiking = false;
    State states[max_neuron_states] = {};  ///< in the order of enum State
    Param params[max_neuron_params] = {};  ///< in the order of enum Param

    /// The registered type whose rate curve is this one's, if it is not the type
    /// itself. The parameters of that type are the first ones here.
    const char* rate_type = nullptr;
    /// A rate curve for training that is smooth where `rate_type`'s is not: its
    /// parameters are those of `rate_type`, then the smoothing.
    const char* smooth_rate_type = nullptr;

    // Parameters with a meaning to others, as values of enum Param; -1: none has it.
    int scale = -1;          ///< the rate curve is proportional to it
    int interval = -1;       ///< rates stay below 1 / this
    int time_constant = -1;  ///< steps call functions of at most dt / this

    /// Of a type without a rate curve the rate is counted in a second, after so many
    /// steps of a millisecond, with states that start at 0 or in the middle of their
    /// ranges.
    int settling_steps = 0;
    bool from_zero = false;
};

}  // namespace nengine::kernels

#pragma once

#include "kernels/neuron_description.hpp"
#include "kernels/unified/neuron_kernels.hpp"

namespace nengine::kernels {

namespace {

/// A copy, so that no object of its own is made of the functor's member: a unified
/// source is compiled for several instruction sets, and the linker would meet one in
/// each.
template <class Neuron>
constexpr NeuronDescription description_of() {
    return Neuron::description;
}

/// How the builder computes the rates of a functor that says nothing of it, one call of
/// the C library after the other; or as `using HostMath` says.
template <class Precise>
struct HostMathOf {
    using Math = LibraryMath<double>;
};
template <class Precise>
requires requires {
    typename Precise::HostMath;
}
struct HostMathOf<Precise> {
    using Math = typename Precise::HostMath;
};

/// The functor as the builder calls it.
template <template <class> class Neuron>
struct OnHost {
    using Precise = Neuron<LibraryMath<double>>;
    using Curve = Neuron<typename HostMathOf<Precise>::Math>;
    static constexpr int n_states = Precise::n_states, n_params = Precise::n_params;
    static_assert(n_params >= 1 && n_params <= max_neuron_params,
                  "a neuron type has 1 to 6 parameters");
    static_assert(n_states <= max_neuron_states, "a neuron type has at most 4 states");

    static void prepare(const double* params, double dt, double* constants) {
        double values[n_params];
        for (int k = 0; k < n_params; ++k) {
            values[k] = params[k];
        }
        Precise::prepare(values, dt, constants);
    }

    /// Mean output over a second of 1 ms steps.
    static double simulated_rate(const double* constants, double dt, double current) {
        constexpr int steps = 1000;
        constexpr NeuronDescription description = description_of<Precise>();
        double state[n_states + 1] = {};
        for (int k = 0; k < n_states && !description.from_zero; ++k) {
            const auto& of = description.states[k];
            state[k] = (of.low + of.high) / 2;
        }
        double total = 0;
        for (int i = -description.settling_steps; i < steps; ++i) {
            const double output = Precise::step(constants, dt, current, state);
            total += i < 0 ? 0 : output;
        }
        return total / steps;
    }

    /// The rate curve; without one a single step of a second, which is what Nengo
    /// takes, or a simulated second if there are states.
    static void rates(const double* params, double* currents, Index n) {
        constexpr double second = 1, millisecond = 0.001;
        double constants[Precise::n_constants + 1] = {};
        const bool simulated = !HasRate<Precise> && n_states > 0;
        prepare(params, simulated ? millisecond : second, constants);
        for (Index i = 0; i < n; ++i) {
            if constexpr (HasRate<Precise>) {
                currents[i] = Curve::rate(constants, currents[i]);
            } else if constexpr (n_states == 0) {
                double none[1] = {};
                currents[i] = Precise::step(constants, second, currents[i], none);
            } else {
                currents[i] = simulated_rate(constants, millisecond, currents[i]);
            }
        }
    }

    static NeuronCurveFunctions functions() {
        NeuronCurveFunctions found;
        found.rates = rates;
        if constexpr (requires { &Precise::gain_bias; }) {
            found.gain_bias = &Precise::gain_bias;
        }
        if constexpr (requires { &Precise::max_rate_intercept; }) {
            found.max_rate_intercept = &Precise::max_rate_intercept;
        }
        return found;
    }
};

template <template <class> class Neuron>
NeuronInfo info_of() {
    using Precise = Neuron<LibraryMath<double>>;
    constexpr NeuronDescription description = description_of<Precise>();
    NeuronInfo info{};
    info.name = description.name;
    info.spiking = description.spiking;
    info.has_rate = HasRate<Precise> || description.rate_type != nullptr;
    info.n_states = OnHost<Neuron>::n_states;
    info.n_params = OnHost<Neuron>::n_params;
    for (std::size_t k = 0; k < info.states.size(); ++k) {
        const auto& state = description.states[k];
        info.states[k] = {state.name, state.low, state.high};
    }
    for (std::size_t k = 0; k < info.params.size(); ++k) {
        info.params[k] = description.params[k].name;
        info.bounds[k] = description.params[k].bound;
    }
    info.scale = description.scale;
    info.interval = description.interval;
    info.time_constant = description.time_constant;
    return info;
}

/// What the compiler at hand can make of a functor.
template <template <class> class Neuron>
RegisteredNeuron registration() {
    constexpr NeuronDescription description =
        description_of<Neuron<LibraryMath<double>>>();
    RegisteredNeuron result{};
    result.info = info_of<Neuron>();
    for (std::size_t k = 0; k < result.defaults.size(); ++k) {
        result.defaults[k] = description.params[k].value;
    }
    result.rate_name = description.rate_type;
    result.smooth_rate_name = description.smooth_rate_type;
    result.curve = OnHost<Neuron>::functions();
    result.kernels(ThisExec{}) = {kernels_of<Neuron, ThisExec, float>(),
                                  kernels_of<Neuron, ThisExec, double>()};
    return result;
}

}  // namespace
}  // namespace nengine::kernels

#pragma once

#include "kernels/unified/neuron_kernels.hpp"

namespace nengine {

/// What a functor says of itself in its member `description`. Plain text, because that
/// is what every compiler takes in a constant of a template.
struct NeuronDescription {
    /// A state, and what it starts from: as in nengine::NeuronState.
    struct State {
        const char* name = "";
        double low = 0, high = 0;
    };
    struct Param {
        const char* name = "";
        double value = 0;  ///< the default
    };

    const char* name;  ///< under which users find it
    bool spiking = false;
    State states[max_neuron_states] = {};  ///< in the order of enum State
    Param params[max_neuron_params] = {};  ///< in the order of enum Param
};

namespace {

/// The functor as the builder calls it.
template <template <class> class Neuron>
struct OnHost {
    using Precise = Neuron<LibraryMath<double>>;
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

    /// Mean output over a second of 1 ms steps, from where the states start.
    static double simulated_rate(const double* constants, double dt, double current) {
        constexpr int steps = 1000;
        double state[n_states + 1] = {};
        for (int k = 0; k < n_states; ++k) {
            const auto& of = Precise::description.states[k];
            state[k] = (of.low + of.high) / 2;
        }
        double total = 0;
        for (int i = 0; i < steps; ++i) {
            total += Precise::step(constants, dt, current, state);
        }
        return total / steps;
    }

    /// The rate curve; without one a single step of a second, which is what Nengo
    /// takes, or a simulated second if there are states.
    static double rate(const double* params, double current) {
        constexpr double second = 1, millisecond = 0.001;
        double constants[Precise::n_constants + 1] = {};
        if constexpr (HasRate<Precise>) {
            prepare(params, second, constants);
            return Precise::rate(constants, current);
        } else if constexpr (n_states == 0) {
            prepare(params, second, constants);
            double none[1] = {};
            return Precise::step(constants, second, current, none);
        } else {
            prepare(params, millisecond, constants);
            return simulated_rate(constants, millisecond, current);
        }
    }

    static NeuronCurveFunctions functions() {
        NeuronCurveFunctions found;
        found.rate = rate;
        if constexpr (requires { &Precise::gain_bias; }) {
            found.gain_bias = &Precise::gain_bias;
        }
        if constexpr (requires { &Precise::max_rate_intercept; }) {
            found.max_rate_intercept = &Precise::max_rate_intercept;
        }
        return found;
    }
};

template <template <class> class Neuron, class Exec>
TargetKernels<Exec> target_kernels() {
    return {kernels_of<Neuron, WholeRange, Exec, float>(),
            kernels_of<Neuron, WholeRange, Exec, double>()};
}

/// What the compiler at hand can make of a functor.
template <template <class> class Neuron>
RegisteredNeuron registration() {
    using Precise = Neuron<LibraryMath<double>>;
    const NeuronDescription& description = Precise::description;
    RegisteredNeuron result{};
    NeuronInfo& info = result.info;
    info.name = description.name;
    info.spiking = description.spiking;
    info.has_rate = HasRate<Precise>;
    info.n_states = OnHost<Neuron>::n_states;
    info.n_params = OnHost<Neuron>::n_params;
    for (std::size_t k = 0; k < info.states.size(); ++k) {
        const auto& state = description.states[k];
        info.states[k] = {state.name, state.low, state.high};
    }
    for (std::size_t k = 0; k < info.params.size(); ++k) {
        info.params[k] = description.params[k].name;
        result.defaults[k] = description.params[k].value;
    }
    result.curve = OnHost<Neuron>::functions();
#if defined(__CUDACC__)
    result.cuda = target_kernels<Neuron, CudaExec>();
#else
    result.cpu = target_kernels<Neuron, CpuExec>();
#endif
    return result;
}

}  // namespace
}  // namespace nengine

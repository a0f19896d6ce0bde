#pragma once

#include <map>
#include <string>
#include <variant>

#include "nengine/distributions.hpp"

namespace nengine {

// Neuron types. Their input is the current `J = gain * (encoder . x / radius) + bias`.
// Times in seconds. A spike has the height amplitude / dt. While training, every type
// is replaced by its rate curve, without states: AdaptiveLIF by that of LIF, say. Types
// of your own: nengine/custom_neuron.hpp.

/// Initial values of states by name ("voltage"), one per neuron or a distribution.
using InitialState = std::map<std::string, DistributionOrArray>;

/// No neurons: the ensemble holds its value exactly, and connections from it evaluate
/// their function at it. Its radius, encoders and gains have no effect, its `neurons`
/// have size 0.
struct Direct {
    bool operator==(const Direct&) const = default;
};

/// Leaky integrate-and-fire: `tau_rc dv/dt = J - v`, a spike at v > 1, then silent for
/// tau_ref. States: voltage (initially U(0, 1), never below min_voltage, which may be
/// -infinity) and refractory_time (0).
struct LIF {
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    double min_voltage = 0.0;
    InitialState initial_state = {};
    bool operator==(const LIF&) const = default;
};

/// The rate of LIF: `amplitude / (tau_ref + tau_rc log(1 + 1 / (J - 1)))` for J > 1.
struct LIFRate {
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    bool operator==(const LIFRate&) const = default;
};

/// LIFRate with `J - 1` replaced by `sigma log(1 + exp((J - 1) / sigma))`: smooth at
/// the threshold.
struct SoftLIFRate {
    double sigma = 1.0;
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    bool operator==(const SoftLIFRate&) const = default;
};

/// LIF whose current is lowered by an adaptation n, which follows the output:
/// `tau_n dn/dt = inc_n output - n`. States: those of LIF, and adaptation (0).
struct AdaptiveLIF {
    double tau_n = 1.0;
    double inc_n = 0.01;
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    double min_voltage = 0.0;
    InitialState initial_state = {};
    bool operator==(const AdaptiveLIF&) const = default;
};

/// The rate of LIF with the adaptation of AdaptiveLIF. State: adaptation (0). Decoders
/// and training ignore the adaptation.
struct AdaptiveLIFRate {
    double tau_n = 1.0;
    double inc_n = 0.01;
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const AdaptiveLIFRate&) const = default;
};

/// Izhikevich's neuron with voltage v in mV and recovery u; per ms, with J at least
/// -30,
///
///     v += 0.04 v^2 + 5 v + 140 - u + J,  a spike at v >= 30 resets v
///     u += tau_recovery (coupling v - u), + reset_recovery after a spike
///
/// States: voltage (U(0, 1)) and recovery (0). Gains and decoders come from simulated
/// rates. It has no rate curve: training a network that has it is a BuildError.
struct Izhikevich {
    double tau_recovery = 0.02;
    double coupling = 0.2;
    double reset_voltage = -65.0;
    double reset_recovery = 8.0;
    InitialState initial_state = {};
    bool operator==(const Izhikevich&) const = default;
};

/// Exponential integrate-and-fire with adaptation (Brette and Gerstner, J Neurophysiol
/// 94, 2005), with the voltage v = (V - E_L) / (V_T - E_L), so that the neuron rests at
/// 0 and its threshold is 1; currents in the same units, with J for I / (g_L (V_T -
/// E_L)):
///
///     tau_rc dv/dt = -v + slope exp((v - 1) / slope) - w + J
///     tau_w dw/dt = coupling v - w
///     a spike at v >= 4.5: v = v_reset, w += increment
///
/// in one Euler step per dt, which should be well below tau_rc. The defaults are the
/// paper's: 281 pF, 30 nS, E_L = -70.6 mV, V_T = -50.4 mV, Delta_T = 2 mV.
/// States: voltage (U(0, 1)) and adaptation (0). Gains and decoders come from simulated
/// rates. It has no rate curve: training a network that has it is a BuildError.
struct AdaptiveExponential {
    double tau_rc = 0.00937;   ///< seconds, C / g_L
    double slope = 0.099;      ///< in thresholds, Delta_T / (V_T - E_L)
    double tau_w = 0.144;      ///< seconds
    double coupling = 0.133;   ///< a / g_L
    double increment = 0.133;  ///< per spike, b / (g_L (V_T - E_L))
    double v_reset = 0.0;      ///< in thresholds: 0 is E_L
    InitialState initial_state = {};
    bool operator==(const AdaptiveExponential&) const = default;
};

/// `amplitude * max(J, 0)`
struct RectifiedLinear {
    double amplitude = 1.0;
    bool operator==(const RectifiedLinear&) const = default;
};

/// Integrates `max(J, 0)` and spikes at each whole number. State: voltage (U(0, 1)).
struct SpikingRectifiedLinear {
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const SpikingRectifiedLinear&) const = default;
};

/// `1 / tau_ref / (1 + exp(-J))`
struct Sigmoid {
    double tau_ref = 0.0025;
    bool operator==(const Sigmoid&) const = default;
};

/// `tanh(J) / tau_ref`
struct Tanh {
    double tau_ref = 0.0025;
    bool operator==(const Tanh&) const = default;
};

/// `amplitude * J` for J > 0, else `amplitude * negative_slope * J`
struct LeakyReLU {
    double negative_slope = 0.3;
    double amplitude = 1.0;
    bool operator==(const LeakyReLU&) const = default;
};

/// Integrates the leaky current and spikes, with either sign, at each whole number.
/// State: voltage (U(0, 1)).
struct SpikingLeakyReLU {
    double negative_slope = 0.3;
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const SpikingLeakyReLU&) const = default;
};

/// A neuron type of your own, by the name under which it is registered
/// (nengine/custom_neuron.hpp). Parameters that are not given have their defaults.
struct CustomNeuron {
    std::string type;
    std::map<std::string, double> params = {};
    InitialState initial_state = {};
    bool operator==(const CustomNeuron&) const = default;
};

/// What the next three types take rates from: the output of this type, "rate_out", is
/// turned into spikes. A type that spikes itself works too, with a warning, if the
/// states have other names; the initial values of its states are its own.
using BaseNeuron =
    std::variant<LIFRate, SoftLIFRate, AdaptiveLIFRate, RectifiedLinear, Sigmoid, Tanh,
                 LeakyReLU, CustomNeuron, LIF, AdaptiveLIF, SpikingRectifiedLinear,
                 SpikingLeakyReLU, Izhikevich, AdaptiveExponential>;

/// Integrates the rate and spikes at each whole number; negative rates give negative
/// spikes. Tuning is that of the base type, without the amplitude. State: voltage
/// (U(0, 1)), and those of the base type.
struct RegularSpiking {
    BaseNeuron base_type = LIFRate{};
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const RegularSpiking&) const = default;
};

/// Spikes by chance: of the rate r, dt |r| is the mean number of spikes in a step. Its
/// whole part are spikes always, the rest is the chance of one more; negative rates
/// give negative spikes. No state but that of the base type.
///
/// The draws are Nengo's, a generator of its own for each ensemble and, in a minibatch,
/// for each item, of which the first is Nengo's. Unlike Nengo's, reset() rewinds it.
/// With Rng::philox the device draws, by the simulator's seed.
struct StochasticSpiking {
    BaseNeuron base_type = LIFRate{};
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const StochasticSpiking&) const = default;
};

/// Spikes by chance: as many in a step as a Poisson distribution of mean dt |r| gives.
/// Otherwise as StochasticSpiking.
struct PoissonSpiking {
    BaseNeuron base_type = LIFRate{};
    double amplitude = 1.0;
    InitialState initial_state = {};
    bool operator==(const PoissonSpiking&) const = default;
};

/// Any of the above.
using NeuronModel =
    std::variant<LIF, LIFRate, SoftLIFRate, RectifiedLinear, SpikingRectifiedLinear,
                 Sigmoid, Tanh, AdaptiveLIF, AdaptiveLIFRate, Izhikevich, LeakyReLU,
                 SpikingLeakyReLU, Direct, RegularSpiking, StochasticSpiking,
                 PoissonSpiking, CustomNeuron, AdaptiveExponential>;

}  // namespace nengine

#pragma once

#include <map>
#include <string>
#include <variant>

#include "nengine/distributions.hpp"

namespace nengine {
inline namespace api {

// Neuron types. Their input is the current `J = gain * (encoder . x / radius) + bias`.
// Times in seconds. A spike has the height amplitude / dt. While training, spiking
// types are replaced by their rate curve.

/// Initial values of states by name ("voltage"), one per neuron or a distribution.
using InitialState = std::map<std::string, DistributionOrArray>;

/// Leaky integrate-and-fire: `tau_rc dv/dt = J - v`, a spike at v > 1, then silent for
/// tau_ref. States: voltage (initially U(0, 1)) and refractory_time (0).
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

/// Any of the above.
using NeuronModel = std::variant<LIF, LIFRate, SoftLIFRate, RectifiedLinear,
                                 SpikingRectifiedLinear, Sigmoid, Tanh>;

}  // namespace api
}  // namespace nengine

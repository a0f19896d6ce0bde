#pragma once

#include <cmath>
#include <vector>

#include "kernels/neuron_scan.hpp"

// Nengo's neurons, one at a time, in double, as their equations are written down.

namespace nengine::reference {

/// What a neuron is made of; what a type does not have is ignored.
struct Neuron {
    NeuronType type{};
    double tau_rc = 0.02, tau_ref = 0.002, amplitude = 1, min_voltage = 0, sigma = 1;
    double voltage = 0, refractory = 0;
};

inline double lif_rate(const Neuron& n, double current) {
    const double j = current - 1;
    if (j > 0) {
        return n.amplitude / (n.tau_ref + n.tau_rc * std::log1p(1 / j));
    }
    return 0;
}

inline double soft_lif_rate(const Neuron& n, double current) {
    const double x = (current - 1) / n.sigma;
    double q;
    if (x <= -20) {
        q = -x - std::log(n.sigma);
    } else {
        const double softplus = x > 30 ? x + std::exp(-x) : std::log1p(std::exp(x));
        q = std::log1p(1 / (n.sigma * softplus));
    }
    return n.amplitude / (n.tau_ref + n.tau_rc * q);
}

/// The rate curve that trains neurons of this type.
inline double rate(const Neuron& n, double current) {
    switch (n.type) {
        case NeuronType::lif:
        case NeuronType::lif_rate:
            return lif_rate(n, current);
        case NeuronType::soft_lif_rate:
            return soft_lif_rate(n, current);
        case NeuronType::rectified_linear:
        case NeuronType::spiking_rectified_linear:
            return n.amplitude * std::fmax(0.0, current);
        case NeuronType::sigmoid:
            return 1 / n.tau_ref / (1 + std::exp(-current));
        case NeuronType::tanh:
            return std::tanh(current) / n.tau_ref;
    }
    return 0;
}

inline double lif_step(Neuron& n, double dt, double current) {
    n.refractory -= dt;
    const double delta = std::fmin(std::fmax(dt - n.refractory, 0.0), dt);
    n.voltage -= (current - n.voltage) * std::expm1(-delta / n.tau_rc);
    if (n.voltage > 1) {
        const double spike_time =
            dt + n.tau_rc * std::log1p(-(n.voltage - 1) / (current - 1));
        n.voltage = 0;
        n.refractory = n.tau_ref + spike_time;
        return n.amplitude / dt;
    }
    n.voltage = std::fmax(n.voltage, n.min_voltage);
    return 0;
}

/// One step of dt; returns the neuron's output.
inline double step(Neuron& n, double dt, double current) {
    switch (n.type) {
        case NeuronType::lif:
            return lif_step(n, dt, current);
        case NeuronType::spiking_rectified_linear: {
            n.voltage += std::fmax(current, 0.0) * dt;
            const double spikes = std::floor(n.voltage);
            n.voltage -= spikes;
            return n.amplitude / dt * spikes;
        }
        default:
            return rate(n, current);
    }
}

}  // namespace nengine::reference

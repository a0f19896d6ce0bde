#pragma once

#include <cmath>
#include <string_view>
#include <utility>
#include <vector>

// Nengo's neurons, one at a time, in double, as their equations are written down.

namespace nengine::reference {

/// What a neuron is made of; what a type does not have is ignored.
struct Neuron {
    std::string_view type;  ///< Nengo's name
    double tau_rc = 0.02, tau_ref = 0.002, amplitude = 1, min_voltage = 0, sigma = 1;
    double tau_n = 1, inc_n = 0.01;
    double tau_recovery = 0.02, coupling = 0.2, reset_voltage = -65, reset_recovery = 8;
    double negative_slope = 0.3;
    double slope = 0.099, tau_w = 0.144, increment = 0.133, v_reset = 0;
    double voltage = 0, refractory = 0, adaptation = 0, recovery = 0;

    /// The state or parameter of a name; null if there is none.
    double* find(std::string_view name) {
        const std::pair<std::string_view, double*> all[] = {
            {"tau_rc", &tau_rc},
            {"tau_ref", &tau_ref},
            {"amplitude", &amplitude},
            {"min_voltage", &min_voltage},
            {"sigma", &sigma},
            {"tau_n", &tau_n},
            {"inc_n", &inc_n},
            {"tau_recovery", &tau_recovery},
            {"coupling", &coupling},
            {"reset_voltage", &reset_voltage},
            {"reset_recovery", &reset_recovery},
            {"negative_slope", &negative_slope},
            {"slope", &slope},
            {"tau_w", &tau_w},
            {"increment", &increment},
            {"v_reset", &v_reset},
            {"voltage", &voltage},
            {"refractory_time", &refractory},
            {"adaptation", &adaptation},
            {"recovery", &recovery}};
        for (const auto& [known, member] : all) {
            if (known == name) {
                return member;
            }
        }
        return nullptr;
    }
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
    double q = 0;
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
    const auto is = [&](std::string_view name) { return n.type == name; };
    if (is("LIF") || is("LIFRate") || is("AdaptiveLIF") || is("AdaptiveLIFRate")) {
        return lif_rate(n, current);
    }
    if (is("LeakyReLU") || is("SpikingLeakyReLU")) {
        return n.amplitude * (current > 0 ? current : n.negative_slope * current);
    }
    if (is("RegularSpiking")) {
        return n.amplitude * current;
    }
    if (is("SoftLIFRate")) {
        return soft_lif_rate(n, current);
    }
    if (is("RectifiedLinear") || is("SpikingRectifiedLinear")) {
        return n.amplitude * std::fmax(0.0, current);
    }
    if (is("Sigmoid")) {
        return 1 / n.tau_ref / (1 + std::exp(-current));
    }
    if (is("Tanh")) {
        return std::tanh(current) / n.tau_ref;
    }
    return std::nan("");  // the others have no rate curve
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

inline double izhikevich_step(Neuron& n, double dt, double current) {
    const double J = std::fmax(-30.0, current);
    n.voltage += dt * 1000 *
                 (0.04 * n.voltage * n.voltage + 5 * n.voltage + 140 - n.recovery + J);
    const bool spiked = n.voltage >= 30;
    if (spiked) {
        n.voltage = n.reset_voltage;
    }
    n.recovery += dt * 1000 * n.tau_recovery * (n.coupling * n.voltage - n.recovery);
    if (spiked) {
        n.recovery += n.reset_recovery;
    }
    return spiked ? 1 / dt : 0;
}

/// Brette and Gerstner (2005), with voltages over the resting one in thresholds.
inline double adaptive_exponential_step(Neuron& n, double dt, double current) {
    const double upstroke = n.slope * std::exp((n.voltage - 1) / n.slope);
    const double dv = (-n.voltage + upstroke - n.adaptation + current) / n.tau_rc;
    const double dw = (n.coupling * n.voltage - n.adaptation) / n.tau_w;
    n.voltage += dt * dv;
    n.adaptation += dt * dw;
    if (n.voltage < 4.5) {
        return 0;
    }
    n.voltage = n.v_reset;
    n.adaptation += n.increment;
    return 1 / dt;
}

/// Whole units of the voltage leave it as spikes.
inline double spikes(Neuron& n, double dt, double whole) {
    n.voltage -= whole;
    return n.amplitude / dt * whole;
}

/// The adaptation follows the output.
inline double adapt(Neuron& n, double dt, double output) {
    n.adaptation += dt / n.tau_n * (n.inc_n * output - n.adaptation);
    return output;
}

/// One step of dt; returns the neuron's output.
inline double step(Neuron& n, double dt, double current) {
    const auto is = [&](std::string_view name) { return n.type == name; };
    if (is("LIF")) {
        return lif_step(n, dt, current);
    }
    if (is("AdaptiveLIF")) {
        return adapt(n, dt, lif_step(n, dt, current - n.adaptation));
    }
    if (is("AdaptiveLIFRate")) {
        return adapt(n, dt, lif_rate(n, current - n.adaptation));
    }
    if (is("Izhikevich")) {
        return izhikevich_step(n, dt, current);
    }
    if (is("AdaptiveExponential")) {
        return adaptive_exponential_step(n, dt, current);
    }
    if (is("SpikingRectifiedLinear")) {
        n.voltage += std::fmax(current, 0.0) * dt;
        return spikes(n, dt, std::floor(n.voltage));
    }
    if (is("SpikingLeakyReLU")) {
        n.voltage += (current > 0 ? current : n.negative_slope * current) * dt;
        return spikes(n, dt, std::trunc(n.voltage));
    }
    if (is("RegularSpiking")) {
        n.voltage += dt * current;
        return spikes(n, dt, std::floor(n.voltage));
    }
    return rate(n, current);
}

}  // namespace nengine::reference

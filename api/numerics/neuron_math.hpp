#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine {

/// The neuron types whose tuning curves the builder knows. Spiking and rate types of a
/// family share their curve.
enum class NeuronKind {
    lif,
    lif_rate,
    soft_lif_rate,
    rectified_linear,
    spiking_rectified_linear,
    sigmoid,
    tanh,
    leaky_relu,
    izhikevich,
    custom,  ///< of a user's own, by its functions
    direct   ///< no neurons: gains of 1, rates are what comes in
};

/// A neuron type as far as its steady response goes. Times in seconds; a type ignores
/// the constants that it does not have.
struct NeuronCurve {
    NeuronKind kind = NeuronKind::lif;
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    double sigma = 1.0;  ///< smoothing of soft_lif_rate
    double negative_slope = 0.3;
    std::vector<double> params = {};  ///< of izhikevich and custom types, in order
    NeuronCurveFunctions functions = {};
};

/// Both dimensionless, one per neuron: a neuron's current is `gain * x + bias`.
struct GainBias {
    Vector gain, bias;
};

/// Rates in Hz at x = 1, intercepts dimensionless, one per neuron.
struct MaxRatesIntercepts {
    Vector max_rates, intercepts;
};

/// The gains and biases with which each neuron starts to fire at x = intercept c and
/// reaches its max rate m at x = 1 (m without the amplitude):
///
///     LIF family    j = 1 / (1 - exp((tau_ref - 1 / m) / tau_rc))
///                   gain = (1 - j) / (c - 1),  bias = 1 - gain c
///     linear        gain = m / (1 - c),        bias = -gain c
///     sigmoid       j = -log(1 / (tau_ref m) - 1)
///                   gain = j / (1 - c),        bias = j - gain
///     tanh          gain = atanh(m tau_ref) / (1 - c),  bias = -gain c
///     others        numerically: with j the current of rate m, and j0 the highest
///                   without any, both found among 101 currents
///                   gain = (j0 - j) / (c - 1),  bias = j - gain
///
/// @param owner  whose neurons they are, for messages
/// @throws ShapeError       if the two differ in length
/// @throws ValidationError  if a max rate is not below 1 / tau_ref (all but linear);
///                          names index, value and bound; or if no current within
///                          +-5120 is silent, or gives the highest rate
/// @throws BuildError       if a gain is not a finite number above 0; names index,
///                          rate, intercept and gain
GainBias gain_bias(const NeuronCurve& curve, std::span<const double> max_rates,
                   std::span<const double> intercepts,
                   const std::string& owner = "gain_bias");

/// The inverse of `gain_bias`. Gains that no rate and intercept would give (of silent
/// neurons) may result in values that are not finite. Of types without a closed form,
/// the intercept is the last of 101 places in [-1, 1] before the first with a rate.
/// @throws ShapeError  if the two differ in length
MaxRatesIntercepts max_rates_intercepts(
    const NeuronCurve& curve, std::span<const double> gain,
    std::span<const double> bias, const std::string& owner = "max_rates_intercepts");

/// Steady response to a constant current, in Hz times amplitude:
///
///     LIF           amplitude / (tau_ref + tau_rc log1p(1 / (J - 1))) above J = 1
///     soft LIF      the same with sigma softplus((J - 1) / sigma) for J - 1
///     linear        amplitude max(J, 0)
///     sigmoid       1 / (tau_ref (1 + exp(-J)))
///     tanh          tanh(J) / tau_ref
///     leaky relu    amplitude J above 0, amplitude negative_slope J below
///     izhikevich    spikes per second, simulated for a second in steps of 1 ms
double rate(const NeuronCurve& curve, double current);

/// Responses to represented values, [points, n_neurons], from `x` [points, n_neurons]:
/// the projections of the points on the encoders, divided by the radius.
Matrix rates_of(const NeuronCurve& curve, const Matrix& x, const Vector& gain,
                const Vector& bias);

}  // namespace nengine

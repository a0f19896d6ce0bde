#pragma once

#include <span>
#include <string>

#include "api/builder/numerics/matrix.hpp"

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
    tanh
};

/// A neuron type as far as its steady response goes. Times in seconds; a type ignores
/// the constants that it does not have.
struct NeuronCurve {
    NeuronKind kind = NeuronKind::lif;
    double tau_rc = 0.02;
    double tau_ref = 0.002;
    double amplitude = 1.0;
    double sigma = 1.0;  ///< smoothing of soft_lif_rate
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
///
/// @param owner  whose neurons they are, for messages
/// @throws ShapeError       if the two differ in length
/// @throws ValidationError  if a max rate is not below 1 / tau_ref (all but linear);
///                          names index, value and bound
/// @throws BuildError       if a gain is not a finite number above 0; names index,
///                          rate, intercept and gain
GainBias gain_bias(const NeuronCurve& curve, std::span<const double> max_rates,
                   std::span<const double> intercepts,
                   const std::string& owner = "gain_bias");

/// The inverse of `gain_bias`. Gains that no rate and intercept would give (of silent
/// neurons) may result in values that are not finite.
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
double rate(const NeuronCurve& curve, double current);

/// Responses to represented values, [points, n_neurons], from `x` [points, n_neurons]:
/// the projections of the points on the encoders, divided by the radius.
Matrix rates(const NeuronCurve& curve, const Matrix& x, const Vector& gain,
             const Vector& bias);

}  // namespace nengine

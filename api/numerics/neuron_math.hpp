#pragma once

#include <span>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "kernels/neuron_registry.hpp"

namespace nengine {

/// A neuron type with its parameters, as far as its steady response goes.
struct TunedNeuron {
    kernels::NeuronType type{};
    std::vector<double> params;  ///< in NeuronInfo's order
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
/// reaches its max rate m at x = 1 (m without the amplitude): by the functions of the
/// type's rate curve (kernels/neurons/), or, where there are none, numerically: with j
/// the current of rate m, and j0 the highest without any, both found among 101
/// currents,
///
///     gain = (j0 - j) / (c - 1),  bias = j - gain
///
/// @param owner  whose neurons they are, for messages
/// @throws ShapeError       if the two differ in length
/// @throws ValidationError  if a max rate is not below 1 / tau_ref, of types that have
///                          it; names index, value and bound; or if no current within
///                          +-5120 is silent, or gives the highest rate
/// @throws BuildError       if a gain is not a finite number above 0; names index,
///                          rate, intercept and gain
GainBias gain_bias(const TunedNeuron& neuron, std::span<const double> max_rates,
                   std::span<const double> intercepts,
                   const std::string& owner = "gain_bias");

/// The inverse of `gain_bias`. Gains that no rate and intercept would give (of silent
/// neurons) may result in values that are not finite. Of types without a closed form,
/// the intercept is the last of 101 places in [-1, 1] before the first with a rate.
/// @throws ShapeError  if the two differ in length
MaxRatesIntercepts max_rates_intercepts(
    const TunedNeuron& neuron, std::span<const double> gain,
    std::span<const double> bias, const std::string& owner = "max_rates_intercepts");

/// Steady response to a constant current, in Hz times amplitude: the type's rate curve,
/// or what is counted in a simulated second (kernels/unified/register_neuron.hpp).
double rate(const TunedNeuron& neuron, double current);

/// Responses to represented values, [points, n_neurons], from `x` [points, n_neurons]:
/// the projections of the points on the encoders, divided by the radius.
Matrix rates_of(const TunedNeuron& neuron, const Matrix& x, const Vector& gain,
                const Vector& bias);

}  // namespace nengine

#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// rate = amplitude max(0, J); NaN stays NaN. The derivative at 0 is 0.
template <class Math>
struct RectifiedLinear {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum Param { amplitude, n_params };
    static constexpr int n_states = 0, n_constants = n_params;

    static constexpr NeuronDescription description{
        .name = "RectifiedLinear",
        .params = {{"amplitude", 1, ParamBound::above_0}},
        .scale = amplitude};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[amplitude] = param[amplitude];
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[amplitude] * (current < Real(0) ? Real(0) : current);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        return current <= Real(0) ? Real(0) : c[amplitude];
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    /// gain = m / (1 - c), bias = -gain c; without the amplitude
    static void gain_bias(const double*, double max_rate, double intercept,
                          double& gain, double& bias) {
        gain = max_rate / (1.0 - intercept);
        bias = -intercept * gain;
    }

    static void max_rate_intercept(const double*, double gain, double bias,
                                   double& max_rate, double& intercept) {
        intercept = -bias / gain;
        max_rate = gain * (1.0 - intercept);
    }
};

}  // namespace nengine::kernels

#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// rate = tanh(J) / tau_ref, with tanh |J| = -e / (e + 2), e = expm1(-2 |J|): exact
/// near 0, and without overflow. d rate / dJ = 4 (1 + e) / (2 + e)^2 / tau_ref.
template <class Math>
struct Tanh {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;

    enum Param { tau_ref, n_params };
    enum Constant { max_rate, n_constants };
    static constexpr int n_states = 0;

    static constexpr NeuronDescription description{
        .name = "Tanh",
        .params = {{"tau_ref", 0.0025, ParamBound::above_0}},
        .interval = tau_ref};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[max_rate] = Real(1) / param[tau_ref];
    }

    NENGINE_HD static Real decay(Real current) {
        return Math::expm1(Real(-2) * (current < Real(0) ? -current : current));
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        const Real e = decay(current);
        const Real size = -e / (e + Real(2));
        return c[max_rate] * (current < Real(0) ? -size : size);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real e = decay(current);
        // exp(-2 |J|): more digits than 1 + e where the curve is flat
        const Real flat =
            Math::exp(Real(-2) * (current < Real(0) ? -current : current));
        return c[max_rate] * Real(4) * flat / ((Real(2) + e) * (Real(2) + e));
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    /// gain = atanh(tau_ref m) / (1 - c), bias = -gain c
    static void gain_bias(const double* param, double max_rate, double intercept,
                          double& gain, double& bias) {
        gain = std::atanh(max_rate * param[tau_ref]) / (1.0 - intercept);
        bias = -gain * intercept;
    }

    static void max_rate_intercept(const double* param, double gain, double bias,
                                   double& max_rate, double& intercept) {
        max_rate = std::tanh(gain + bias) / param[tau_ref];
        intercept = -bias / gain;
    }
};

}  // namespace nengine::kernels

#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// rate = 1 / tau_ref / (1 + exp(-J)); its derivative is even in J and computed from
/// exp(-|J|), which cannot overflow.
template <class Math>
struct Sigmoid {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;

    enum Param { tau_ref, n_params };
    enum Constant { max_rate, n_constants };
    static constexpr int n_states = 0;

    static constexpr NeuronDescription description{
        .name = "Sigmoid",
        .params = {{"tau_ref", 0.0025, ParamBound::above_0}},
        .interval = tau_ref};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[max_rate] = Real(1) / param[tau_ref];
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[max_rate] / (Real(1) + Math::exp(-current));
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real e = Math::exp(current > Real(0) ? -current : current);
        return c[max_rate] * e / ((Real(1) + e) * (Real(1) + e));
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    /// With j = -log(1 / (tau_ref m) - 1), the current of rate m:
    /// gain = j / (1 - c), bias = j - gain.
    static void gain_bias(const double* param, double max_rate, double intercept,
                          double& gain, double& bias) {
        const double current = -std::log(1.0 / (param[tau_ref] * max_rate) - 1.0);
        gain = current / (1.0 - intercept);
        bias = current - gain;
    }

    static void max_rate_intercept(const double* param, double gain, double bias,
                                   double& max_rate, double& intercept) {
        const double current = gain + bias;
        max_rate = 1.0 / param[tau_ref] / (1.0 + std::exp(-current));
        intercept = 1.0 - current / gain;
    }
};

}  // namespace nengine::kernels

#pragma once

#include <cmath>

#include "kernels/base/log_math.hpp"
#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"

namespace nengine::kernels {

/// The steady firing rate of LIF neurons, in Hz times amplitude: with j = J - 1,
///
///     rate = amplitude / (tau_ref + tau_rc log1p(1 / j))  if j > 0, else 0
///     d rate / dJ = amplitude tau_rc / ((tau_ref + tau_rc log1p(1 / j))^2 j (j + 1))
template <class Math>
struct LifRate {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;
    using HostMath = LogMath;

    enum Param { tau_rc, tau_ref, amplitude, n_params };
    static constexpr int n_states = 0, n_constants = n_params;

    static constexpr NeuronDescription description{
        .name = "LIFRate",
        .params = {{"tau_rc", 0.02, ParamBound::above_0},
                   {"tau_ref", 0.002, ParamBound::at_least_0},
                   {"amplitude", 1, ParamBound::above_0}},
        .scale = amplitude,
        .interval = tau_ref,
        .time_constant = tau_rc};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[tau_rc] = param[tau_rc];
        c[tau_ref] = param[tau_ref];
        c[amplitude] = param[amplitude];
    }

    /// Seconds from spike to spike; j > 0.
    NENGINE_HD static Real interval(const Real* c, Real j) {
        return c[tau_ref] + c[tau_rc] * Math::log1p(Real(1) / j);
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        const Real j = current - Real(1);
        // A silent neuron computes some rate too, of a current of 2, and drops it; NaN
        // takes the other way and stays NaN.
        const bool silent = j <= Real(0);
        const Real fired = c[amplitude] / interval(c, silent ? Real(1) : j);
        return silent ? Real(0) : fired;
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Real j = current - Real(1);
        const bool silent = j <= Real(0);
        const Real above = silent ? Real(1) : j;
        const Real t = interval(c, above);
        const Real slope =
            c[amplitude] * c[tau_rc] / (t * t * above * (above + Real(1)));
        return silent ? Real(0) : slope;
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    /// With j = 1 / (1 - exp((tau_ref - 1 / m) / tau_rc)), the current of rate m:
    /// gain = (1 - j) / (c - 1), bias = 1 - gain c.
    static void gain_bias(const double* param, double max_rate, double intercept,
                          double& gain, double& bias) {
        const double current =
            1.0 / (1.0 - std::exp((param[tau_ref] - 1.0 / max_rate) / param[tau_rc]));
        gain = (1.0 - current) / (intercept - 1.0);
        bias = 1.0 - gain * intercept;
    }

    static void max_rate_intercept(const double* param, double gain, double bias,
                                   double& max_rate, double& intercept) {
        intercept = (1.0 - bias) / gain;
        const double above = gain * (intercept - 1.0);
        max_rate =
            1.0 / (param[tau_ref] - param[tau_rc] * std::log1p(1.0 / (above - 1.0)));
    }
};

}  // namespace nengine::kernels

#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"
#include "kernels/neurons/lif_rate.hpp"

namespace nengine::kernels {

/// LIF's rate curve with its corner rounded off: with x = (J - 1) / sigma,
///
///     z = sigma log(1 + exp(x))
///     rate = amplitude / (tau_ref + tau_rc q),  q = log1p(1 / z)
///     d rate / dJ = amplitude tau_rc / (tau_ref + tau_rc q)^2 p,
///         p = -dq / dJ = 1 / (1 + exp(-x)) / (z (1 + z))
///
/// Gains and biases are those of LIFRate. For x <= -20, where 1 / z overflows sooner or
/// later: q = -x - log(sigma), p = 1 / sigma.
template <class Math>
struct SoftLifRate {
    using Real = typename Math::Real;
    static constexpr bool one_by_one = Math::is_library;
    using Range = WholeRange;

    enum Param { tau_rc, tau_ref, amplitude, sigma, n_params };
    enum Constant {
        c_tau_rc,
        c_tau_ref,
        c_amplitude,
        c_sigma,
        c_log_sigma,
        n_constants
    };
    static constexpr int n_states = 0;

    static constexpr NeuronDescription description{
        .name = "SoftLIFRate",
        .params = {{"tau_rc", 0.02, ParamBound::above_0},
                   {"tau_ref", 0.002, ParamBound::at_least_0},
                   {"amplitude", 1, ParamBound::above_0},
                   {"sigma", 1, ParamBound::above_0}},
        .scale = amplitude,
        .interval = tau_ref,
        .time_constant = tau_rc};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[c_tau_rc] = param[tau_rc];
        c[c_tau_ref] = param[tau_ref];
        c[c_amplitude] = param[amplitude];
        c[c_sigma] = param[sigma];
        c[c_log_sigma] = std::log(param[sigma]);
    }

    struct Curve {
        Real interval;  ///< seconds from spike to spike
        Real p;
    };

    NENGINE_HD static Curve curve(const Real* c, Real current) {
        const Real x = (current - Real(1)) / c[c_sigma];
        const bool tail = x <= Real(-20);
        const Real near = tail ? Real(-20) : x;
        const Real e = Math::exp(near > Real(0) ? -near : near);
        const Real softplus = (near > Real(0) ? near : Real(0)) + Math::log1p(e);
        const Real logistic = (near > Real(0) ? Real(1) : e) / (Real(1) + e);
        const Real z = c[c_sigma] * softplus;
        const Real q = tail ? -x - c[c_log_sigma] : Math::log1p(Real(1) / z);
        const Real p = tail ? Real(1) / c[c_sigma] : logistic / (z * (Real(1) + z));
        return {c[c_tau_ref] + c[c_tau_rc] * q, p};
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[c_amplitude] / curve(c, current).interval;
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        const Curve at = curve(c, current);
        return c[c_amplitude] * c[c_tau_rc] / (at.interval * at.interval) * at.p;
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    static void gain_bias(const double* param, double max_rate, double intercept,
                          double& gain, double& bias) {
        LifRate<Math>::gain_bias(param, max_rate, intercept, gain, bias);
    }

    static void max_rate_intercept(const double* param, double gain, double bias,
                                   double& max_rate, double& intercept) {
        LifRate<Math>::max_rate_intercept(param, gain, bias, max_rate, intercept);
    }
};

}  // namespace nengine::kernels

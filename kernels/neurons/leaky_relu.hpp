#pragma once

#include "kernels/base/macros.hpp"
#include "kernels/base/math_range.hpp"
#include "kernels/neuron_description.hpp"
#include "kernels/neurons/rectified_linear.hpp"

namespace nengine::kernels {

/// rate = amplitude J for J > 0, else amplitude negative_slope J; the derivative at 0
/// is that of J < 0. Gains and biases are those of RectifiedLinear.
template <class Math>
struct LeakyRelu {
    using Real = typename Math::Real;
    using Range = NoFunctions;

    enum Param { amplitude, negative_slope, n_params };
    static constexpr int n_states = 0, n_constants = n_params;

    static constexpr NeuronDescription description{
        .name = "LeakyReLU",
        .params = {{"amplitude", 1, ParamBound::above_0}, {"negative_slope", 0.3}},
        .scale = amplitude};

    NENGINE_HD static void prepare(const Real (&param)[n_params], Real, Real* c) {
        c[amplitude] = param[amplitude];
        c[negative_slope] = param[negative_slope];
    }

    NENGINE_HD static Real leaky(Real slope, Real current) {
        return current > Real(0) ? current : slope * current;
    }

    NENGINE_HD static Real rate(const Real* c, Real current) {
        return c[amplitude] * leaky(c[negative_slope], current);
    }

    NENGINE_HD static Real rate_derivative(const Real* c, Real current) {
        return c[amplitude] * (current > Real(0) ? Real(1) : c[negative_slope]);
    }

    NENGINE_HD static Real step(const Real* c, Real, Real current, Real*) {
        return rate(c, current);
    }

    static void gain_bias(const double* param, double max_rate, double intercept,
                          double& gain, double& bias) {
        RectifiedLinear<Math>::gain_bias(param, max_rate, intercept, gain, bias);
    }

    static void max_rate_intercept(const double* param, double gain, double bias,
                                   double& max_rate, double& intercept) {
        RectifiedLinear<Math>::max_rate_intercept(param, gain, bias, max_rate,
                                                  intercept);
    }
};

}  // namespace nengine::kernels

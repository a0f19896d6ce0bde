#pragma once

#include <variant>

namespace nengine {

// Optimizers with the names, formulas and defaults of Keras; g is the gradient.
// Learning rates are at least 0, momenta and decays from 0 to 1. An epsilon is above 0
// (in float32 at least 1.2e-38): where it is 0, Keras makes NaN of a parameter without
// a gradient.

/// `w -= learning_rate g`; with momentum `v = momentum v - learning_rate g; w += v`,
/// or, Nesterov's form, `w += momentum v - learning_rate g`.
struct SGD {
    double learning_rate = 0.01;
    double momentum = 0.0;
    bool nesterov = false;
};

/// `v = rho v + (1 - rho) g^2; w -= learning_rate g / sqrt(v + epsilon)`; centered: v
/// less the square of the mean gradient.
struct RMSprop {
    double learning_rate = 0.001;
    double rho = 0.9;
    double momentum = 0.0;
    double epsilon = 1e-7;
    bool centered = false;
};

/// Kingma and Ba's, with the bias correction in the learning rate.
struct Adam {
    double learning_rate = 0.001;
    double beta_1 = 0.9;
    double beta_2 = 0.999;
    double epsilon = 1e-7;
};

using AnyOptimizer = std::variant<RMSprop, SGD, Adam>;

}  // namespace nengine

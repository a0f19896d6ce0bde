#pragma once

#include <cmath>

#include "kernels/base/macros.hpp"

// The update rules of Keras, for one parameter p with gradient g.

namespace nengine::kernels {

/// v = momentum v - lr g; p += v, or p += momentum v - lr g (Nesterov)
template <class Real>
NENGINE_HD void sgd_step(Real lr, Real momentum, bool nesterov, Real g, Real& p,
                         Real& v) {
    const Real drop = lr * g;
    v = momentum * v - drop;
    p += nesterov ? momentum * v - drop : v;
}

/// s = rho s + (1 - rho) g^2; returns lr g / sqrt(s - mean^2 + epsilon), where mean is
/// 0, or, for the centered rule, the running mean of g, already updated.
template <class Real>
NENGINE_HD Real rmsprop_step(Real lr, Real rho, Real epsilon, Real g, Real mean,
                             Real& s) {
    s = rho * s + (Real(1) - rho) * g * g;
    return lr * g / std::sqrt(s - mean * mean + epsilon);
}

/// What update t multiplies the learning rate by: sqrt(1 - b2^t) / (1 - b1^t). The
/// averages begin at 0, and this is by how much they are still too small.
NENGINE_HD double adam_correction(double beta_1, double beta_2, double t) {
    return std::sqrt(1.0 - std::pow(beta_2, t)) / (1.0 - std::pow(beta_1, t));
}

/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= rate m / (sqrt(v) + epsilon)
/// with rate = lr sqrt(1 - b2^t) / (1 - b1^t). `rest_1` and `rest_2` are 1 - b1 and
/// 1 - b2.
template <class Real>
NENGINE_HD void adam_step(Real rate, Real rest_1, Real rest_2, Real epsilon, Real g,
                          Real& p, Real& m, Real& v) {
    m += (g - m) * rest_1;
    v += (g * g - v) * rest_2;
    p -= rate * m / (std::sqrt(v) + epsilon);
}

}  // namespace nengine::kernels

#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// One update of `n` parameters by Keras's formulas. If `*skip` (device memory; may be
/// null) is not 0, nothing is changed: a non-finite loss leaves parameters and state as
/// they were.
template <class Real>
struct UpdateArgs {
    Index n = 0;
    Real* parameter = nullptr;
    const Real* gradient = nullptr;
    Real learning_rate{};
    const int* skip = nullptr;
};

/// v = momentum * v - lr * g; p += v, or p += momentum * v - lr * g with Nesterov.
/// `velocity` may be null when momentum is 0 (p -= lr * g).
template <class Exec, class Real>
void sgd_update(const Exec& exec, const UpdateArgs<Real>& args, Real* velocity,
                Real momentum, bool nesterov);

/// s = rho * s + (1 - rho) * g^2; step = lr * g / sqrt(s + epsilon); p -= step, or with
/// momentum: m = momentum * m + step; p -= m. Centered: step = lr * g / sqrt(s - mean^2
/// + epsilon) with mean = rho * mean + (1 - rho) * g.
template <class Real>
struct RmspropState {
    Real* square = nullptr;
    Real* momentum = nullptr;  ///< null when momentum is 0
    Real* mean = nullptr;      ///< null when not centered
};
template <class Exec, class Real>
void rmsprop_update(const Exec& exec, const UpdateArgs<Real>& args,
                    const RmspropState<Real>& state, Real rho, Real momentum,
                    Real epsilon);

/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2;
/// p -= lr * sqrt(1 - b2^t) / (1 - b1^t) * m / (sqrt(v) + epsilon). `count` is t - 1 on
/// the device and is advanced by the call (not when skipped).
template <class Exec, class Real>
void adam_update(const Exec& exec, const UpdateArgs<Real>& args, Real* m, Real* v,
                 Index* count, Real beta_1, Real beta_2, Real epsilon);

}  // namespace nengine

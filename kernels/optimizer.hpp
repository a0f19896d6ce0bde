#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

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

/// What the updates of all parameters share; zeros before the first.
template <class Real>
struct AdamProgress {
    Index updates;  ///< t, without those that were skipped
    Real rate;      ///< lr sqrt(1 - b2^t) / (1 - b1^t)
};
template <class Real>
struct AdamState {
    Real* m = nullptr;
    Real* v = nullptr;
    AdamProgress<Real>* progress = nullptr;  ///< device memory
};

/// m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; p -= rate m / (sqrt(v) + epsilon).
/// The rate is that of update t, computed in double, once for all parameters; a skipped
/// update does not count.
template <class Exec, class Real>
void adam_update(const Exec& exec, const UpdateArgs<Real>& args,
                 const AdamState<Real>& state, double beta_1, double beta_2,
                 double epsilon);

}  // namespace nengine::kernels

#pragma once

#include <span>

#include "api/numerics/matrix.hpp"

namespace nengine {

/// How a continuous filter becomes a recurrence in steps of dt.
enum class FilterMethod {
    zoh,           ///< exact for an input that is held during a step
    bilinear,      ///< trapezoidal rule
    euler,         ///< forward difference
    backward_diff  ///< backward difference
};

/// A linear system of one input and one output, continuous or in steps:
/// `x' = A x + B u`, `y = C x + D u`.
struct StateSpace {
    Matrix A;  ///< [order, order]
    Vector B;  ///< [order]
    Vector C;  ///< [order]
    double D = 0.0;

    Eigen::Index order() const { return A.rows(); }
};

/// What a filter computes in a step; x is its state before, u its input, y its output.
enum class StepForm {
    no_x,    ///< order 0: y = D u
    one_x,   ///< order 1, D = 0: x = a x + b u, y = x
    no_d,    ///< D = 0: x = A x + B u, y = C x (of the new state)
    general  ///< y = C x + D u, then x = A x + B u
};

/// A filter ready to run. For `one_x`, a and b = C B are the coefficients and the state
/// is the output itself.
struct FilterStep {
    StepForm form = StepForm::no_x;
    StateSpace system;
    double a = 0.0;
    double b = 0.0;
};

/// @throws ValidationError  a polynomial without coefficients or with one that is not
///                          finite, or a denominator of zero
void check_filter(std::span<const double> num, std::span<const double> den);

/// The controller canonical form of `num(s) / den(s)`, coefficients of the highest
/// power first. Leading zeros are dropped.
/// @throws ValidationError  as check_filter, or num is of higher degree than den
StateSpace state_space(std::span<const double> num, std::span<const double> den);

/// The recurrence that stands for a continuous system in steps of `dt` seconds.
StateSpace discretise(const StateSpace& continuous, double dt, FilterMethod method);

/// The generalised bilinear transform; alpha is the weight of the new state in a step:
///
///     A_d = (I - alpha dt A)^-1 (I + (1 - alpha) dt A),  B_d = (I - alpha dt A)^-1 dt
///     B C_d = C (I - alpha dt A)^-1,                       D_d = D + alpha C B_d
StateSpace discretise_gbt(const StateSpace& continuous, double dt, double alpha);

/// The step of `num / den`, a filter in s, or with `analog = false` in z (then neither
/// `dt` nor `method` matter).
/// @throws ValidationError  as `state_space`, and if dt <= 0
FilterStep filter_step(std::span<const double> num, std::span<const double> den,
                       double dt, FilterMethod method = FilterMethod::zoh,
                       bool analog = true);

}  // namespace nengine

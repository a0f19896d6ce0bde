#include "api/numerics/linear_filter_math.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <string>
#include <unsupported/Eigen/MatrixFunctions>
#include <utility>
#include <vector>

#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

std::vector<double> without_leading_zeros(std::span<const double> polynomial,
                                          double tolerance) {
    const auto first = std::ranges::find_if(
        polynomial, [&](double c) { return std::abs(c) > tolerance; });
    return {first, polynomial.end()};
}

void need_coefficients(std::span<const double> polynomial, const std::string& name) {
    if (polynomial.empty()) {
        throw ValidationError("linear filter: got no coefficients of the " + name +
                              ", needs a " + name);
    }
    for (const double coefficient : polynomial) {
        if (!std::isfinite(coefficient)) {
            throw ValidationError("linear filter: got " + number_text(coefficient) +
                                  " in the " + name + ", needs finite coefficients");
        }
    }
}

/// Exact for order 1, where no series is needed and no accuracy lost.
StateSpace zoh_of_order_one(const StateSpace& continuous, double dt) {
    const double a = continuous.A(0, 0);
    StateSpace discrete = continuous;
    discrete.A(0, 0) = std::exp(a * dt);
    discrete.B *= a == 0.0 ? dt : std::expm1(a * dt) / a;
    return discrete;
}

/// Powers of two d, so that in `d^-1 A d` rows and columns are of about equal size: the
/// states of a canonical form differ by many orders of magnitude, and an exponential
/// has the precision of the largest.
Eigen::VectorXd balance(const Eigen::MatrixXd& matrix) {
    Eigen::VectorXd d = Eigen::VectorXd::Ones(matrix.rows());
    for (bool changed = true; changed;) {
        changed = false;
        for (Eigen::Index i = 0; i < matrix.rows(); ++i) {
            double row = 0.0, col = 0.0;
            for (Eigen::Index j = 0; j < matrix.rows(); ++j) {
                if (j != i) {
                    row += std::abs(matrix(i, j)) * d[j] / d[i];
                    col += std::abs(matrix(j, i)) * d[i] / d[j];
                }
            }
            const int half =
                row > 0.0 && col > 0.0 ? std::ilogb(std::sqrt(row / col)) : 0;
            if (std::abs(half) > 1) {
                d[i] = std::ldexp(d[i], half);
                changed = true;
            }
        }
    }
    return d;
}

/// The exponential of the system with its held input as one more state.
StateSpace zoh(const StateSpace& continuous, double dt) {
    const Eigen::Index n = continuous.order();
    if (n == 1) {
        return zoh_of_order_one(continuous, dt);
    }
    const Eigen::MatrixXd a = dt * continuous.A;
    const Eigen::VectorXd scale = balance(a), inverse = scale.cwiseInverse();
    const Eigen::VectorXd b = inverse.asDiagonal() * (dt * continuous.B);
    const double input = std::ldexp(1.0, std::ilogb(b.cwiseAbs().maxCoeff()));
    Eigen::MatrixXd extended = Eigen::MatrixXd::Zero(n + 1, n + 1);
    extended.topLeftCorner(n, n) = inverse.asDiagonal() * a * scale.asDiagonal();
    extended.topRightCorner(n, 1) = b / input;
    const Eigen::MatrixXd exponential = extended.exp();
    StateSpace discrete = continuous;
    discrete.A =
        scale.asDiagonal() * exponential.topLeftCorner(n, n) * inverse.asDiagonal();
    discrete.B = scale.asDiagonal() * exponential.topRightCorner(n, 1) * input;
    return discrete;
}

StepForm step_form(const StateSpace& system) {
    if (system.order() == 0) {
        return StepForm::no_x;
    }
    if (system.D != 0.0) {
        return StepForm::general;
    }
    return system.order() == 1 ? StepForm::one_x : StepForm::no_d;
}

}  // namespace

void check_filter(std::span<const double> num, std::span<const double> den) {
    need_coefficients(num, "numerator");
    need_coefficients(den, "denominator");
    if (std::ranges::all_of(den, [](double c) { return c == 0.0; })) {
        throw ValidationError(
            "linear filter: got a denominator of zero, needs one "
            "coefficient that is not");
    }
}

StateSpace state_space(std::span<const double> num, std::span<const double> den) {
    check_filter(num, den);
    auto a = without_leading_zeros(den, 0.0);
    std::vector<double> b(num.begin(), num.end());
    const double lead = a[0];
    for (auto* polynomial : {&a, &b}) {
        for (double& coefficient : *polynomial) {
            coefficient /= lead;
        }
    }
    constexpr double negligible = 1e-14;
    b = without_leading_zeros(b, negligible);
    if (b.size() > a.size()) {
        throw ValidationError("linear filter: got a numerator of degree " +
                              std::to_string(b.size() - 1) + ", needs at most the " +
                              std::to_string(a.size() - 1) + " of the denominator");
    }
    b.insert(b.begin(), a.size() - b.size(), 0.0);

    const auto order = static_cast<Eigen::Index>(a.size()) - 1;
    StateSpace system{Matrix::Zero(order, order), Vector::Zero(order),
                      Vector::Zero(order), b[0]};
    for (Eigen::Index i = 0; i < order; ++i) {
        const auto at = static_cast<std::size_t>(i) + 1;
        system.A(0, i) = -a[at];
        system.C[i] = b[at] - b[0] * a[at];
        if (i > 0) {
            system.A(i, i - 1) = 1.0;
        }
    }
    if (order > 0) {
        system.B[0] = 1.0;
    }
    return system;
}

StateSpace discretise_gbt(const StateSpace& continuous, double dt, double alpha) {
    const Eigen::Index n = continuous.order();
    const Eigen::MatrixXd identity = Eigen::MatrixXd::Identity(n, n);
    const Eigen::MatrixXd step = dt * continuous.A;
    const Eigen::PartialPivLU<Eigen::MatrixXd> implicit(identity - alpha * step);
    StateSpace discrete;
    discrete.A = implicit.solve(identity + (1.0 - alpha) * step);
    discrete.B = implicit.solve(dt * continuous.B);
    discrete.C = implicit.transpose().solve(continuous.C);
    discrete.D = continuous.D + alpha * continuous.C.dot(discrete.B);
    return discrete;
}

StateSpace discretise(const StateSpace& continuous, double dt, FilterMethod method) {
    if (continuous.order() == 0) {
        return continuous;
    }
    switch (method) {
        case FilterMethod::bilinear:
            return discretise_gbt(continuous, dt, 0.5);
        case FilterMethod::euler:
            return discretise_gbt(continuous, dt, 0.0);
        case FilterMethod::backward_diff:
            return discretise_gbt(continuous, dt, 1.0);
        default:
            return zoh(continuous, dt);
    }
}

FilterStep filter_step(std::span<const double> num, std::span<const double> den,
                       double dt, FilterMethod method, bool analog) {
    if (analog && !(dt > 0.0)) {
        throw ValidationError("linear filter: got dt " + number_text(dt) +
                              ", needs a time step above 0");
    }
    FilterStep step;
    step.system = state_space(num, den);
    if (analog) {
        step.system = discretise(step.system, dt, method);
    }
    step.form = step_form(step.system);
    if (step.form == StepForm::one_x) {
        step.a = step.system.A(0, 0);
        step.b = step.system.C[0] * step.system.B[0];
    }
    return step;
}

}  // namespace nengine

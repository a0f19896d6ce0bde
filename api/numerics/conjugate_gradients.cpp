#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>

#include "api/numerics/subsolvers.hpp"
#include "api/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// The operator of the normal equations: (A'A + m S^2) P, without forming A'A.
Matrix apply_normal(const RidgeProblem& problem, const Matrix& P) {
    Matrix product = problem.A.transpose() * (problem.A * P);
    const Vector ridge = problem.ridge();
    if (ridge.size() == 1) {
        product += ridge[0] * P;
    } else {
        product += ridge.asDiagonal() * P;
    }
    return product;
}

Matrix first_guess(const std::optional<Array>& X0, const RidgeProblem& problem,
                   const std::string& solver) {
    const Eigen::Index rows = problem.A.cols(), cols = problem.Y.cols();
    if (!X0) {
        return Matrix::Zero(rows, cols);
    }
    if (X0->rank() != 2 || X0->shape[0] != rows || X0->shape[1] != cols) {
        throw ShapeError(problem.owner + ": " + solver + ": X0",
                         "shape " + shape_text(X0->shape), shape_text({rows, cols}));
    }
    return Eigen::Map<const Matrix>(X0->values.data(), rows, cols);
}

/// What conjugate gradients need to stop.
struct StopRule {
    double residual;           ///< done when the residual is shorter
    bool at_equality = false;  ///< or as short
    std::int64_t max_iterations;
    double least_progress = 0.0;  ///< done when |r_new|^2 < this times |r_old|^2
    bool check_first = false;     ///< whether the first guess may be good enough

    bool is_met(double squared) const {
        const double length = std::sqrt(squared);
        return at_equality ? length <= residual : length < residual;
    }
};

/// Conjugate gradients from x for one target; returns the number of iterations.
std::int64_t conjugate_gradients(const RidgeProblem& problem, const Matrix& right,
                                 const StopRule& stop, Matrix& x) {
    Matrix r = right - apply_normal(problem, x);
    Matrix p = r;
    double squared = r.squaredNorm();
    if (squared == 0.0 || (stop.check_first && stop.is_met(squared))) {
        return 0;
    }
    std::int64_t i = 0;
    while (i < stop.max_iterations) {
        const Matrix Gp = apply_normal(problem, p);
        const double step = squared / p.cwiseProduct(Gp).sum();
        x += step * p;
        r -= step * Gp;
        const double new_squared = r.squaredNorm();
        const double beta = new_squared / squared;
        ++i;
        if (stop.is_met(new_squared) || beta < stop.least_progress) {
            break;
        }
        p = r + beta * p;
        squared = new_squared;
    }
    return i;
}

/// A length relative to which tolerances of sums over m points are given.
double root_of_points(const RidgeProblem& problem) {
    return std::sqrt(static_cast<double>(problem.A.rows()));
}

}  // namespace

RidgeSolution solve_iteratively(const Conjgrad& solver, const RidgeProblem& problem) {
    RidgeSolution result{first_guess(solver.X0, problem, "Conjgrad"), {}};
    const Matrix right = problem.A.transpose() * problem.Y;
    const StopRule stop{.residual = solver.tol * root_of_points(problem),
                        .max_iterations = solver.maxiters.value_or(problem.A.cols()),
                        .least_progress = 1e-12};
    for (Eigen::Index k = 0; k < right.cols(); ++k) {
        Matrix x = result.X.col(k);
        result.iterations.push_back(
            conjugate_gradients(problem, right.col(k), stop, x));
        result.X.col(k) = x;
    }
    return result;
}

RidgeSolution solve_iteratively(const ConjgradScipy& solver,
                                const RidgeProblem& problem) {
    const Matrix right = problem.A.transpose() * problem.Y;
    RidgeSolution result{Matrix::Zero(right.rows(), right.cols()), {}};
    for (Eigen::Index k = 0; k < right.cols(); ++k) {
        const double wanted = std::max(solver.tol * right.col(k).norm(), solver.atol);
        const StopRule stop{.residual = wanted,
                            .at_equality = true,
                            .max_iterations = 10 * right.rows(),
                            .check_first = true};
        Matrix x = result.X.col(k);
        result.iterations.push_back(
            conjugate_gradients(problem, right.col(k), stop, x));
        result.X.col(k) = x;
    }
    return result;
}

RidgeSolution solve_iteratively(const BlockConjgrad& solver,
                                const RidgeProblem& problem) {
    const double wanted = solver.tol * root_of_points(problem);
    const std::int64_t most = problem.A.cols() / problem.Y.cols() + 1;
    Matrix X = first_guess(solver.X0, problem, "BlockConjgrad");
    Matrix R = problem.A.transpose() * problem.Y - apply_normal(problem, X);
    Matrix P = R;
    Matrix squared = R.transpose() * R;
    std::int64_t i = 0;
    while (i < most && (squared.array() != 0.0).any()) {
        const Matrix GP = apply_normal(problem, P);
        const Matrix step = Matrix(P.transpose() * GP).partialPivLu().solve(squared);
        X += P * step;
        R -= GP * step;
        const Matrix new_squared = R.transpose() * R;
        ++i;
        if ((new_squared.diagonal().array() < wanted * wanted).all()) {
            break;
        }
        P = (R + P * squared.partialPivLu().solve(new_squared)).eval();
        squared = new_squared;
    }
    if (!X.allFinite()) {
        throw BuildError(
            problem.owner +
            ": BlockConjgrad: got targets that depend on each other, needs "
            "independent ones (or Conjgrad, which takes them one by one)");
    }
    return {std::move(X), {i}};
}

namespace {

/// A Givens rotation that turns (a, b) into (r, 0).
struct Rotation {
    double c, s, r;

    Rotation(double a, double b) : r(std::hypot(a, b)) {
        c = r == 0.0 ? 1.0 : a / r;
        s = r == 0.0 ? 0.0 : b / r;
    }
};

/// LSMR for one target, in the notation of Fong and Saunders (2011).
class Lsmr {
public:
    Lsmr(const RidgeProblem& problem, const Vector& y, double tolerance)
        : A_(problem.A),
          damp_(problem.sigma[0] * root_of_points(problem)),
          tolerance_(tolerance),
          u_(y),
          x_(Vector::Zero(A_.cols())) {}

    /// Returns the number of iterations.
    std::int64_t run() {
        beta_ = normalize(u_);
        length_of_y_ = beta_;
        v_ = A_.transpose() * u_;
        alpha_ = beta_ > 0.0 ? normalize(v_) : 0.0;
        zeta_bar_ = alpha_ * beta_;
        alpha_bar_ = alpha_;
        h_ = v_;
        h_bar_ = Vector::Zero(A_.cols());
        beta_dd_ = beta_;
        norm_A2_ = alpha_ * alpha_;
        if (zeta_bar_ == 0.0) {
            return 0;
        }
        const std::int64_t most = std::min(A_.rows(), A_.cols());
        std::int64_t i = 0;
        while (i < most) {
            ++i;
            bidiagonalize();
            update();
            if (is_done()) {
                break;
            }
        }
        return i;
    }

    const Vector& x() const { return x_; }

private:
    static double normalize(Vector& vector) {
        const double length = vector.norm();
        if (length > 0.0) {
            vector /= length;
        }
        return length;
    }

    void bidiagonalize() {
        u_ = A_ * v_ - alpha_ * u_;
        beta_ = normalize(u_);
        if (beta_ > 0.0) {
            v_ = A_.transpose() * u_ - beta_ * v_;
            alpha_ = normalize(v_);
        }
    }

    void update() {
        const Rotation damped(alpha_bar_, damp_);
        const double rho_old = rho_;
        const Rotation first(damped.r, beta_);
        rho_ = first.r;
        const double theta_new = first.s * alpha_;
        alpha_bar_ = first.c * alpha_;

        const double rho_bar_old = rho_bar_, zeta_old = zeta_;
        const double theta_bar = s_bar_ * rho_;
        const double rho_temporary = c_bar_ * rho_;
        const Rotation second(rho_temporary, theta_new);
        c_bar_ = second.c;
        s_bar_ = second.s;
        rho_bar_ = second.r;
        zeta_ = c_bar_ * zeta_bar_;
        zeta_bar_ = -s_bar_ * zeta_bar_;

        h_bar_ = (h_ - (theta_bar * rho_ / (rho_old * rho_bar_old)) * h_bar_).eval();
        x_ += (zeta_ / (rho_ * rho_bar_)) * h_bar_;
        h_ = (v_ - (theta_new / rho_) * h_).eval();
        estimate_residual(damped, first, theta_bar, zeta_old, rho_temporary);
    }

    void estimate_residual(const Rotation& damped, const Rotation& first,
                           double theta_bar, double zeta_old, double rho_temporary) {
        const double beta_acute = damped.c * beta_dd_;
        const double beta_check = -damped.s * beta_dd_;
        const double beta_hat = first.c * beta_acute;
        beta_dd_ = -first.s * beta_acute;

        const double theta_tilde_old = theta_tilde_;
        const Rotation tilde(rho_d_old_, theta_bar);
        theta_tilde_ = tilde.s * rho_bar_;
        rho_d_old_ = tilde.c * rho_bar_;
        beta_d_ = -tilde.s * beta_d_ + tilde.c * beta_hat;
        tau_tilde_old_ = (zeta_old - theta_tilde_old * tau_tilde_old_) / tilde.r;
        const double tau_d = (zeta_ - theta_tilde_ * tau_tilde_old_) / rho_d_old_;
        rest_ += beta_check * beta_check;
        residual_ =
            std::sqrt(rest_ + std::pow(beta_d_ - tau_d, 2) + beta_dd_ * beta_dd_);

        norm_A2_ += beta_ * beta_;
        norm_A_ = std::sqrt(norm_A2_);
        norm_A2_ += alpha_ * alpha_;

        largest_rho_bar_ = std::max(largest_rho_bar_, rho_bar_old_);
        if (n_updates_ > 0) {
            smallest_rho_bar_ = std::min(smallest_rho_bar_, rho_bar_old_);
        }
        ++n_updates_;
        condition_ = std::max(largest_rho_bar_, rho_temporary) /
                     std::min(smallest_rho_bar_, rho_temporary);
        rho_bar_old_ = rho_bar_;
    }

    bool is_done() const {
        constexpr double condition_limit = 1e8;
        const double gradient = std::abs(zeta_bar_), length_of_x = x_.norm();
        const double relative = residual_ / length_of_y_;
        const double normal = norm_A_ * residual_ != 0.0
                                  ? gradient / (norm_A_ * residual_)
                                  : std::numeric_limits<double>::infinity();
        const double bound =
            tolerance_ + tolerance_ * norm_A_ * length_of_x / length_of_y_;
        const double rounded = relative / (1.0 + norm_A_ * length_of_x / length_of_y_);
        return 1.0 + 1.0 / condition_ <= 1.0 || 1.0 + normal <= 1.0 ||
               1.0 + rounded <= 1.0 || 1.0 / condition_ <= 1.0 / condition_limit ||
               normal <= tolerance_ || relative <= bound;
    }

    const Matrix& A_;
    double damp_, tolerance_;
    Vector u_, x_, v_, h_, h_bar_;
    double alpha_ = 0.0, beta_ = 0.0, length_of_y_ = 0.0;
    double alpha_bar_ = 0.0, zeta_bar_ = 0.0, zeta_ = 0.0;
    double rho_ = 1.0, rho_bar_ = 1.0, c_bar_ = 1.0, s_bar_ = 0.0;
    // For the estimates of the residual's length and of A's norm and condition.
    double beta_dd_ = 0.0, beta_d_ = 0.0, rho_d_old_ = 1.0, tau_tilde_old_ = 0.0;
    double theta_tilde_ = 0.0, rest_ = 0.0, residual_ = 0.0;
    double norm_A2_ = 0.0, norm_A_ = 0.0, condition_ = 1.0;
    double rho_bar_old_ = 1.0, largest_rho_bar_ = 0.0, smallest_rho_bar_ = 1e100;
    std::int64_t n_updates_ = 0;
};

}  // namespace

RidgeSolution solve_iteratively(const LSMRScipy& solver, const RidgeProblem& problem) {
    if (!problem.has_one_sigma()) {
        throw BuildError(problem.owner +
                         ": LSMRScipy: got a regularisation for each neuron, needs one "
                         "for all of them");
    }
    RidgeSolution result{Matrix(problem.A.cols(), problem.Y.cols()), {}};
    for (Eigen::Index k = 0; k < problem.Y.cols(); ++k) {
        Lsmr lsmr(problem, problem.Y.col(k), solver.tol);
        result.iterations.push_back(lsmr.run());
        result.X.col(k) = lsmr.x();
    }
    return result;
}

}  // namespace nengine

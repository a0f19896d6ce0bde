#include "api/builder/numerics/least_squares.hpp"

#include <Eigen/Cholesky>
#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "api/builder/numerics/text.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

/// What every solver gets.
struct Problem {
    const Matrix& A;
    const Matrix& Y;
    RandomState& rng;
    const std::string& owner;
};

Eigen::MatrixXd cholesky_solve(const Eigen::MatrixXd& gram,
                               const Eigen::MatrixXd& right, const std::string& owner) {
    const Eigen::LLT<Eigen::MatrixXd> factor(gram.selfadjointView<Eigen::Lower>());
    if (factor.info() != Eigen::Success) {
        throw BuildError(owner +
                         ": the normal equations are singular (silent or equal "
                         "neurons); regularise them or solve by svd");
    }
    return factor.solve(right);
}

/// A'A, of which only the lower half is computed and read.
Eigen::MatrixXd gram_of(const Eigen::MatrixXd& A) {
    Eigen::MatrixXd gram = Eigen::MatrixXd::Zero(A.cols(), A.cols());
    gram.selfadjointView<Eigen::Lower>().rankUpdate(A.transpose());
    return gram;
}

Matrix solve_cholesky(const Eigen::MatrixXd& A, const Matrix& Y, double sigma,
                      const std::string& owner) {
    const double ridge = static_cast<double>(A.rows()) * sigma * sigma;
    if (A.rows() < A.cols()) {
        Eigen::MatrixXd gram = gram_of(A.transpose());
        gram.diagonal().array() += ridge;
        return A.transpose() * cholesky_solve(gram, Y, owner);
    }
    Eigen::MatrixXd gram = gram_of(A);
    gram.diagonal().array() += ridge;
    return cholesky_solve(gram, A.transpose() * Y, owner);
}

using ThinSvd = Eigen::BDCSVD<Eigen::MatrixXd>;

/// V diag(f) U' Y.
Matrix apply_inverse(const ThinSvd& svd, const Vector& f, const Matrix& Y) {
    return svd.matrixV() * (f.asDiagonal() * (svd.matrixU().transpose() * Y));
}

/// Regularised by `m sigma^2`; singular values of zero (to rounding) are left out.
Matrix solve_svd(const Matrix& A, const Matrix& Y, double sigma) {
    const ThinSvd svd(A, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const double ridge = static_cast<double>(A.rows()) * sigma * sigma;
    const Vector& s = svd.singularValues();
    const double smallest = std::numeric_limits<double>::epsilon() *
                            static_cast<double>(std::max(A.rows(), A.cols())) * s[0];
    const Vector f =
        s.unaryExpr([&](double x) { return x > smallest ? x / (x * x + ridge) : 0.0; });
    return apply_inverse(svd, f, Y);
}

Matrix solve_ridge(LeastSquaresMethod method, const Matrix& A, const Matrix& Y,
                   double sigma, const std::string& owner) {
    return method == LeastSquaresMethod::svd ? solve_svd(A, Y, sigma)
                                             : solve_cholesky(A, Y, sigma, owner);
}

/// The decoders with the errors that they leave on these activities.
Solution with_errors(Matrix X, const Matrix& A, const Matrix& Y) {
    const Matrix error = Y - A * X;
    return {std::move(X), error.cwiseAbs2().colwise().mean().cwiseSqrt().transpose()};
}

Solution decoders(const LstsqL2& solver, const Problem& problem) {
    const double sigma = solver.reg * problem.A.maxCoeff();
    Matrix X = solve_ridge(solver.method, problem.A, problem.Y, sigma, problem.owner);
    return with_errors(std::move(X), problem.A, problem.Y);
}

Solution decoders(const Lstsq& solver, const Problem& problem) {
    const ThinSvd svd(problem.A, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector& s = svd.singularValues();
    const double smallest = solver.rcond * s[0];
    const Vector f =
        s.unaryExpr([&](double x) { return x > smallest ? 1.0 / x : 0.0; });
    return with_errors(apply_inverse(svd, f, problem.Y), problem.A, problem.Y);
}

Solution decoders(const LstsqL2nz& solver, const Problem& problem) {
    const auto& A = problem.A;
    const Vector active =
        (A.array() != 0.0).cast<double>().colwise().mean().sqrt().transpose();
    Vector sigma = solver.reg * A.cwiseAbs().maxCoeff() * active;
    // A neuron that is always silent is held down as much as the most active one.
    const double largest = sigma.maxCoeff();
    sigma = (sigma.array() == 0.0).select(largest, sigma);
    Eigen::MatrixXd gram = gram_of(A);
    gram.diagonal() += static_cast<double>(A.rows()) * sigma.cwiseAbs2();
    Matrix X = cholesky_solve(gram, A.transpose() * problem.Y, problem.owner);
    return with_errors(std::move(X), A, problem.Y);
}

/// Normal noise of this deviation, drawn row by row.
Matrix noise_like(const Matrix& A, double deviation, RandomState& rng) {
    Matrix noise(A.rows(), A.cols());
    for (double& value : noise.reshaped<Eigen::RowMajor>()) {
        value = rng.normal(0.0, deviation);
    }
    return noise;
}

// The errors of the noisy solvers are those on the activities with noise, which the
// decoders are made for.
Solution decoders(const LstsqNoise& solver, const Problem& problem) {
    const double deviation = solver.noise * problem.A.cwiseAbs().maxCoeff();
    const Matrix noisy = problem.A + noise_like(problem.A, deviation, problem.rng);
    Matrix X = solve_ridge(solver.method, noisy, problem.Y, 0.0, problem.owner);
    return with_errors(std::move(X), noisy, problem.Y);
}

Solution decoders(const LstsqMultNoise& solver, const Problem& problem) {
    const Matrix noise = noise_like(problem.A, solver.noise, problem.rng);
    const Matrix noisy = problem.A + noise.cwiseProduct(problem.A);
    Matrix X = solve_ridge(solver.method, noisy, problem.Y, 0.0, problem.owner);
    return with_errors(std::move(X), noisy, problem.Y);
}

Solution decoders(const NoSolver& solver, const Problem& problem) {
    const Eigen::Index neurons = problem.A.cols(), targets = problem.Y.cols();
    if (!solver.values) {
        return {Matrix::Zero(neurons, targets), {}};
    }
    const Array& values = *solver.values;
    if (values.rank() != 2 || values.shape[0] != neurons ||
        values.shape[1] != targets) {
        throw ShapeError(problem.owner + ": NoSolver values: got shape " +
                         shape_text(values.shape) + ", needs " +
                         shape_text({neurons, targets}));
    }
    return {Eigen::Map<const Matrix>(values.values.data(), neurons, targets), {}};
}

}  // namespace

bool wants_weights(const Solver& solver) {
    return std::visit([](const auto& kind) { return kind.weights; }, solver);
}

Solution solve(const Solver& solver, const Matrix& A, const Matrix& Y, RandomState& rng,
               const std::string& owner) {
    if (A.rows() != Y.rows() && !std::holds_alternative<NoSolver>(solver)) {
        throw ShapeError(owner + ": got activities at " + std::to_string(A.rows()) +
                         " points and targets at " + std::to_string(Y.rows()) +
                         ", needs the same points");
    }
    const Problem problem{A, Y, rng, owner};
    return std::visit([&](const auto& kind) { return decoders(kind, problem); },
                      solver);
}

}  // namespace nengine

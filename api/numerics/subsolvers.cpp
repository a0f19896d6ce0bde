#include "api/numerics/subsolvers.hpp"

#include <Eigen/QR>
#include <Eigen/SVD>
#include <algorithm>
#include <limits>
#include <variant>

#include "api/numerics/dense.hpp"
#include "api/numerics/solver_memory.hpp"
#include "kernels/base/error.hpp"

namespace nengine {
namespace {

[[noreturn]] void refuse_sigmas(const std::string& owner, const std::string& solver) {
    throw BuildError(owner + ": " + solver +
                     ": got a regularisation for each neuron, needs one for all of "
                     "them (LstsqL2 instead of LstsqL2nz, or Cholesky)");
}

/// The neurons that are active at some point.
std::vector<Eigen::Index> active_neurons(const Matrix& A) {
    const Vector largest = A.cwiseAbs().colwise().maxCoeff();
    std::vector<Eigen::Index> active;
    for (Eigen::Index j = 0; j < A.cols(); ++j) {
        if (!(largest[j] == 0.0)) {
            active.push_back(j);
        }
    }
    return active;
}

/// The normal equations of the neurons. Without ridge a singular system is an error.
Matrix solve_neurons(const Matrix& A, const Matrix& Y, const Vector& ridge,
                     const std::string& owner) {
    need_gram(A.cols(), owner);
    Matrix gram = gram_of(A);
    if (ridge.size() == 1) {
        gram.diagonal().array() += ridge[0];
    } else {
        gram.diagonal() += ridge;
    }
    return solve_positive_definite(std::move(gram), transposed_product(A, Y), owner);
}

/// A neuron that is silent at all points has decoders of exactly zero when it is
/// regularised: it is left out.
Matrix solve_active_neurons(const Matrix& A, const Matrix& Y, const Vector& ridge,
                            const std::string& owner) {
    const auto active = active_neurons(A);
    const auto count = static_cast<Eigen::Index>(active.size());
    if (count == A.cols() || !(ridge.minCoeff() > 0.0)) {
        return solve_neurons(A, Y, ridge, owner);
    }
    Matrix X = Matrix::Zero(A.cols(), Y.cols());
    if (count > 0) {
        need_copies(A, 1, owner);
        const Matrix part = A(Eigen::all, active);
        const Vector part_ridge = ridge.size() == 1 ? ridge : Vector(ridge(active));
        X(active, Eigen::all) = solve_neurons(part, Y, part_ridge, owner);
    }
    return X;
}

RidgeSolution solve_with(const Cholesky& solver, const RidgeProblem& problem,
                         RandomState&) {
    const auto& [A, Y, sigma, owner] = problem;
    const bool fewer_points = A.rows() < A.cols();
    const bool transpose =
        solver.transpose.value_or(fewer_points && problem.has_one_sigma());
    if (!transpose) {
        return {solve_active_neurons(A, Y, problem.ridge(), owner), {}};
    }
    if (!problem.has_one_sigma()) {
        refuse_sigmas(owner, "Cholesky with transpose");
    }
    need_copies(A, 1, owner);
    const Matrix turned = A.transpose();
    need_gram(A.rows(), owner);
    Matrix gram = gram_of(turned);
    gram.diagonal().array() += problem.ridge()[0];
    const Matrix inner = solve_positive_definite(std::move(gram), Y, owner);
    return {transposed_product(A, inner), {}};
}

using ThinSvd = Eigen::BDCSVD<Eigen::MatrixXd>;

/// V diag(f) U' Y.
Matrix apply_inverse(const Eigen::MatrixXd& U, const Vector& f,
                     const Eigen::MatrixXd& V, const Matrix& Y) {
    return V * (f.asDiagonal() * (U.transpose() * Y));
}

/// s / (s^2 + ridge), 0 where s is zero to rounding.
Vector inverse_values(const Vector& s, const RidgeProblem& problem,
                      const std::string& solver) {
    const Vector ridge = problem.ridge();
    if (ridge.size() != 1 && ridge.size() != s.size()) {
        refuse_sigmas(problem.owner, solver);
    }
    const double smallest =
        std::numeric_limits<double>::epsilon() *
        static_cast<double>(std::max(problem.A.rows(), problem.A.cols())) * s[0];
    Vector f(s.size());
    for (Eigen::Index i = 0; i < s.size(); ++i) {
        const double added = ridge[ridge.size() == 1 ? 0 : i];
        f[i] = s[i] > smallest ? s[i] / (s[i] * s[i] + added) : 0.0;
    }
    return f;
}

/// With a regularisation for each neuron the i-th one goes to the i-th singular value:
/// no ridge regression of those neurons, but what Nengo does.
RidgeSolution solve_with(const SVD&, const RidgeProblem& problem, RandomState&) {
    need_copies(problem.A, 2, problem.owner);
    const ThinSvd svd(problem.A, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector f = inverse_values(svd.singularValues(), problem, "SVD");
    return {apply_inverse(svd.matrixU(), f, svd.matrixV(), problem.Y), {}};
}

/// An orthonormal basis of the columns.
Eigen::MatrixXd basis_of(const Eigen::MatrixXd& columns) {
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(columns);
    return qr.householderQ() *
           Eigen::MatrixXd::Identity(columns.rows(),
                                     std::min(columns.rows(), columns.cols()));
}

RidgeSolution solve_with(const RandomizedSVD& solver, const RidgeProblem& problem,
                         RandomState& rng) {
    const Eigen::Index size = solver.n_components + solver.n_oversamples;
    if (std::min(problem.A.rows(), problem.A.cols()) <= size) {
        return solve_with(SVD{}, problem, rng);
    }
    need_copies(problem.A, 1, problem.owner);
    // The smaller side is projected.
    const bool wide = problem.A.rows() < problem.A.cols();
    const Eigen::MatrixXd M =
        wide ? Eigen::MatrixXd(problem.A.transpose()) : Eigen::MatrixXd(problem.A);
    Matrix directions(M.cols(), size);
    for (double& value : directions.reshaped<Eigen::RowMajor>()) {
        value = rng.standard_normal();
    }
    Eigen::MatrixXd Q = directions;
    for (std::int64_t i = 0; i < solver.n_iter; ++i) {
        Q = basis_of(M.transpose() * basis_of(M * Q));
    }
    Q = basis_of(M * Q);
    const ThinSvd svd(Q.transpose() * M, Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Eigen::Index kept = solver.n_components;
    const Vector s = svd.singularValues().head(kept);
    const Vector f = inverse_values(s, problem, "RandomizedSVD");
    const Eigen::MatrixXd U = Q * svd.matrixU().leftCols(kept);
    const Eigen::MatrixXd V = svd.matrixV().leftCols(kept);
    return {
        wide ? apply_inverse(V, f, U, problem.Y) : apply_inverse(U, f, V, problem.Y),
        {}};
}

template <class Iterative>
RidgeSolution solve_with(const Iterative& solver, const RidgeProblem& problem,
                         RandomState&) {
    return solve_iteratively(solver, problem);
}

}  // namespace

RidgeSolution solve_ridge(const LeastSquaresSolver& solver, const RidgeProblem& problem,
                          RandomState& rng) {
    return std::visit([&](const auto& kind) { return solve_with(kind, problem, rng); },
                      solver);
}

}  // namespace nengine

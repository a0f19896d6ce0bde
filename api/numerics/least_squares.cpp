#include "api/numerics/least_squares.hpp"

#include <Eigen/SVD>
#include <algorithm>
#include <cmath>
#include <type_traits>
#include <utility>
#include <variant>

#include "api/numerics/dense.hpp"
#include "api/numerics/elastic_net.hpp"
#include "api/numerics/nonnegative.hpp"
#include "api/numerics/solver_memory.hpp"
#include "api/numerics/subsolvers.hpp"
#include "api/numerics/text.hpp"
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

Vector errors_of(const Matrix& X, const Matrix& A, const Matrix& Y) {
    const Matrix error = Y - product(A, X);
    return error.cwiseAbs2().colwise().mean().cwiseSqrt().transpose();
}

/// The decoders with the errors that they leave on these activities.
Solution with_errors(Matrix X, const Matrix& A, const Matrix& Y) {
    Vector rmses = errors_of(X, A, Y);
    return {std::move(X), std::move(rmses), {}};
}

/// Regularised by one sigma for all neurons, or one each.
Solution ridge_solution(const LeastSquaresSolver& solver, const Matrix& A, Vector sigma,
                        const Problem& problem) {
    auto [X, iterations] = solve_ridge(
        solver, {A, problem.Y, std::move(sigma), problem.owner}, problem.rng);
    Solution solution = with_errors(std::move(X), A, problem.Y);
    solution.iterations = std::move(iterations);
    return solution;
}

Solution decoders(const LstsqL2& solver, const Problem& problem) {
    const double sigma = solver.reg * problem.A.maxCoeff();
    return ridge_solution(solver.solver, problem.A, Vector::Constant(1, sigma),
                          problem);
}

Solution decoders(const Lstsq& solver, const Problem& problem) {
    need_copies(problem.A, 2, problem.owner);
    const Eigen::BDCSVD<Eigen::MatrixXd> svd(problem.A,
                                             Eigen::ComputeThinU | Eigen::ComputeThinV);
    const Vector& s = svd.singularValues();
    const double smallest = solver.rcond * s[0];
    const Vector f =
        s.unaryExpr([&](double x) { return x > smallest ? 1.0 / x : 0.0; });
    Matrix X =
        svd.matrixV() * (f.asDiagonal() * (svd.matrixU().transpose() * problem.Y));
    return with_errors(std::move(X), problem.A, problem.Y);
}

/// Per neuron: the share of points where it is active.
Vector active_share(const Matrix& A) {
    return (A.array() != 0.0).cast<double>().colwise().mean().transpose();
}

Solution decoders(const LstsqL2nz& solver, const Problem& problem) {
    const auto& A = problem.A;
    Vector sigma = solver.reg * A.cwiseAbs().maxCoeff() * active_share(A).cwiseSqrt();
    // A neuron that is always silent is held down as much as the most active one.
    const double largest = sigma.maxCoeff();
    sigma = (sigma.array() == 0.0).select(largest, sigma);
    return ridge_solution(solver.solver, A, std::move(sigma), problem);
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
    need_copies(problem.A, 2, problem.owner);
    const double deviation = solver.noise * problem.A.cwiseAbs().maxCoeff();
    const Matrix noisy = problem.A + noise_like(problem.A, deviation, problem.rng);
    return ridge_solution(solver.solver, noisy, Vector::Zero(1), problem);
}

Solution decoders(const LstsqMultNoise& solver, const Problem& problem) {
    need_copies(problem.A, 2, problem.owner);
    const Matrix noise = noise_like(problem.A, solver.noise, problem.rng);
    const Matrix noisy = problem.A + noise.cwiseProduct(problem.A);
    return ridge_solution(solver.solver, noisy, Vector::Zero(1), problem);
}

Solution decoders(const LstsqL1& solver, const Problem& problem) {
    need_copies(problem.A, 1, problem.owner);
    const double largest = problem.A.maxCoeff();
    const auto points = static_cast<double>(problem.A.rows());
    Matrix X = solve_elastic_net(problem.A, problem.Y,
                                 {.l1 = points * solver.l1 * largest,
                                  .l2 = points * solver.l2 * largest * largest,
                                  .max_iter = solver.max_iter});
    return with_errors(std::move(X), problem.A, problem.Y);
}

Solution decoders(const Nnls&, const Problem& problem) {
    need_copies(problem.A, 1, problem.owner);
    return with_errors(solve_nonnegative(problem.A, problem.Y, problem.owner),
                       problem.A, problem.Y);
}

/// Of the normal equations with sigma on the diagonal, one for all neurons or one each.
Solution nonnegative_ridge(const Vector& sigma, const Problem& problem) {
    const auto& A = problem.A;
    const auto points = static_cast<double>(A.rows());
    need_gram(A.cols(), problem.owner);
    Matrix gram = gram_of(A);
    if (sigma.size() == 1) {
        gram.diagonal().array() += points * sigma[0] * sigma[0];
    } else {
        gram.diagonal() += points * sigma.cwiseAbs2();
    }
    const Matrix right = transposed_product(A, problem.Y.cwiseMax(0.0));
    return with_errors(solve_nonnegative(gram, right, problem.owner), A, problem.Y);
}

Solution decoders(const NnlsL2& solver, const Problem& problem) {
    const double sigma = solver.reg * problem.A.maxCoeff();
    return nonnegative_ridge(Vector::Constant(1, sigma), problem);
}

Solution decoders(const NnlsL2nz& solver, const Problem& problem) {
    const auto& A = problem.A;
    const Vector positive =
        (A.array() > 0.0).cast<double>().colwise().mean().sqrt().transpose();
    Vector sigma = solver.reg * A.maxCoeff() * positive;
    sigma = (sigma.array() == 0.0).select(1.0, sigma);
    return nonnegative_ridge(sigma, problem);
}

Solution decoders(const NoSolver& solver, const Problem& problem) {
    const Eigen::Index neurons = problem.A.cols(), targets = problem.Y.cols();
    if (!solver.values) {
        return {Matrix::Zero(neurons, targets), {}, {}};
    }
    const Array& values = *solver.values;
    if (values.rank() != 2 || values.shape[0] != neurons ||
        values.shape[1] != targets) {
        throw ShapeError(problem.owner + ": NoSolver values",
                         "shape " + shape_text(values.shape),
                         shape_text({neurons, targets}));
    }
    return {Eigen::Map<const Matrix>(values.values.data(), neurons, targets), {}, {}};
}

Solution decoders(const BasicSolver& solver, const Problem& problem) {
    return std::visit([&](const auto& kind) { return decoders(kind, problem); },
                      solver);
}

/// Makes the share of the elements zero that is smallest in magnitude.
/// @throws BuildError  if that is all of them
void drop_smallest(Matrix& X, double share, const std::string& owner) {
    std::vector<double> sizes(static_cast<std::size_t>(X.size()));
    std::ranges::transform(X.reshaped<Eigen::RowMajor>(), sizes.begin(),
                           [](double x) { return std::abs(x); });
    // Half goes to even, as in Python.
    const auto dropped = static_cast<std::size_t>(
        std::nearbyint(share * static_cast<double>(sizes.size())));
    if (dropped >= sizes.size()) {
        throw BuildError(owner + ": LstsqDrop: got drop " + number_text(share) +
                         ", which leaves none of " + std::to_string(sizes.size()) +
                         " decoders, needs less");
    }
    const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(dropped);
    std::ranges::nth_element(sizes, at);
    X = (X.array().abs() < *at).select(0.0, X);
}

Solution decoders(const LstsqDrop& solver, const Problem& problem) {
    const auto& [A, Y, rng, owner] = problem;
    need_copies(A, 1, owner);
    Matrix X = decoders(solver.solver1, problem).X;
    drop_smallest(X, solver.drop, owner);
    for (Eigen::Index k = 0; k < X.cols(); ++k) {
        std::vector<Eigen::Index> kept;
        for (Eigen::Index j = 0; j < X.rows(); ++j) {
            if (X(j, k) != 0.0) {
                kept.push_back(j);
            }
        }
        if (!kept.empty()) {
            const Matrix part = A(Eigen::all, kept), target = Y.col(k);
            X(kept, k) = decoders(solver.solver2, {part, target, rng, owner}).X.col(0);
        }
    }
    return with_errors(std::move(X), A, Y);
}

/// Complains about a solver of a kind, for an owner.
class Check {
public:
    explicit Check(std::string owner) : owner_(std::move(owner)) {}

    void operator()(const Lstsq& s) const { at_least("Lstsq", "rcond", s.rcond); }
    void operator()(const LstsqL2& s) const {
        at_least("LstsqL2", "reg", s.reg);
        std::visit(*this, s.solver);
    }
    void operator()(const LstsqL2nz& s) const {
        at_least("LstsqL2nz", "reg", s.reg);
        std::visit(*this, s.solver);
    }
    void operator()(const LstsqNoise& s) const {
        at_least("LstsqNoise", "noise", s.noise);
        std::visit(*this, s.solver);
    }
    void operator()(const LstsqMultNoise& s) const {
        at_least("LstsqMultNoise", "noise", s.noise);
        std::visit(*this, s.solver);
    }
    void operator()(const LstsqL1& s) const {
        at_least("LstsqL1", "l1", s.l1);
        at_least("LstsqL1", "l2", s.l2);
        at_least("LstsqL1", "max_iter", s.max_iter, 1);
        if (s.l1 == 0.0 && s.l2 == 0.0) {
            throw ValidationError(owner_ +
                                  ": LstsqL1: got l1 and l2 of 0, needs one above 0");
        }
    }
    void operator()(const LstsqDrop& s) const {
        if (!(s.drop >= 0.0 && s.drop <= 1.0)) {
            refuse("LstsqDrop", "drop", number_text(s.drop), "a share in [0, 1]");
        }
        std::visit(*this, s.solver1);
        std::visit(*this, s.solver2);
    }
    void operator()(const Nnls&) const {}
    void operator()(const NnlsL2& s) const { at_least("NnlsL2", "reg", s.reg); }
    void operator()(const NnlsL2nz& s) const { at_least("NnlsL2nz", "reg", s.reg); }
    void operator()(const NoSolver& s) const {
        if (s.values && s.values->rank() != 2) {
            throw ShapeError(owner_ + ": NoSolver values",
                             "shape " + shape_text(s.values->shape),
                             "[n_neurons, targets]");
        }
    }

    void operator()(const Cholesky&) const {}
    void operator()(const SVD&) const {}
    void operator()(const Conjgrad& s) const {
        at_least("Conjgrad", "tol", s.tol);
        at_least("Conjgrad", "maxiters", s.maxiters.value_or(1), 1);
    }
    void operator()(const BlockConjgrad& s) const {
        at_least("BlockConjgrad", "tol", s.tol);
    }
    void operator()(const ConjgradScipy& s) const {
        at_least("ConjgradScipy", "tol", s.tol);
        at_least("ConjgradScipy", "atol", s.atol);
    }
    void operator()(const LSMRScipy& s) const { at_least("LSMRScipy", "tol", s.tol); }
    void operator()(const RandomizedSVD& s) const {
        at_least("RandomizedSVD", "n_components", s.n_components, 1);
        at_least("RandomizedSVD", "n_oversamples", s.n_oversamples);
        at_least("RandomizedSVD", "n_iter", s.n_iter);
    }

private:
    [[noreturn]] void refuse(const char* kind, const char* field,
                             const std::string& got, const std::string& needs) const {
        throw ValidationError(owner_ + ": " + kind + ": got " + field + ' ' + got +
                              ", needs " + needs);
    }
    void at_least(const char* kind, const char* field, double value) const {
        if (!(value >= 0.0) || !std::isfinite(value)) {
            refuse(kind, field, number_text(value), "a finite number of at least 0");
        }
    }
    void at_least(const char* kind, const char* field, std::int64_t value,
                  std::int64_t least = 0) const {
        if (value < least) {
            refuse(kind, field, std::to_string(value),
                   "at least " + std::to_string(least));
        }
    }

    std::string owner_;
};

bool is_separable(const LeastSquaresSolver& solver) {
    return std::holds_alternative<Cholesky>(solver) ||
           std::holds_alternative<SVD>(solver);
}

}  // namespace

void check_solver(const Solver& solver, const std::string& owner) {
    std::visit(Check(owner), solver);
}

bool wants_weights(const Solver& solver) {
    return std::visit([](const auto& kind) { return kind.weights; }, solver);
}

bool is_compositional(const Solver& solver) {
    if (const auto* none = std::get_if<NoSolver>(&solver)) {
        return none->compositional;
    }
    return !(std::holds_alternative<LstsqL1>(solver) ||
             std::holds_alternative<LstsqDrop>(solver) ||
             std::holds_alternative<Nnls>(solver) ||
             std::holds_alternative<NnlsL2>(solver) ||
             std::holds_alternative<NnlsL2nz>(solver));
}

bool solves_targets_apart(const Solver& solver) {
    const auto apart = [](const auto& kind) {
        using Kind = std::decay_t<decltype(kind)>;
        if constexpr (std::is_same_v<Kind, LstsqL2> ||
                      std::is_same_v<Kind, LstsqL2nz>) {
            return is_separable(kind.solver);
        } else {
            return std::is_same_v<Kind, Lstsq> || std::is_same_v<Kind, LstsqL1> ||
                   std::is_same_v<Kind, Nnls> || std::is_same_v<Kind, NnlsL2> ||
                   std::is_same_v<Kind, NnlsL2nz>;
        }
    };
    return std::visit(apart, solver);
}

Solution solve(const Solver& solver, const Matrix& A, const Matrix& Y, RandomState& rng,
               const std::string& owner) {
    if (A.rows() != Y.rows() && !std::holds_alternative<NoSolver>(solver)) {
        throw ShapeError(owner,
                         "activities at " + std::to_string(A.rows()) +
                             " points and targets at " + std::to_string(Y.rows()),
                         "the same points");
    }
    const Problem problem{A, Y, rng, owner};
    return std::visit([&](const auto& kind) { return decoders(kind, problem); },
                      solver);
}

}  // namespace nengine

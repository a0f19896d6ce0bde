#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "api/numerics/random_state.hpp"
#include "nengine/solvers.hpp"

namespace nengine {

/// A regularised least-squares problem: (A'A + m S^2) X = A'Y for m points, S diagonal.
struct RidgeProblem {
    const Matrix& A;  ///< [points, n_neurons]
    const Matrix& Y;  ///< [points, targets]
    /// The diagonal of S: one value for all neurons, or one each.
    Vector sigma;
    const std::string& owner;  ///< for messages

    bool has_one_sigma() const { return sigma.size() == 1; }
    /// m S^2, one for all or one each.
    Vector ridge() const { return static_cast<double>(A.rows()) * sigma.cwiseAbs2(); }
};

struct RidgeSolution {
    Matrix X;  ///< [n_neurons, targets]
    /// One for each target, or one for all of them together; empty for direct solvers.
    std::vector<std::int64_t> iterations;
};

/// @param rng  where RandomizedSVD draws from; the others draw nothing
/// @throws BuildError  if the equations are singular, or the solver cannot regularise
///                     neurons one by one
/// @throws ShapeError  if X0 has another shape than X
RidgeSolution solve_ridge(const LeastSquaresSolver& solver, const RidgeProblem& problem,
                          RandomState& rng);

/// The parts of `solve_ridge` that iterate.
RidgeSolution solve_iteratively(const Conjgrad& solver, const RidgeProblem& problem);
RidgeSolution solve_iteratively(const BlockConjgrad& solver,
                                const RidgeProblem& problem);
RidgeSolution solve_iteratively(const ConjgradScipy& solver,
                                const RidgeProblem& problem);
RidgeSolution solve_iteratively(const LSMRScipy& solver, const RidgeProblem& problem);

}  // namespace nengine

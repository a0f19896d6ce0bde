#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "api/numerics/matrix.hpp"
#include "api/numerics/random_state.hpp"
#include "nengine/solvers.hpp"

namespace nengine {

/// Decoders and how well they do.
struct Solution {
    Matrix X;  ///< [n_neurons, targets]
    /// Per target: sqrt(mean((Y - A X)^2)), with the noise on A if the solver adds
    /// some; empty when nothing was solved.
    Vector rmses;
    /// Of iterative solvers: one for each target, or one for all of them together.
    std::vector<std::int64_t> iterations;
};

/// @param owner  whose solver it is, for messages
/// @throws ValidationError  if a value of the solver is out of its range
void check_solver(const Solver& solver, const std::string& owner);

/// Whether a connection between ensembles asks this solver for full weights.
bool wants_weights(const Solver& solver);

/// Whether full weights are the post ensemble's encoders times decoders. Otherwise the
/// solver has to be given the encoded targets, because what it solves is not linear in
/// them (LstsqL1, LstsqDrop and those without negative decoders).
bool is_compositional(const Solver& solver);

/// Whether a target's decoders do not depend on the other targets and nothing is drawn,
/// so that problems with the same activities can be solved as one.
bool solves_targets_apart(const Solver& solver);

/// Solves A X = Y as the solver prescribes (formulas: `nengine/solvers.hpp`).
///
/// @param A      activities, [points, n_neurons], in Hz times amplitude
/// @param Y      targets, [points, targets]
/// @param rng    where the noisy solvers draw from; others draw nothing
/// @param owner  whose decoders they are, for messages
/// @throws ShapeError  if A and Y have different numbers of points, or the values of a
///                     NoSolver another shape than [n_neurons, targets]
/// @throws BuildError  if the equations are singular, a solver does not converge, or
///                     needs one regularisation for all neurons
/// @note   Ridge regression with fewer points than neurons solves the smaller system:
///         `X = A' (A A' + m s^2 I)^-1 Y`.
Solution solve(const Solver& solver, const Matrix& A, const Matrix& Y, RandomState& rng,
               const std::string& owner = "solver");

}  // namespace nengine

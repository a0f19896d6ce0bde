#pragma once

#include <string>

#include "api/builder/numerics/matrix.hpp"
#include "api/builder/numerics/random_state.hpp"
#include "nengine/solvers.hpp"

namespace nengine {

/// Decoders and how well they do.
struct Solution {
    Matrix X;  ///< [n_neurons, targets]
    /// Per target: sqrt(mean((Y - A X)^2)), with the noise on A if the solver adds
    /// some; empty when nothing was solved.
    Vector rmses;
};

/// Whether a connection between ensembles asks this solver for full weights.
bool wants_weights(const Solver& solver);

/// Solves A X = Y as the solver prescribes (formulas: `nengine/solvers.hpp`).
///
/// @param A      activities, [points, n_neurons], in Hz times amplitude
/// @param Y      targets, [points, targets]
/// @param rng    where the noisy solvers draw from; others draw nothing
/// @param owner  whose decoders they are, for messages
/// @throws ShapeError  if A and Y have different numbers of points, or the values of a
///                     NoSolver another shape than [n_neurons, targets]
/// @throws BuildError  if the equations are singular
/// @note   Ridge regression with fewer points than neurons solves the smaller system:
///         `X = A' (A A' + m s^2 I)^-1 Y`.
Solution solve(const Solver& solver, const Matrix& A, const Matrix& Y, RandomState& rng,
               const std::string& owner = "solver");

}  // namespace nengine

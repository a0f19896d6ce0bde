#pragma once

#include <optional>
#include <variant>

#include "nengine/array.hpp"

namespace nengine {

// Decoders X [n_neurons, targets] solve A X = Y in the least-squares sense, for
// activities A [points, n_neurons] (in Hz times amplitude) and targets Y [points,
// targets]. With `weights` a connection between ensembles gets the full weight matrix
// [post neurons, pre neurons] instead of decoders.

/// How the regularised normal equations are solved.
enum class LeastSquaresMethod {
    cholesky,  ///< fast; fails on singular systems
    svd        ///< slow; leaves out singular values of zero
};

/// Least squares by singular values; those up to `rcond` times the largest are dropped.
struct Lstsq {
    double rcond = 0.01;
    bool weights = false;
    bool operator==(const Lstsq&) const = default;
};

/// Ridge regression, the default: `(A'A + m s^2 I) X = A'Y`, s = reg * max(A), for m
/// points.
struct LstsqL2 {
    double reg = 0.1;
    bool weights = false;
    LeastSquaresMethod method = LeastSquaresMethod::cholesky;
    bool operator==(const LstsqL2&) const = default;
};

/// Ridge regression with less regularisation for neurons that are often silent:
/// s_j = reg * max|A| * sqrt(share of points where neuron j is active).
struct LstsqL2nz {
    double reg = 0.1;
    bool weights = false;
    bool operator==(const LstsqL2nz&) const = default;
};

/// Adds normal noise of deviation `noise * max|A|` to the activities, then solves
/// without regularisation.
struct LstsqNoise {
    double noise = 0.1;
    bool weights = false;
    LeastSquaresMethod method = LeastSquaresMethod::cholesky;
    bool operator==(const LstsqNoise&) const = default;
};

/// Multiplies the activities by 1 + normal noise of deviation `noise`, then solves
/// without regularisation.
struct LstsqMultNoise {
    double noise = 0.1;
    bool weights = false;
    LeastSquaresMethod method = LeastSquaresMethod::cholesky;
    bool operator==(const LstsqMultNoise&) const = default;
};

/// Solves nothing: the given decoders [n_neurons, targets], or zeros. A start for
/// weights that are learned.
struct NoSolver {
    std::optional<Array> values = std::nullopt;
    bool weights = false;
    bool operator==(const NoSolver&) const = default;
};

using Solver =
    std::variant<LstsqL2, Lstsq, LstsqL2nz, LstsqNoise, LstsqMultNoise, NoSolver>;

}  // namespace nengine

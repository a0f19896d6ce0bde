#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "nengine/array.hpp"

namespace nengine {

// Decoders X [n_neurons, targets] solve A X = Y in the least-squares sense, for
// activities A [points, n_neurons] (in Hz times amplitude) and targets Y [points,
// targets]. With `weights` a connection between ensembles gets the full weight matrix
// [post neurons, pre neurons] instead of decoders.
//
// A value out of its range is a ValidationError when the connection is made.

// How the regularised normal equations (A'A + m s^2 I) X = A'Y are solved, for m
// points. The direct ways agree to rounding. The iterative ones stop at their
// tolerance, and report how many iterations they took.

/// Cholesky's factorisation of the normal equations. With `transpose` those of the
/// points are factored instead, (AA' + m s^2 I), which are smaller when there are fewer
/// points than neurons; by default the smaller ones. Fails on singular systems.
struct Cholesky {
    std::optional<bool> transpose = std::nullopt;
    bool operator==(const Cholesky&) const = default;
};

/// Singular values; those of zero are left out (Nengo divides by them). Slow.
struct SVD {
    bool operator==(const SVD&) const = default;
};

/// Conjugate gradients, one target after the other, from the decoders `X0` [n_neurons,
/// targets] or zero, until the residual's length is below `tol * sqrt(m)`; at most
/// `maxiters` iterations, by default as many as there are neurons. tol >= 0, maxiters
/// >= 1.
struct Conjgrad {
    double tol = 1e-2;
    std::optional<std::int64_t> maxiters = std::nullopt;
    std::optional<Array> X0 = std::nullopt;
    bool operator==(const Conjgrad&) const = default;
};

/// Conjugate gradients for all targets at once (O'Leary, 1980), from `X0` or zero,
/// until each residual's length is below `tol * sqrt(m)`. tol >= 0.
struct BlockConjgrad {
    double tol = 1e-2;
    std::optional<Array> X0 = std::nullopt;
    bool operator==(const BlockConjgrad&) const = default;
};

/// Conjugate gradients with SciPy's rule to stop: a residual of at most `tol` times the
/// length of A'y, or `atol`; ten times as many iterations as neurons at most.
struct ConjgradScipy {
    double tol = 1e-4;
    double atol = 1e-8;
    bool operator==(const ConjgradScipy&) const = default;
};

/// Least-squares minimal residuals (Fong and Saunders, 2011) on A itself, damped by
/// `s sqrt(m)`, with SciPy's rules to stop at the tolerance `tol`. One regularisation
/// for all neurons only (not in `LstsqL2nz`).
struct LSMRScipy {
    double tol = 1e-4;
    bool operator==(const LSMRScipy&) const = default;
};

/// The `n_components` largest singular values of a random projection of A onto
/// `n_components + n_oversamples` dimensions, after `n_iter` power iterations (Halko,
/// 2009); all of them exactly where A has no more. Draws from the connection's seed.
/// n_components >= 1, the others >= 0.
struct RandomizedSVD {
    std::int64_t n_components = 60;
    std::int64_t n_oversamples = 10;
    std::int64_t n_iter = 0;
    bool operator==(const RandomizedSVD&) const = default;
};

using LeastSquaresSolver = std::variant<Cholesky, SVD, Conjgrad, BlockConjgrad,
                                        ConjgradScipy, LSMRScipy, RandomizedSVD>;

/// Least squares by singular values; those up to `rcond` times the largest are dropped.
/// rcond >= 0.
struct Lstsq {
    double rcond = 0.01;
    bool weights = false;
    bool operator==(const Lstsq&) const = default;
};

/// Ridge regression, the default: `(A'A + m s^2 I) X = A'Y`, s = reg * max(A), for m
/// points. reg >= 0.
struct LstsqL2 {
    double reg = 0.1;
    LeastSquaresSolver solver = Cholesky{};
    bool weights = false;
    bool operator==(const LstsqL2&) const = default;
};

/// Ridge regression with less regularisation for neurons that are often silent:
/// s_j = reg * max|A| * sqrt(share of points where neuron j is active); the largest of
/// these for a neuron that is always silent. reg >= 0.
struct LstsqL2nz {
    double reg = 0.1;
    LeastSquaresSolver solver = Cholesky{};
    bool weights = false;
    bool operator==(const LstsqL2nz&) const = default;
};

/// Adds normal noise of deviation `noise * max|A|` to the activities, then solves
/// without regularisation. noise >= 0.
struct LstsqNoise {
    double noise = 0.1;
    LeastSquaresSolver solver = Cholesky{};
    bool weights = false;
    bool operator==(const LstsqNoise&) const = default;
};

/// Multiplies the activities by 1 + normal noise of deviation `noise`, then solves
/// without regularisation. noise >= 0.
struct LstsqMultNoise {
    double noise = 0.1;
    LeastSquaresSolver solver = Cholesky{};
    bool weights = false;
    bool operator==(const LstsqMultNoise&) const = default;
};

/// Few decoders that are not zero, by an elastic net: for each target
///
///     1/2 |y - A x|^2 + m a sum|x| + m b / 2 |x|^2,  a = l1 max(A), b = l2 max(A)^2
///
/// by coordinate descent in cycles, until no decoder changes by more than 1e-4 of the
/// largest and the duality gap is below 1e-4 |y|^2, or for `max_iter` cycles. l1, l2 >=
/// 0, not both 0; max_iter >= 1.
struct LstsqL1 {
    double l1 = 1e-4;
    double l2 = 1e-6;
    std::int64_t max_iter = 1000;
    bool weights = false;
    bool operator==(const LstsqL1&) const = default;
};

/// No negative decoders: least squares under x >= 0 (Lawson and Hanson, 1974).
struct Nnls {
    bool weights = false;
    bool operator==(const Nnls&) const = default;
};

/// No negative decoders, by ridge regression: x >= 0 of least |G x - h|, for the normal
/// equations G = A'A + m s^2 I, h = A' max(y, 0), s = reg * max(A). reg >= 0.
struct NnlsL2 {
    double reg = 0.1;
    bool weights = false;
    bool operator==(const NnlsL2&) const = default;
};

/// The same with less regularisation for neurons that are often silent: s_j = reg *
/// max(A) * sqrt(share of points where neuron j is active), 1 for one that is always
/// silent. reg >= 0.
struct NnlsL2nz {
    double reg = 0.1;
    bool weights = false;
    bool operator==(const NnlsL2nz&) const = default;
};

/// Solves nothing: the given decoders [n_neurons, targets], or zeros. A start for
/// weights that are learned. If not `compositional` the values are all that the
/// connection multiplies the neurons' output with, so that no transform and no encoders
/// come on top: [n_neurons, size of post], or with `weights` [n_neurons, post neurons].
struct NoSolver {
    SharedArray values = {};
    bool weights = false;
    bool compositional = true;
    bool operator==(const NoSolver&) const = default;
};

/// Any solver but `LstsqDrop`, which is made of two of these.
using BasicSolver = std::variant<LstsqL2, Lstsq, LstsqL2nz, LstsqNoise, LstsqMultNoise,
                                 LstsqL1, Nnls, NnlsL2, NnlsL2nz, NoSolver>;

/// Solves with `solver1`, makes the share `drop` of the decoders that is smallest zero,
/// and solves with `solver2` for the others, one target after the other. drop in [0,
/// 1].
struct LstsqDrop {
    double drop = 0.25;
    BasicSolver solver1 = LstsqL2{.reg = 0.001};
    BasicSolver solver2 = LstsqL2{.reg = 0.1};
    bool weights = false;
    bool operator==(const LstsqDrop&) const = default;
};

using Solver = std::variant<LstsqL2, Lstsq, LstsqL2nz, LstsqNoise, LstsqMultNoise,
                            LstsqL1, LstsqDrop, Nnls, NnlsL2, NnlsL2nz, NoSolver>;

}  // namespace nengine

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/array.hpp"
#include "nengine/ensemble.hpp"
#include "nengine/neurons.hpp"
#include "nengine/random.hpp"
#include "nengine/simulator.hpp"
#include "nengine/solvers.hpp"

namespace nengine {

// What neurons answer, and how gains and biases follow from what one wants of them: on
// the host, in double.

/// Places and the activities there.
struct Curves {
    Array inputs;
    Array activities;  ///< inputs' axes but the last, then [n_neurons]
};

/// Steady activities of an ensemble as built, at values that it may represent.
/// @param inputs  [..., dimensions], or [points] for one dimension; unset: 50 places
///                from -radius to radius along each dimension, [50, ..., 50,
///                dimensions], the first dimension fastest
/// @throws ShapeError  the last axis is not the ensemble's dimensions
NENGINE_API Curves tuning_curves(const Simulator& sim, const Ensemble& ensemble,
                                 const std::optional<Array>& inputs = std::nullopt);

/// Steady activities of an ensemble's neurons at values along their own encoders:
/// currents gain * x + bias.
/// @param inputs  [points]; unset: 50 places from -1 to 1
/// @return        activities [points, n_neurons]; for Direct the inputs
NENGINE_API Curves response_curves(const Simulator& sim, const Ensemble& ensemble,
                                   const std::optional<Array>& inputs = std::nullopt);

/// What a connection decodes, beside what it should.
struct EvalPointDecoding {
    Array eval_points;  ///< [points, dimensions] of the whole ensemble
    Array targets;      ///< the function's values there, [points, size_mid]
    /// The steady activities there times the connection's weights, the transform in
    /// them: [points, size_out]; of full weights currents, [points, post neurons].
    Array decoded;
};
/// @param eval_points  [points, dimensions]; unset: those that it was solved for
/// @throws ValidationError  a connection that decodes nothing, or points of one's own
///                          where the function is given by its values
/// @throws ShapeError       the last axis is not the ensemble's dimensions
NENGINE_API EvalPointDecoding
eval_point_decoding(const Simulator& sim, const Connection& connection,
                    const std::optional<Array>& eval_points = std::nullopt);

/// Steady activities, [points, n_neurons], in Hz times amplitude (RegularSpiking and
/// the like: of the base type).
/// @param x           [points] for all neurons, or [points, n_neurons]
/// @param gain, bias  [n_neurons]: the current is gain * x + bias
/// @throws ShapeError  shapes that do not fit
NENGINE_API Array rates(const NeuronModel& neuron_type, const Array& x,
                        const Array& gain, const Array& bias);

struct NeuronGains {
    Array gain, bias;  ///< [n_neurons]
};
/// Gains and biases with which neurons start to fire at x = intercept and reach their
/// max rate at x = 1.
/// @throws ShapeError       the two differ in length
/// @throws ValidationError  a rate that the type does not reach; Direct
/// @throws BuildError       a gain that is not a finite number above 0
NENGINE_API NeuronGains gain_bias(const NeuronModel& neuron_type,
                                  const Array& max_rates, const Array& intercepts);

struct NeuronTuning {
    Array max_rates, intercepts;  ///< [n_neurons]
};
/// The inverse of gain_bias.
/// @throws ShapeError       the two differ in length
/// @throws ValidationError  Direct
NENGINE_API NeuronTuning max_rates_intercepts(const NeuronModel& neuron_type,
                                              const Array& gain, const Array& bias);

/// What a solver found for matrices.
struct SolverResult {
    Array weights;              ///< X, [n_neurons, targets], or [n_neurons]
    std::vector<double> rmses;  ///< sqrt(mean((A X - Y)^2)), per target
    /// Of a solver that iterates: per target, or of all together.
    std::vector<std::int64_t> iterations;
};
/// Decoders X of least |A X - Y|, as the solver's kind defines it: Nengo's
/// `solver(A, Y, rng)`.
/// @param A    activities [points, n_neurons]
/// @param Y    targets [points, targets], or [points]
/// @param rng  what random solvers draw from; unset: RandomStream(0)
/// @throws ShapeError       matrices that do not fit, or empty ones
/// @throws ValidationError  a solver that cannot be, or numbers that are not finite
/// @throws BuildError       a problem that the solver cannot solve
NENGINE_API SolverResult solve(const Solver& solver, const Array& A, const Array& Y,
                               RandomStream& rng);
NENGINE_API SolverResult solve(const Solver& solver, const Array& A, const Array& Y);

}  // namespace nengine

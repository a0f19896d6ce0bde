#pragma once

#include <unordered_map>

#include "api/builder/decode.hpp"
#include "api/numerics/least_squares.hpp"

// One decoder problem: what is drawn and asked of the user's functions first, and how
// weights come of its solution.

namespace nengine {

using BuiltEnsembles =
    std::unordered_map<const detail::ObjectData*, BuiltEnsembleParts>;

/// A problem with everything done that may call functions of the user's.
struct PreparedTask {
    const DecodeTask* task = nullptr;
    RandomState rng;
    Matrix own_points;  ///< empty: the ensemble's
    Matrix targets;     ///< empty: the points themselves

    explicit PreparedTask(const DecodeTask& what) : task(&what), rng(what.seed) {}
};

/// @throws BuildError  the function gives other sizes than before, or a value that is
///                     not finite
PreparedTask prepare(const DecodeTask& task, const BuiltEnsembles& ensembles);

/// What a connection shall decode at the points of its ensemble, [points, size_mid].
/// @throws BuildError  the function gives other sizes than before
Matrix target_values(const detail::ConnectionData& connection, const Matrix& points);

/// Whether the solver needs no activities.
bool solves_nothing(const Solver& solver);

/// Where the problem is solved, [points, dimensions].
const Matrix& points_of(const PreparedTask& prepared, const BuiltEnsembles& ensembles);

/// Neuron activities at the points, [points, n_neurons].
/// @throws BuildError  if all of them are zero
Matrix activities(const PreparedTask& prepared, const BuiltEnsembles& ensembles);

/// Some of a solution's targets as they are, no transform behind them.
Decoders decoders_of(const Solution& solution, Index first, Index count);

/// The problem's part that draws nothing and calls nothing: from activities to weights.
class Finish {
public:
    Finish(PreparedTask& prepared, const BuiltEnsembles& ensembles);

    /// What the solver is asked for. Solvers that are not compositional get the
    /// currents into the post neurons, for which the transform has to be drawn first.
    Matrix targets();
    /// How many values per neuron a solver that solves nothing has to give.
    Index given_targets() const;
    Solution solve_alone(const Matrix& A, const Matrix& targets);
    /// What was solved for, with the transform and what else lies behind it. Shares the
    /// values if nothing does.
    Decoders weights(const Decoders& solved);

private:
    PreparedTask& prepared_;
    const DecodeTask& task_;
    const BuiltEnsembles& ensembles_;
    bool to_neurons_;
    bool encodes_targets_;
    bool is_whole_;  ///< the solver gives all there is, also the transform
};

}  // namespace nengine

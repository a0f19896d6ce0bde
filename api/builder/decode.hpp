#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/builder/build.hpp"
#include "api/numerics/neuron_math.hpp"
#include "api/numerics/random_state.hpp"

namespace nengine {

/// What a decoded connection multiplies its neurons' output with, transform included.
struct Decoders {
    Shape shape;                   ///< [size_out, n_neurons]
    engine::SharedValues weights;  ///< one copy for all that are equal
    EvalPoints eval_points;        ///< empty: the ensemble's
    Vector rmses;
    std::vector<std::int64_t> iterations;  ///< of iterative solvers
    bool to_neurons = false;  ///< full weights: into the post ensemble's neurons
};

/// One decoder problem: a connection from an ensemble, or a probe of one.
struct DecodeTask {
    const detail::ObjectData* owner = nullptr;
    const detail::EnsembleData* pre = nullptr;
    const detail::ConnectionData* connection = nullptr;  ///< null for a probe
    detail::Positions pre_positions;
    const Solver* solver = nullptr;  ///< the owner's
    std::uint32_t seed = 0;
    Index size_mid = 0, size_out = 0;
};

/// Solves the problems, in parallel where functions of the user's are not involved.
/// @throws BuildError  no neuron is active at any evaluation point, or a function's
///                     value is not finite
std::unordered_map<const detail::ObjectData*, Decoders> find_decoders(
    const std::vector<DecodeTask>& tasks,
    const std::unordered_map<const detail::ObjectData*, BuiltEnsembleParts>& ensembles);

/// A connection's transform as a matrix [size_out, size_mid]; draws only for a
/// distribution.
Matrix transform_matrix(const detail::ConnectionData& connection, Index size_out,
                        Index size_mid, RandomState& rng);

/// What is drawn for an ensemble, with the draws of Nengo in Nengo's order.
/// @param decoded  whether a decoder problem uses the ensemble's evaluation points
BuiltEnsembleParts draw_ensemble(const detail::EnsembleData& ensemble,
                                 std::uint32_t seed, bool decoded);

/// Whether a problem is solved at the evaluation points of its ensemble.
bool uses_ensemble_points(const DecodeTask& task);

/// How many evaluation points an ensemble gets unless the user says.
Index eval_point_count(const detail::EnsembleData& ensemble);
/// The given points, or `eval_point_count` samples; not scaled.
Matrix draw_eval_points(const DistributionOrArray& points,
                        const detail::EnsembleData& ensemble, RandomState& rng,
                        const std::string& what);

}  // namespace nengine

#include "api/builder/decode.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>

#include "api/builder/neuron_parts.hpp"
#include "api/builder/numerics/distributions.hpp"
#include "api/builder/numerics/least_squares.hpp"
#include "api/builder/numerics/neuron_math.hpp"
#include "api/builder/numerics/text.hpp"

namespace nengine {

namespace {

using detail::ConnectionData;
using detail::EnsembleData;
using BuiltEnsembles =
    std::unordered_map<const detail::ObjectData*, BuiltEnsembleParts>;

/// A problem with everything done that may call functions of the user's.
struct Prepared {
    const DecodeTask* task = nullptr;
    RandomState rng;
    Matrix own_points;  ///< empty: the ensemble's
    Matrix targets;

    explicit Prepared(const DecodeTask& what) : task(&what), rng(what.seed) {}
};

bool solves_nothing(const Solver& solver) {
    return std::holds_alternative<NoSolver>(solver);
}

/// The function's values at the points, [points, size_mid].
Matrix target_values(const DecodeTask& task, const Matrix& points) {
    const auto wanted = task.pre_positions.all();
    const auto* connection = task.connection;
    if (connection != nullptr && connection->function.has_values()) {
        const Array& values = connection->function.values();
        return Eigen::Map<const Matrix>(values.values.data(), values.extent(0),
                                        values.extent(1));
    }
    const bool identity = connection == nullptr || connection->function.is_identity();
    const Index size = task.size_mid;
    Matrix targets(points.rows(), size);
    std::vector<double> x(wanted.size());
    for (Index row = 0; row < points.rows(); ++row) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            x[i] = points(row, wanted[i]);
        }
        const auto y = identity ? x : connection->function.call()(x);
        if (static_cast<Index>(y.size()) != size) {
            throw BuildError(describe(*task.owner) + ": function: got " +
                             std::to_string(y.size()) + " numbers, needs " +
                             std::to_string(size) + " as before");
        }
        for (Index i = 0; i < size; ++i) {
            targets(row, i) = y[static_cast<std::size_t>(i)];
        }
    }
    return targets;
}

void need_finite_targets(const DecodeTask& task, const Matrix& targets) {
    if (!targets.allFinite()) {
        throw BuildError(describe(*task.owner) +
                         ": function: got a value that is not finite at an evaluation "
                         "point, needs finite numbers");
    }
}

Prepared prepare(const DecodeTask& task, const BuiltEnsembles& ensembles) {
    Prepared result(task);
    if (solves_nothing(task.solver)) {
        return result;
    }
    const auto* connection = task.connection;
    if (connection != nullptr && connection->eval_points) {
        result.own_points =
            draw_eval_points(*connection->eval_points, *task.pre, result.rng,
                             describe(*task.owner) + ": eval_points");
        if (connection->scale_eval_points) {
            result.own_points *= task.pre->radius;
        }
    }
    const Matrix& points = result.own_points.size() > 0
                               ? result.own_points
                               : ensembles.at(task.pre).eval_points;
    result.targets = target_values(task, points);
    need_finite_targets(task, result.targets);
    return result;
}

/// Neuron activities at the points, [points, n_neurons].
Matrix activities(const EnsembleData& ensemble, const BuiltEnsembleParts& parts,
                  const Matrix& points) {
    const Matrix projected = points * (parts.encoders.transpose() / ensemble.radius);
    return rates(neuron_curve(ensemble.neuron_type), projected, parts.gain, parts.bias);
}

Solution solve_task(Prepared& prepared, const BuiltEnsembles& ensembles) {
    const DecodeTask& task = *prepared.task;
    const BuiltEnsembleParts& pre = ensembles.at(task.pre);
    const std::string where = describe(*task.owner);
    if (solves_nothing(task.solver)) {
        return solve(task.solver, Matrix::Zero(1, task.pre->n_neurons),
                     Matrix::Zero(1, task.size_mid), prepared.rng, where);
    }
    const Matrix A = activities(
        *task.pre, pre,
        prepared.own_points.size() > 0 ? prepared.own_points : pre.eval_points);
    if ((A.array() == 0.0).all()) {
        throw BuildError(where + ": all activities of " + describe(*task.pre) +
                         " are zero at the evaluation points, needs some neuron that "
                         "fires (look at intercepts, biases and points)");
    }
    return solve(task.solver, A, prepared.targets, prepared.rng, where);
}

/// Columns of the post ensemble's scaled encoders that the connection reaches.
Matrix reached_encoders(const ConnectionData& connection,
                        const BuiltEnsembles& ensembles) {
    const auto& encoders = ensembles.at(connection.post.object().get()).scaled_encoders;
    const auto columns = view_positions(connection.post, detail::Side::in).all();
    Matrix result(encoders.rows(), static_cast<Index>(columns.size()));
    for (std::size_t i = 0; i < columns.size(); ++i) {
        result.col(static_cast<Index>(i)) = encoders.col(columns[i]);
    }
    return result;
}

Decoders finish(Prepared& prepared, const BuiltEnsembles& ensembles) {
    const DecodeTask& task = *prepared.task;
    Solution solution = solve_task(prepared, ensembles);
    Decoders result;
    result.rmses = std::move(solution.rmses);
    result.eval_points = std::move(prepared.own_points);
    result.weights = solution.X.transpose();
    if (task.connection == nullptr) {
        return result;
    }
    const ConnectionData& connection = *task.connection;
    if (!connection.transform.is_none()) {
        result.weights = transform_matrix(connection.transform, task.size_out,
                                          result.weights.rows(), prepared.rng) *
                         result.weights;
    }
    result.to_neurons =
        wants_weights(task.solver) && detail::as_ensemble(connection.post) != nullptr;
    if (result.to_neurons) {
        result.weights = reached_encoders(connection, ensembles) * result.weights;
    }
    return result;
}

}  // namespace

void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work) {
    std::vector<std::exception_ptr> errors(count);
#pragma omp parallel for schedule(dynamic) if (count > 1)
    for (std::size_t i = 0; i < count; ++i) {
        try {
            work(i);
        } catch (...) {
            errors[i] = std::current_exception();
        }
    }
    for (const auto& error : errors) {
        if (error) {
            std::rethrow_exception(error);
        }
    }
}

Matrix transform_matrix(const Transform& transform, Index size_out, Index size_mid,
                        RandomState& rng) {
    if (const auto* distribution = std::get_if<Distribution>(&transform.value())) {
        return sample(*distribution, size_out, size_mid, rng);
    }
    if (transform.is_none()) {
        return Matrix::Identity(size_out, size_mid);
    }
    const Array& array = std::get<Array>(transform.value());
    if (array.rank() == 2) {
        return Eigen::Map<const Matrix>(array.values.data(), size_out, size_mid);
    }
    if (array.rank() == 1) {
        return Eigen::Map<const Vector>(array.values.data(), size_out)
            .asDiagonal()
            .toDenseMatrix();
    }
    return Matrix::Identity(size_out, size_mid) * array.values.front();
}

std::unordered_map<const detail::ObjectData*, Decoders> find_decoders(
    const std::vector<DecodeTask>& tasks, const BuiltEnsembles& ensembles) {
    // Blocks bound the memory that activities and targets take.
    constexpr std::size_t block = 64;
    std::unordered_map<const detail::ObjectData*, Decoders> result;
    result.reserve(tasks.size());
    for (std::size_t first = 0; first < tasks.size(); first += block) {
        const std::size_t count = std::min(block, tasks.size() - first);
        std::vector<Prepared> prepared;
        for (std::size_t i = 0; i < count; ++i) {
            prepared.push_back(prepare(tasks[first + i], ensembles));
        }
        std::vector<Decoders> found(count);
        parallel_for(count,
                     [&](std::size_t i) { found[i] = finish(prepared[i], ensembles); });
        for (std::size_t i = 0; i < count; ++i) {
            result.emplace(tasks[first + i].owner, std::move(found[i]));
        }
    }
    return result;
}

}  // namespace nengine

#include "api/builder/decode_problem.hpp"

#include <algorithm>

#include "api/builder/memory.hpp"
#include "api/numerics/dense.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "api/objects/neuron_parts.hpp"

namespace nengine {

namespace {

using detail::ConnectionData;
using detail::EnsembleData;

/// The user's function of some components of each point.
Matrix called_at(const ConnectionData& connection, const std::vector<Index>& wanted,
                 const Matrix& points) {
    const auto call = connection.function.call();
    const Index size = size_mid(connection);
    need_memory(connection, "values of its function", {points.rows(), size},
                "n_eval_points or what it returns");
    Matrix targets(points.rows(), size);
    std::vector<double> x(wanted.size());
    for (Index row = 0; row < points.rows(); ++row) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            x[i] = points(row, wanted[i]);
        }
        const auto y = call(x);
        if (static_cast<Index>(y.size()) != size) {
            throw BuildError(describe(connection) + ": function: got " +
                             std::to_string(y.size()) + " numbers, needs " +
                             std::to_string(size) + " as before");
        }
        std::ranges::copy(y, targets.row(row).begin());
    }
    return targets;
}

bool decodes_points(const DecodeTask& task) {
    return task.connection == nullptr || task.connection->function.is_identity();
}

void need_finite_targets(const DecodeTask& task, const Matrix& targets) {
    if (!targets.allFinite()) {
        throw BuildError(describe(*task.owner) +
                         ": function: got a value that is not finite at an evaluation "
                         "point, needs finite numbers");
    }
}

/// Columns of the post ensemble's scaled encoders that the connection reaches.
Matrix reached_encoders(const ConnectionData& connection,
                        const BuiltEnsembles& ensembles) {
    const auto& encoders = ensembles.at(connection.post.object().get()).scaled_encoders;
    const auto columns = view_positions(connection.post, detail::Side::in).all();
    return encoders(Eigen::all, columns);
}

Index post_neurons(const ConnectionData& connection) {
    return static_cast<const EnsembleData&>(*connection.post.object()).n_neurons;
}

void set_weights(Decoders& decoders, const auto& matrix) {
    decoders.shape = {matrix.rows(), matrix.cols()};
    std::vector<double> values(static_cast<std::size_t>(matrix.size()));
    Eigen::Map<Matrix>(values.data(), matrix.rows(), matrix.cols()) = matrix;
    decoders.weights = std::move(values);
}

bool is_one(const Transform& transform) {
    const auto* array = std::get_if<Array>(&transform.value());
    return transform.is_none() ||
           (array != nullptr && array->rank() == 0 && array->values.front() == 1.0);
}

/// weights = transform weights, by as few multiplications as the transform needs.
void apply(const ConnectionData& connection, Index size_out, RandomState& rng,
           Matrix& weights) {
    const Transform& transform = connection.transform;
    const auto* array = std::get_if<Array>(&transform.value());
    if (is_one(transform)) {
        return;
    }
    if (array != nullptr && array->rank() == 0) {
        weights *= array->values.front();
    } else if (array != nullptr && array->rank() == 1) {
        weights.array().colwise() *=
            Eigen::Map<const Vector>(array->values.data(), size_out).array();
    } else {
        weights = product(transform_matrix(connection, size_out, weights.rows(), rng),
                          weights);
    }
}

}  // namespace

Matrix target_values(const ConnectionData& connection, const Matrix& points) {
    const auto& function = connection.function;
    if (function.has_values()) {
        const Array& values = function.values();
        return Eigen::Map<const Matrix>(values.values.data(), values.extent(0),
                                        values.extent(1));
    }
    const auto wanted = view_positions(connection.pre, detail::Side::out).all();
    return function.is_identity() ? Matrix(points(Eigen::all, wanted))
                                  : called_at(connection, wanted, points);
}

bool solves_nothing(const Solver& solver) {
    return std::holds_alternative<NoSolver>(solver);
}

const Matrix& points_of(const PreparedTask& prepared, const BuiltEnsembles& ensembles) {
    return prepared.own_points.size() > 0
               ? prepared.own_points
               : ensembles.at(prepared.task->pre).eval_points.values();
}

PreparedTask prepare(const DecodeTask& task, const BuiltEnsembles& ensembles) {
    PreparedTask result(task);
    if (solves_nothing(*task.solver)) {
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
    if (!decodes_points(task)) {
        result.targets = target_values(*connection, points_of(result, ensembles));
        need_finite_targets(task, result.targets);
    }
    return result;
}

Matrix activities(const PreparedTask& prepared, const BuiltEnsembles& ensembles) {
    const EnsembleData& ensemble = *prepared.task->pre;
    const BuiltEnsembleParts& parts = ensembles.at(&ensemble);
    const Index n_points = points_of(prepared, ensembles).rows();
    const std::string what = "activities of " + describe(ensemble);
    need_memory(*prepared.task->owner, what.c_str(), {n_points, ensemble.n_neurons},
                "its n_neurons or n_eval_points", 2);
    const Matrix projected = product_with_transposed(points_of(prepared, ensembles),
                                                     parts.encoders / ensemble.radius);
    Matrix A =
        rates_of(tuned_neuron(ensemble.neuron_type), projected, parts.gain, parts.bias);
    if ((A.array() == 0.0).all()) {
        throw BuildError(describe(*prepared.task->owner) + ": all activities of " +
                         describe(ensemble) +
                         " are zero at the evaluation points, needs some neuron that "
                         "fires (look at intercepts, biases and points)");
    }
    return A;
}

bool uses_ensemble_points(const DecodeTask& task) {
    return !solves_nothing(*task.solver) &&
           (task.connection == nullptr || !task.connection->eval_points);
}

Matrix transform_matrix(const ConnectionData& connection, Index size_out,
                        Index size_mid, RandomState& rng) {
    const Transform& transform = connection.transform;
    need_memory(connection, "its transform", {size_out, size_mid},
                "the sizes of its ends");
    if (const auto* distribution = std::get_if<Distribution>(&transform.value())) {
        return sample(*distribution, size_out, size_mid, rng,
                      describe(connection) + ": transform");
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

Finish::Finish(PreparedTask& prepared, const BuiltEnsembles& ensembles)
    : prepared_(prepared),
      task_(*prepared.task),
      ensembles_(ensembles),
      to_neurons_(task_.connection != nullptr &&
                  detail::solves_for_weights(*task_.connection)),
      encodes_targets_(to_neurons_ && !is_compositional(*task_.solver)),
      is_whole_(solves_nothing(*task_.solver) && !is_compositional(*task_.solver)) {}

Matrix Finish::targets() {
    Matrix targets = std::move(prepared_.targets);
    if (decodes_points(task_)) {
        const auto wanted = task_.pre_positions.all();
        targets = points_of(prepared_, ensembles_)(Eigen::all, wanted);
    }
    if (!encodes_targets_) {
        return targets;
    }
    const ConnectionData& connection = *task_.connection;
    if (connection.transform.is_none()) {
        throw BuildError(describe(*task_.owner) +
                         ": got no transform, needs a dense one for full weights by "
                         "a solver that is not compositional");
    }
    need_memory(*task_.owner, "currents into neurons",
                {targets.rows(), post_neurons(connection)}, "the sizes of its ends");
    const Matrix transform =
        transform_matrix(connection, task_.size_out, targets.cols(), prepared_.rng);
    return targets * transform.transpose() *
           reached_encoders(connection, ensembles_).transpose();
}

Index Finish::given_targets() const {
    if (!is_whole_) {
        return task_.size_mid;
    }
    return to_neurons_ ? ensembles_.at(task_.connection->post.object().get())
                             .scaled_encoders.rows()
                       : task_.size_out;
}

Solution Finish::solve_alone(const Matrix& A, const Matrix& targets) {
    return solve(*task_.solver, A, targets, prepared_.rng, describe(*task_.owner));
}

Decoders decoders_of(const Solution& solution, Index first, Index count) {
    Decoders result;
    set_weights(result, solution.X.middleCols(first, count).transpose());
    if (solution.rmses.size() > 0) {
        result.rmses = solution.rmses.segment(first, count);
    }
    result.iterations = solution.iterations;
    return result;
}

Decoders Finish::weights(const Decoders& solved) {
    Decoders result = solved;
    if (prepared_.own_points.size() > 0) {
        result.eval_points = EvalPoints(std::move(prepared_.own_points));
    }
    result.to_neurons = to_neurons_;
    if (task_.connection == nullptr || encodes_targets_ || is_whole_) {
        return result;
    }
    const ConnectionData& connection = *task_.connection;
    if (is_one(connection.transform) && !to_neurons_) {
        return result;
    }
    need_memory(
        connection, "weights",
        {to_neurons_ ? post_neurons(connection) : task_.size_out, solved.shape[1]},
        "the sizes of its ends", 2);
    Matrix weights = Eigen::Map<const Matrix>(solved.weights.data(), solved.shape[0],
                                              solved.shape[1]);
    apply(connection, task_.size_out, prepared_.rng, weights);
    if (to_neurons_) {
        weights = product(reached_encoders(connection, ensembles_), weights);
    }
    set_weights(result, weights);
    return result;
}

}  // namespace nengine

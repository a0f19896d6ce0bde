#include "api/builder/decode.hpp"

#include <algorithm>
#include <cmath>
#include <exception>
#include <functional>

#include "api/builder/neuron_parts.hpp"
#include "api/builder/numerics/dense.hpp"
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
    Matrix targets;     ///< empty: the points themselves

    explicit Prepared(const DecodeTask& what) : task(&what), rng(what.seed) {}
};

bool solves_nothing(const Solver& solver) {
    return std::holds_alternative<NoSolver>(solver);
}

const Matrix& points_of(const Prepared& prepared, const BuiltEnsembles& ensembles) {
    return prepared.own_points.size() > 0
               ? prepared.own_points
               : ensembles.at(prepared.task->pre).eval_points.values();
}

/// The values of the user's function at the points, [points, size_mid].
Matrix function_values(const DecodeTask& task, const Matrix& points) {
    const auto wanted = task.pre_positions.all();
    const auto call = task.connection->function.call();
    const Index size = task.size_mid;
    Matrix targets(points.rows(), size);
    std::vector<double> x(wanted.size());
    for (Index row = 0; row < points.rows(); ++row) {
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            x[i] = points(row, wanted[i]);
        }
        const auto y = call(x);
        if (static_cast<Index>(y.size()) != size) {
            throw BuildError(describe(*task.owner) + ": function: got " +
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

/// What the neurons shall represent, [points, size_mid].
Matrix target_values(const DecodeTask& task, const Matrix& points) {
    const auto& function = task.connection->function;
    if (function.has_values()) {
        const Array& values = function.values();
        return Eigen::Map<const Matrix>(values.values.data(), values.extent(0),
                                        values.extent(1));
    }
    return function_values(task, points);
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
        result.targets = target_values(task, points_of(result, ensembles));
        need_finite_targets(task, result.targets);
    }
    return result;
}

/// Neuron activities at the points, [points, n_neurons].
/// @throws BuildError  if all of them are zero
Matrix activities(const Prepared& prepared, const BuiltEnsembles& ensembles) {
    const EnsembleData& ensemble = *prepared.task->pre;
    const BuiltEnsembleParts& parts = ensembles.at(&ensemble);
    const Matrix projected = product_with_transposed(points_of(prepared, ensembles),
                                                     parts.encoders / ensemble.radius);
    Matrix A =
        rates(neuron_curve(ensemble.neuron_type), projected, parts.gain, parts.bias);
    if ((A.array() == 0.0).all()) {
        throw BuildError(describe(*prepared.task->owner) + ": all activities of " +
                         describe(ensemble) +
                         " are zero at the evaluation points, needs some neuron that "
                         "fires (look at intercepts, biases and points)");
    }
    return A;
}

/// Columns of the post ensemble's scaled encoders that the connection reaches.
Matrix reached_encoders(const ConnectionData& connection,
                        const BuiltEnsembles& ensembles) {
    const auto& encoders = ensembles.at(connection.post.object().get()).scaled_encoders;
    const auto columns = view_positions(connection.post, detail::Side::in).all();
    return encoders(Eigen::all, columns);
}

/// weights = transform weights, by as few multiplications as the transform needs.
void apply(const Transform& transform, Index size_out, RandomState& rng,
           Matrix& weights) {
    const auto* array = std::get_if<Array>(&transform.value());
    if (array != nullptr && array->rank() == 0) {
        if (array->values.front() != 1.0) {
            weights *= array->values.front();
        }
    } else if (array != nullptr && array->rank() == 1) {
        weights.array().colwise() *=
            Eigen::Map<const Vector>(array->values.data(), size_out).array();
    } else if (!transform.is_none()) {
        weights = product(transform_matrix(transform, size_out, weights.rows(), rng),
                          weights);
    }
}

/// The problem's part that draws nothing and calls nothing: from activities to weights.
class Finish {
public:
    Finish(Prepared& prepared, const BuiltEnsembles& ensembles)
        : prepared_(prepared),
          task_(*prepared.task),
          ensembles_(ensembles),
          to_neurons_(task_.connection != nullptr && wants_weights(*task_.solver) &&
                      detail::as_ensemble(task_.connection->post) != nullptr),
          encodes_targets_(to_neurons_ && !is_compositional(*task_.solver)) {}

    /// What the solver is asked for. Solvers that are not compositional get the
    /// currents into the post neurons, for which the transform has to be drawn first.
    Matrix targets() {
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
            throw BuildError(
                describe(*task_.owner) +
                ": got no transform, needs a dense one for full weights by "
                "a solver that is not compositional");
        }
        const Matrix transform = transform_matrix(connection.transform, task_.size_out,
                                                  targets.cols(), prepared_.rng);
        return targets * transform.transpose() *
               reached_encoders(connection, ensembles_).transpose();
    }

    Solution solve_alone(const Matrix& A, const Matrix& targets) {
        return solve(*task_.solver, A, targets, prepared_.rng, describe(*task_.owner));
    }

    Decoders weights(Solution solution) {
        Decoders result;
        result.rmses = std::move(solution.rmses);
        result.iterations = std::move(solution.iterations);
        if (prepared_.own_points.size() > 0) {
            result.eval_points = EvalPoints(std::move(prepared_.own_points));
        }
        result.weights = solution.X.transpose();
        result.to_neurons = to_neurons_;
        if (task_.connection == nullptr || encodes_targets_) {
            return result;
        }
        const ConnectionData& connection = *task_.connection;
        apply(connection.transform, task_.size_out, prepared_.rng, result.weights);
        if (to_neurons_) {
            result.weights =
                product(reached_encoders(connection, ensembles_), result.weights);
        }
        return result;
    }

private:
    Prepared& prepared_;
    const DecodeTask& task_;
    const BuiltEnsembles& ensembles_;
    bool to_neurons_;
    bool encodes_targets_;
};

/// Problems with the same activities: of one ensemble at its own evaluation points, or
/// one problem with points of its own.
struct Group {
    std::vector<std::size_t> members;
    double work = 0.0;  ///< multiplications of its largest product

    /// Large enough to keep all cores busy by itself.
    bool is_large() const {
        constexpr double large = 1e9;
        return work > large;
    }
};

double work_of(const Prepared& prepared, const BuiltEnsembles& ensembles) {
    if (solves_nothing(*prepared.task->solver)) {
        return 0.0;
    }
    const auto neurons = static_cast<double>(prepared.task->pre->n_neurons);
    return neurons * neurons *
           static_cast<double>(points_of(prepared, ensembles).rows());
}

std::vector<Group> group(const std::vector<Prepared>& prepared,
                         const BuiltEnsembles& ensembles) {
    std::vector<Group> groups;
    std::unordered_map<const EnsembleData*, std::size_t> shared;
    for (std::size_t i = 0; i < prepared.size(); ++i) {
        const EnsembleData* pre = prepared[i].task->pre;
        std::size_t at = groups.size();
        if (!solves_nothing(*prepared[i].task->solver) &&
            prepared[i].own_points.size() == 0) {
            at = shared.try_emplace(pre, at).first->second;
        }
        if (at == groups.size()) {
            groups.push_back({.work = work_of(prepared[i], ensembles)});
        }
        groups[at].members.push_back(i);
    }
    return groups;
}

Solution columns_of(const Solution& solution, Index first, Index count) {
    return {
        solution.X.middleCols(first, count), solution.rmses.segment(first, count), {}};
}

/// Solves problems with the same activities and equal solvers as one.
class Batch {
public:
    Batch(std::vector<Prepared>& prepared, const BuiltEnsembles& ensembles)
        : prepared_(prepared), ensembles_(ensembles) {}

    bool accepts(std::size_t i) const {
        const Solver& solver = *prepared_[i].task->solver;
        return members_.empty() ||
               (solves_targets_apart(solver) &&
                solver == *prepared_[members_.front()].task->solver);
    }

    void add(std::size_t i) {
        members_.push_back(i);
        finishes_.emplace_back(prepared_[i], ensembles_);
        targets_.push_back(finishes_.back().targets());
    }

    void solve(const Matrix& A, std::vector<Decoders>& found) {
        if (members_.size() == 1) {
            Solution solution = finishes_[0].solve_alone(A, targets_[0]);
            found[members_[0]] = finishes_[0].weights(std::move(solution));
            return;
        }
        const Solution solution = finishes_[0].solve_alone(A, all_targets(A));
        Index column = 0;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const Index count = targets_[i].cols();
            found[members_[i]] =
                finishes_[i].weights(columns_of(solution, column, count));
            column += count;
        }
    }

private:
    Matrix all_targets(const Matrix& A) {
        Index columns = 0;
        for (std::size_t i = 0; i < members_.size(); ++i) {
            if (targets_[i].rows() != A.rows()) {
                finishes_[i].solve_alone(A, targets_[i]);  // says what is wrong
            }
            columns += targets_[i].cols();
        }
        Matrix all(A.rows(), columns);
        Index column = 0;
        for (const Matrix& part : targets_) {
            all.middleCols(column, part.cols()) = part;
            column += part.cols();
        }
        return all;
    }

    std::vector<Prepared>& prepared_;
    const BuiltEnsembles& ensembles_;
    std::vector<std::size_t> members_;
    std::vector<Finish> finishes_;
    std::vector<Matrix> targets_;
};

void solve_group(const Group& group, std::vector<Prepared>& prepared,
                 const BuiltEnsembles& ensembles, std::vector<Decoders>& found) {
    const std::size_t first = group.members.front();
    const DecodeTask& task = *prepared[first].task;
    if (solves_nothing(*task.solver)) {
        Finish finish(prepared[first], ensembles);
        const Matrix A = Matrix::Zero(1, task.pre->n_neurons);
        const Matrix targets = Matrix::Zero(1, task.size_mid);
        found[first] = finish.weights(finish.solve_alone(A, targets));
        return;
    }
    const Matrix A = activities(prepared[first], ensembles);
    std::vector<std::size_t> left = group.members;
    while (!left.empty()) {
        Batch batch(prepared, ensembles);
        std::vector<std::size_t> others;
        for (const std::size_t i : left) {
            if (batch.accepts(i)) {
                batch.add(i);
            } else {
                others.push_back(i);
            }
        }
        batch.solve(A, found);
        left = std::move(others);
    }
}

/// Large problems one after the other, each on all cores; then the others side by side.
std::vector<Decoders> solve_all(std::vector<Prepared>& prepared,
                                const BuiltEnsembles& ensembles) {
    std::vector<Decoders> found(prepared.size());
    std::vector<Group> groups = group(prepared, ensembles);
    const auto small = std::stable_partition(
        groups.begin(), groups.end(), [](const Group& g) { return g.is_large(); });
    for (auto large = groups.begin(); large != small; ++large) {
        solve_group(*large, prepared, ensembles, found);
    }
    parallel_for(static_cast<std::size_t>(groups.end() - small), [&](std::size_t i) {
        solve_group(small[static_cast<std::ptrdiff_t>(i)], prepared, ensembles, found);
    });
    return found;
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

bool uses_ensemble_points(const DecodeTask& task) {
    return !solves_nothing(*task.solver) &&
           (task.connection == nullptr || !task.connection->eval_points);
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
    // Bounds the memory that targets take, in numbers.
    constexpr Index most_targets = Index{1} << 24;
    std::unordered_map<const detail::ObjectData*, Decoders> result;
    result.reserve(tasks.size());
    std::vector<Prepared> prepared;
    Index n_targets = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        prepared.push_back(prepare(tasks[i], ensembles));
        n_targets += prepared.back().targets.size() + prepared.back().own_points.size();
        if (n_targets > most_targets || i + 1 == tasks.size()) {
            auto found = solve_all(prepared, ensembles);
            for (std::size_t k = 0; k < found.size(); ++k) {
                result.emplace(prepared[k].task->owner, std::move(found[k]));
            }
            prepared.clear();
            n_targets = 0;
        }
    }
    return result;
}

}  // namespace nengine

#include "api/builder/decode.hpp"

#include <algorithm>

#include "api/builder/decode_problem.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/parallel_for.hpp"

namespace nengine {

namespace {

using detail::EnsembleData;

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

double work_of(const PreparedTask& prepared, const BuiltEnsembles& ensembles) {
    if (solves_nothing(*prepared.task->solver)) {
        return 0.0;
    }
    const auto neurons = static_cast<double>(prepared.task->pre->n_neurons);
    return neurons * neurons *
           static_cast<double>(points_of(prepared, ensembles).rows());
}

std::vector<Group> group(const std::vector<PreparedTask>& prepared,
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

/// Solves problems with the same activities and equal solvers as one, and those with
/// equal targets once: their decoders are then equal to the last bit.
class Batch {
public:
    Batch(std::vector<PreparedTask>& prepared, const BuiltEnsembles& ensembles)
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
        Matrix targets = finishes_.back().targets();
        const auto equal = std::ranges::find_if(
            distinct_, [&](const Targets& one) { return one.equal(targets); });
        which_.push_back(static_cast<std::size_t>(equal - distinct_.begin()));
        if (equal == distinct_.end()) {
            distinct_.push_back({std::move(targets), columns_});
            columns_ += distinct_.back().values.cols();
        }
    }

    void solve(const Matrix& A, std::vector<Decoders>& found) {
        const Solution solution = finishes_[0].solve_alone(A, all_targets(A));
        std::vector<Decoders> solved;
        for (const Targets& targets : distinct_) {
            solved.push_back(
                decoders_of(solution, targets.column, targets.values.cols()));
        }
        for (std::size_t i = 0; i < members_.size(); ++i) {
            found[members_[i]] = finishes_[i].weights(solved[which_[i]]);
        }
    }

private:
    /// What some members have in common; from which column of the solution on.
    struct Targets {
        Matrix values;
        Index column;

        bool equal(const Matrix& other) const {
            return values.rows() == other.rows() && values.cols() == other.cols() &&
                   values == other;
        }
    };

    Matrix all_targets(const Matrix& A) {
        if (distinct_.size() == 1) {
            return distinct_[0].values;
        }
        Matrix all(A.rows(), columns_);
        for (std::size_t i = 0; i < members_.size(); ++i) {
            const Targets& own = distinct_[which_[i]];
            if (own.values.rows() != A.rows()) {
                finishes_[i].solve_alone(A, own.values);  // says what is wrong
            }
            all.middleCols(own.column, own.values.cols()) = own.values;
        }
        return all;
    }

    std::vector<PreparedTask>& prepared_;
    const BuiltEnsembles& ensembles_;
    std::vector<std::size_t> members_;
    std::vector<Finish> finishes_;
    std::vector<Targets> distinct_;
    std::vector<std::size_t> which_;  ///< of the distinct targets, by member
    Index columns_ = 0;
};

void solve_group(const Group& group, std::vector<PreparedTask>& prepared,
                 const BuiltEnsembles& ensembles, std::vector<Decoders>& found) {
    const std::size_t first = group.members.front();
    const DecodeTask& task = *prepared[first].task;
    if (solves_nothing(*task.solver)) {
        Finish finish(prepared[first], ensembles);
        const Matrix A = Matrix::Zero(1, task.pre->n_neurons);
        const Matrix targets = Matrix::Zero(1, finish.given_targets());
        const Solution solution = finish.solve_alone(A, targets);
        found[first] = finish.weights(decoders_of(solution, 0, solution.X.cols()));
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
std::vector<Decoders> solve_all(std::vector<PreparedTask>& prepared,
                                const BuiltEnsembles& ensembles) {
    std::vector<Decoders> found(prepared.size());
    std::vector<Group> groups = group(prepared, ensembles);
    const auto small = std::stable_partition(
        groups.begin(), groups.end(), [](const Group& g) { return g.is_large(); });
    const auto solve_one = [&](const Group& one) {
        for_object(*prepared[one.members.front()].task->owner,
                   [&] { solve_group(one, prepared, ensembles, found); });
    };
    std::for_each(groups.begin(), small, solve_one);
    parallel_for(static_cast<std::size_t>(groups.end() - small), [&](std::size_t i) {
        solve_one(small[static_cast<std::ptrdiff_t>(i)]);
    });
    return found;
}

}  // namespace

std::unordered_map<const detail::ObjectData*, Decoders> find_decoders(
    const std::vector<DecodeTask>& tasks, const BuiltEnsembles& ensembles) {
    // Bounds the memory that targets take, in numbers.
    constexpr Index most_targets = Index{1} << 24;
    std::unordered_map<const detail::ObjectData*, Decoders> result;
    result.reserve(tasks.size());
    std::vector<PreparedTask> prepared;
    Index n_targets = 0;
    for (std::size_t i = 0; i < tasks.size(); ++i) {
        prepared.push_back(
            for_object(*tasks[i].owner, [&] { return prepare(tasks[i], ensembles); }));
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

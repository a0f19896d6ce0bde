#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/session/session_impl.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/loss.hpp"

// What probes gave is compared with targets.

namespace nengine::engine {
namespace {

/// Rows of a block as a block, if they are as far from each other.
template <class Real>
std::optional<Block<Real>> evenly_spaced(Block<Real> all,
                                         const std::vector<Index>& rows) {
    const Index distance = rows.size() > 1 ? rows[1] - rows[0] : 1;
    for (std::size_t i = 1; i < rows.size(); ++i) {
        if (rows[i] - rows[i - 1] != distance) {
            return std::nullopt;
        }
    }
    all.data += rows.front() * all.time_stride;
    all.steps = static_cast<Index>(rows.size());
    all.time_stride *= distance;
    return all;
}

/// For each of `steps` steps its place among `rows`, or the one behind the last.
std::vector<Index> places(const std::vector<Index>& rows, Index steps) {
    const auto none = static_cast<Index>(rows.size());
    std::vector<Index> result(static_cast<std::size_t>(steps), none);
    for (Index i = 0; i < none; ++i) {
        result[static_cast<std::size_t>(rows[static_cast<std::size_t>(i)])] = i;
    }
    return result;
}

}  // namespace

template <class Real>
Tally SessionOf<Real>::make_tally(const Objective& objective) const {
    Tally tally{device_.allocate(2 * objective.entries() * sizeof(double), "losses"),
                device_.allocate(sizeof(int), "a flag")};
    device_.zero(tally.sums.data(), tally.sums.bytes());
    device_.zero(tally.flag.data(), sizeof(int));
    return tally;
}

template <class Real>
Block<Real> SessionOf<Real>::add_memory(Compared& to, Index steps,
                                        const Block<Real>& like) const {
    const Index size = like.rows * like.cols;
    const auto count = static_cast<std::size_t>(steps * like.batch * size);
    to.memory.push_back(device_.allocate(count * sizeof(Real), "samples of a probe"));
    return {.data = to.memory.back().template as<Real>(),
            .steps = steps,
            .batch = like.batch,
            .rows = like.rows,
            .cols = like.cols,
            .time_stride = like.batch * size,
            .batch_stride = size,
            .row_stride = like.cols,
            .col_stride = 1};
}

template <class Real>
const Index* SessionOf<Real>::add_table(Compared& to,
                                        const std::vector<Index>& table) const {
    to.memory.push_back(upload_table(device_, table));
    return to.memory.back().template as<Index>();
}

/// Where rows are evenly spaced they are compared in place, else as copies.
template <class Real>
void SessionOf<Real>::take_rows(Compared& to, const Block<Real>& prediction,
                                const Block<Real>& gradient,
                                const std::vector<Index>& rows) const {
    if (const auto in_place = evenly_spaced(prediction, rows)) {
        to.prediction = *in_place;
        if (gradient.data != nullptr) {
            to.gradient = *evenly_spaced(gradient, rows);
        }
        return;
    }
    const auto n = static_cast<Index>(rows.size());
    to.prediction = add_memory(to, n, prediction);
    const Index* table = add_table(to, rows);
    device_.run([&](const auto& exec) {
        select_rows(exec, Block<const Real>(prediction), table, to.prediction);
    });
    if (gradient.data != nullptr) {
        to.gradient = add_memory(to, n + 1, prediction);
        device_.zero(to.gradient.data, to.memory.back().bytes());
        to.gradient.steps = n;
        to.all_gradient = gradient;
        to.rows_of_gradient = add_table(to, places(rows, gradient.steps));
    }
}

template <class Real>
void SessionOf<Real>::take_targets(Compared& to, const Block<const Real>& all,
                                   const Index* items, Index count) const {
    const Block<Real> like{.batch = count, .cols = all.cols};
    to.target = add_memory(to, all.steps, like);
    select(all, items, to.target);
}

/// Nothing where no sample of the chunk counts.
template <class Real>
auto SessionOf<Real>::compared_rows(Runner& runner, const Comparison& with,
                                    std::size_t entry, const ChunkExtent& extent) const
    -> std::optional<Compared> {
    const ProbeRows& probe = runner.plan().probes[entry];
    const CallSamples samples(model_->probes[static_cast<std::size_t>(probe.probe)],
                              step_, with.n_steps);
    const SampledRows at = with.objective.last_step(entry)
                               ? samples.last_in_chunk(extent.first_step, extent.steps)
                               : samples.in_chunk(extent.first_step, extent.steps);
    const auto n = static_cast<Index>(at.rows.size());
    Block<Real> gradient;
    if (with.training && probe.gradient.present()) {
        gradient = runner.binder().block(probe.gradient, extent);
        if (n < extent.steps) {
            device_.run([&](const auto& exec) {
                fill(exec, FillArgs<Bound<Real>>{gradient, Real{0}});
            });
        }
    }
    if (n == 0) {
        return std::nullopt;
    }
    Compared result;
    result.samples = compared_samples(with.objective, entry, with.n_steps);
    take_rows(result,
              runner.binder().block(probe.rows, extent, extent.steps, extent.items),
              gradient, at.rows);
    take_targets(result, with.targets.at(probe.probe).rows(at.before, n),
                 with.items + extent.first_item, extent.items);
    return result;
}

template <class Real>
void SessionOf<Real>::add_loss(const Compared& rows, const LossSpec& loss,
                               const Comparison& with, Index valid, double* sum) const {
    const bool mse = loss.kind == LossKind::mean_squared_error;
    const double terms =
        static_cast<double>(rows.samples) *
        (mse ? static_cast<double>(rows.prediction.rows * rows.prediction.cols) : 1.0) *
        (with.training ? static_cast<double>(with.valid) : 1.0);
    LossArgs<Real> args{.prediction = rows.prediction,
                        .target = rows.target,
                        .valid = valid,
                        .scale = static_cast<Real>(loss.weight / terms),
                        .loss = sum,
                        .dL_dprediction = rows.gradient};
    device_.run([&](const auto& exec) {
        if (mse) {
            mean_squared_error(exec, args);
        } else {
            sparse_categorical_crossentropy(exec, args, loss.from_logits);
        }
        flag_non_finite(exec, sum, with.tally.flag.template as<int>(),
                        flag_code(with.minibatch, NonFinite::loss));
        if (rows.rows_of_gradient != nullptr) {
            Block<const Real> copied = rows.gradient;
            ++copied.steps;
            select_rows(exec, copied, rows.rows_of_gradient, rows.all_gradient);
        }
    });
}

template <class Real>
void SessionOf<Real>::add_losses(Runner& runner, const Comparison& with,
                                 const ChunkExtent& extent) {
    const std::size_t n_losses = with.objective.losses.size();
    const std::size_t n_sums = with.objective.entries();
    const Index valid =
        std::clamp<Index>(with.valid - extent.first_item, 0, extent.items);
    const bool partial = with.valid < options_.minibatch;
    for (std::size_t i = 0; i < (with.training ? n_losses : n_sums); ++i) {
        const auto rows = compared_rows(runner, with, i, extent);
        if (!rows) {
            continue;
        }
        double* sum =
            with.tally.sums.template as<double>() + (partial ? n_sums : 0) + i;
        if (i < n_losses) {
            add_loss(*rows, with.objective.losses[i], with, valid, sum);
        } else {
            device_.run([&](const auto& exec) {
                count_correct(exec, Block<const Real>(rows->prediction),
                              Block<const Real>(rows->target), valid, sum);
            });
        }
    }
}

template <class Real>
Index SessionOf<Real>::compared_samples(const Objective& objective, std::size_t entry,
                                        Index n_steps) const {
    const auto probe = static_cast<std::size_t>(objective.probe(entry));
    return objective.last_step(entry)
               ? 1
               : CallSamples(model_->probes[probe], step_, n_steps).count();
}

template <class Real>
Scores SessionOf<Real>::read_scores(const Objective& objective, const Tally& tally,
                                    Index items, bool training) const {
    const std::size_t n_losses = objective.losses.size(), n = objective.entries();
    std::vector<double> sums(2 * n);
    device_.download(sums.data(), tally.sums.data(), sums.size() * sizeof(double));
    const Index partial = items % options_.minibatch;
    const auto total = static_cast<double>(items);
    // Training sums means of minibatches, evaluation sums over items.
    const double full_weight =
        training ? static_cast<double>(options_.minibatch) / total : 1.0 / total;
    const double part_weight =
        training ? static_cast<double>(partial) / total : 1.0 / total;
    Scores scores;
    for (std::size_t i = 0; i < n; ++i) {
        const double value = sums[i] * full_weight + sums[n + i] * part_weight;
        if (i >= n_losses) {
            scores.metrics.push_back(value);
            continue;
        }
        const double weight = objective.losses[i].weight;
        scores.loss += value;
        scores.losses.push_back(weight != 0 ? value / weight : 0.0);
    }
    return scores;
}

template class SessionOf<float>;
template class SessionOf<double>;

}  // namespace nengine::engine

#include <algorithm>

#include "engine/ir/sampling.hpp"
#include "engine/session/session_core.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/loss.hpp"

// What probes gave is compared with targets.

namespace nengine::engine {
namespace {

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

Tally SessionCore::make_tally(const Objective& objective) const {
    Tally tally{device_.allocate(2 * objective.entries() * sizeof(double), "losses"),
                device_.allocate(sizeof(int), "a flag")};
    device_.zero(tally.sums.data(), tally.sums.bytes());
    device_.zero(tally.flag.data(), sizeof(int));
    return tally;
}

AnyBlock SessionCore::add_memory(Compared& to, Index steps,
                                 const AnyBlock& like) const {
    AnyBlock rows = like;
    rows.steps = steps;
    to.memory.push_back(device_.allocate(rows.bytes(), "samples of a probe"));
    return without_gaps(rows, to.memory.back().data());
}

const Index* SessionCore::add_table(Compared& to,
                                    const std::vector<Index>& table) const {
    to.memory.push_back(upload_table(device_, table));
    return to.memory.back().as<Index>();
}

/// Where rows are evenly spaced they are compared in place, else as copies.
void SessionCore::take_rows(Compared& to, const AnyBlock& prediction,
                            const AnyBlock& gradient,
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
    run_as(device_, prediction.dtype, [&]<class Real>(const auto& exec, Real) {
        select_rows(exec, prediction.as<const Real>(), table, to.prediction.as<Real>());
    });
    if (gradient.data != nullptr) {
        to.gradient = add_memory(to, n + 1, prediction);
        device_.zero(to.gradient.data, to.memory.back().bytes());
        to.gradient.steps = n;
        to.all_gradient = gradient;
        to.rows_of_gradient = add_table(to, places(rows, gradient.steps));
    }
}

void SessionCore::take_targets(Compared& to, const AnyBlock& all, const Index* items,
                               Index count) const {
    const AnyBlock like{.dtype = all.dtype, .batch = count, .cols = all.cols};
    to.target = add_memory(to, all.steps, like);
    select(all, items, to.target);
}

/// Nothing where no sample of the chunk counts.
auto SessionCore::compared_rows(Runner& runner, const Comparison& with,
                                const Seen& seen, const ChunkExtent& extent) const
    -> std::optional<Compared> {
    const ProbeRows& probe = runner.plan().probes[seen.at];
    const CallSamples samples(model_->probe(probe.probe), step_, with.n_steps);
    const SampledRows at = seen.last_step
                               ? samples.last_in_chunk(extent.first_step, extent.steps)
                               : samples.in_chunk(extent.first_step, extent.steps);
    const auto n = static_cast<Index>(at.rows.size());
    AnyBlock gradient;
    if (with.training && probe.gradient.present()) {
        gradient = runner.block(probe.gradient, extent);
        if (n < extent.steps) {
            run_as(device_, gradient.dtype, [&]<class Real>(const auto& exec, Real) {
                fill(exec, FillArgs<Bound<Real>>{gradient.as<Real>(), Real{0}});
            });
        }
    }
    if (n == 0) {
        return std::nullopt;
    }
    Compared result;
    result.samples = compared_samples(seen.probe, seen.last_step, with.n_steps);
    take_rows(result, runner.block(probe.rows, extent).over(extent.steps, extent.items),
              gradient, at.rows);
    take_targets(result, with.targets.at(probe.probe).rows(at.before, n),
                 with.items + extent.first_item, extent.items);
    return result;
}

void SessionCore::add_loss(const Compared& rows, const LossSpec& loss,
                           const Comparison& with, Index valid, double* sum) const {
    const bool mse = loss.kind == LossKind::mean_squared_error;
    const double terms =
        static_cast<double>(rows.samples) *
        (mse ? static_cast<double>(rows.prediction.rows * rows.prediction.cols) : 1.0) *
        (with.training ? static_cast<double>(with.valid) : 1.0);
    run_as(device_, rows.prediction.dtype, [&]<class Real>(const auto& exec, Real) {
        const LossArgs<Real> args{.prediction = rows.prediction.as<const Real>(),
                                  .target = rows.target.as<const Real>(),
                                  .valid = valid,
                                  .scale = static_cast<Real>(loss.weight / terms),
                                  .loss = sum,
                                  .dL_dprediction = rows.gradient.as<Real>()};
        if (mse) {
            mean_squared_error(exec, args);
        } else {
            sparse_categorical_crossentropy(exec, args, loss.from_logits);
        }
        if (rows.rows_of_gradient != nullptr) {
            auto copied = rows.gradient.as<const Real>();
            ++copied.steps;
            select_rows(exec, copied, rows.rows_of_gradient,
                        rows.all_gradient.as<Real>());
        }
    });
}

void SessionCore::flag_loss(const Comparison& with, const double* sum) const {
    device_.run([&](const auto& exec) {
        flag_non_finite(exec, sum, with.tally.flag.as<int>(),
                        flag_code(with.minibatch, NonFinite::loss));
    });
}

void SessionCore::add_losses(Runner& runner, const Comparison& with,
                             const ChunkExtent& extent) {
    const Objective& objective = with.objective;
    const Index valid =
        std::clamp<Index>(with.valid - extent.first_item, 0, extent.items);
    const bool partial = with.valid < options_.minibatch;
    double* sum = with.tally.sums.as<double>() + (partial ? objective.entries() : 0);
    double* const sums = sum;
    std::size_t at = 0;  // among the plan's probes
    for (const LossSpec& loss : objective.losses) {
        if (loss.kind != LossKind::program) {
            const Seen seen{at++, loss.probe, loss.last_step};
            if (const auto rows = compared_rows(runner, with, seen, extent)) {
                add_loss(*rows, loss, with, valid, sum);
                flag_loss(with, sum);
            }
        }
        ++sum;
    }
    if (objective.program != nullptr) {
        add_program(runner, with, extent, at, sums);
        at += objective.program->compared.size();
    }
    for (const MetricSpec& metric : objective.metrics) {
        if (metric.value < 0) {
            const Seen seen{at++, metric.probe, metric.last_step};
            if (const auto rows = compared_rows(runner, with, seen, extent)) {
                add_correct(*rows, valid, sum);
            }
        }
        ++sum;
    }
}

void SessionCore::add_correct(const Compared& rows, Index valid, double* sum) const {
    run_as(device_, rows.prediction.dtype, [&]<class Real>(const auto& exec, Real) {
        count_correct(exec, rows.prediction.as<const Real>(),
                      rows.target.as<const Real>(), valid, sum);
    });
}

Index SessionCore::compared_samples(int probe, bool last_step, Index n_steps) const {
    return last_step ? 1 : CallSamples(model_->probe(probe), step_, n_steps).count();
}

Scores SessionCore::read_scores(const Objective& objective, const Tally& tally,
                                Index items, Index n_steps, bool training) const {
    const std::size_t n_losses = objective.losses.size(), n = objective.entries();
    std::vector<double> sums(2 * n);
    device_.download(sums.data(), tally.sums.data(), sums.size() * sizeof(double));
    const Index partial = items % options_.minibatch;
    const auto total = static_cast<double>(items);
    // Training sums means of minibatches, evaluation and metrics sum over items.
    const double full_weight =
        training ? static_cast<double>(options_.minibatch) / total : 1.0 / total;
    const double part_weight =
        training ? static_cast<double>(partial) / total : 1.0 / total;
    Scores scores;
    for (std::size_t i = 0; i < n_losses; ++i) {
        const double value = sums[i] * full_weight + sums[n + i] * part_weight;
        const double weight = objective.losses[i].weight;
        scores.loss += value;
        scores.losses.push_back(weight != 0 ? value / weight : 0.0);
    }
    for (std::size_t m = 0; m < objective.metrics.size(); ++m) {
        const MetricSpec& metric = objective.metrics[m];
        const std::size_t i = n_losses + m;
        const Index samples =
            metric.value < 0 ? compared_samples(metric.probe, metric.last_step, n_steps)
                             : 1;
        scores.metrics.push_back((sums[i] + sums[n + i]) /
                                 (total * static_cast<double>(samples)));
    }
    return scores;
}

}  // namespace nengine::engine

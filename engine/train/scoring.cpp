#include "engine/train/scoring.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "engine/ir/sampling.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/loss.hpp"

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

Scoring::Scoring(Replica& replica, ObjectiveRuns& runs,
                 std::shared_ptr<const Objective> objective, Index n_steps,
                 bool training)
    : replica_(replica),
      device_(replica.device()),
      objective_(std::move(objective)),
      n_steps_(n_steps),
      training_(training),
      rules_(runs.rules()),
      run_(objective_->program != nullptr ? runs.of(*objective_, training) : nullptr),
      memory_(device_.allocate(objective_->entries() * sizeof(double) + sizeof(Tail),
                               "losses")) {
    restart();
}

void Scoring::check(Calls calls) const {
    if (calls == Calls::isolated) {
        return;
    }
    for (const int probe : objective_->observed()) {
        const ProbePoint& point = replica_.model().probe(probe);
        const double period = std::max(point.period, 1.0);
        if (std::fmod(static_cast<double>(n_steps_), period) != 0.0) {
            throw ValidationError(
                "probe '" + point.name + "': got stateful calls of " +
                std::to_string(n_steps_) +
                " steps, whose samples differ, needs a multiple of its sample_every");
        }
    }
}

Observed Scoring::observed() const {
    return {.probes = objective_->probes(), .only_seen = objective_->only_seen()};
}

void Scoring::restart() {
    device_.zero(memory_.data(), memory_.bytes());
}

void Scoring::use(std::shared_ptr<PlanRunner> runner) {
    compared_.clear();
    runner_ = std::move(runner);
}

AnyBlock Scoring::add_memory(Compared& to, Index steps, const AnyBlock& like) const {
    AnyBlock rows = like;
    rows.steps = steps;
    to.memory.push_back(device_.allocate(rows.bytes(), "samples of a probe"));
    return without_gaps(rows, to.memory.back().data());
}

const Index* Scoring::add_table(Compared& to, const std::vector<Index>& table) const {
    to.memory.push_back(upload_table(device_, table));
    return to.memory.back().as<Index>();
}

/// Where rows are evenly spaced they are compared in place, else as copies.
void Scoring::take_rows(Compared& to, const std::vector<Index>& steps) const {
    const bool differentiates = to.all_gradient.data != nullptr;
    if (const auto in_place = evenly_spaced(to.all, steps)) {
        to.prediction = *in_place;
        if (differentiates) {
            to.gradient = *evenly_spaced(to.all_gradient, steps);
        }
        return;
    }
    to.prediction = add_memory(to, to.n, to.all);
    to.steps = add_table(to, steps);
    if (differentiates) {
        to.gradient = add_memory(to, to.n + 1, to.all);
        device_.zero(to.gradient.data, to.memory.back().bytes());
        to.gradient.steps = to.n;
        to.rows_of_gradient = add_table(to, places(steps, to.all_gradient.steps));
    }
}

auto Scoring::rows_of(const Seen& seen, const ChunkExtent& extent, Index target_size)
    -> const Compared& {
    if (!training_) {
        compared_.clear();
    }
    const auto [entry, is_new] = compared_.try_emplace(
        {seen.at, extent.first_step, extent.steps, extent.first_item});
    Compared& rows = entry->second;
    if (!is_new) {
        return rows;
    }
    const ProbeRows& probe = runner_->plan().probes[seen.at];
    const CallSamples samples(replica_.model().probe(probe.probe), replica_.step(),
                              n_steps_);
    const SampledRows at = seen.last_step
                               ? samples.last_in_chunk(extent.first_step, extent.steps)
                               : samples.in_chunk(extent.first_step, extent.steps);
    rows.n = std::ssize(at.rows);
    rows.before = at.before;
    rows.of_call = seen.last_step ? 1 : samples.count();
    rows.all = runner_->block(probe.rows, extent).over(extent.steps, extent.items);
    if (training_ && probe.gradient.present()) {
        rows.all_gradient = runner_->block(probe.gradient, extent);
    }
    if (rows.n > 0) {
        take_rows(rows, at.rows);
        rows.target = add_memory(
            rows, rows.n,
            {.dtype = rows.all.dtype, .batch = extent.items, .cols = target_size});
    }
    return rows;
}

/// What a tile has given, where it is compared as a copy; no gradient where nothing is.
void Scoring::take_values(const Compared& rows) const {
    run_as(device_, rows.all.dtype, [&]<class Real>(const auto& exec, Real) {
        if (rows.all_gradient.data != nullptr && rows.n < rows.all_gradient.steps &&
            rows.rows_of_gradient == nullptr) {
            fill(exec, FillArgs<Bound<Real>>{rows.all_gradient.as<Real>(), Real{0}});
        }
        if (rows.steps != nullptr) {
            select_rows(exec, rows.all.as<const Real>(), rows.steps,
                        rows.prediction.as<Real>());
        }
    });
}

auto Scoring::compare(const Batch& batch, const Seen& seen, const ChunkExtent& extent)
    -> const Compared* {
    const ItemSource& targets = batch.data.targets.at(seen.probe);
    const Compared& rows = rows_of(seen, extent, targets.size());
    take_values(rows);
    if (rows.n == 0) {
        return nullptr;
    }
    targets.select(device_, rows.before, batch.items + extent.first_item, rows.target);
    return &rows;
}

void Scoring::add_loss(const Compared& rows, const LossSpec& loss, const Batch& batch,
                       Index valid, double* sum) const {
    const bool mse = loss.kind == LossKind::mean_squared_error;
    const double terms =
        static_cast<double>(rows.of_call) *
        (mse ? static_cast<double>(rows.prediction.rows * rows.prediction.cols) : 1.0);
    run_as(device_, rows.prediction.dtype, [&]<class Real>(const auto& exec, Real) {
        const LossArgs<Real> args{
            .prediction = rows.prediction.as<const Real>(),
            .target = rows.target.as<const Real>(),
            .valid = valid,
            .scale = static_cast<Real>(loss.weight / (terms * items_of_mean(batch))),
            .value_weight = items_of_mean(batch),
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

void Scoring::flag_loss(const double* sum) const {
    device_.run([&](const auto& exec) {
        flag_non_finite(exec, sum, flag(), static_cast<int>(NonFinite::loss));
    });
}

void Scoring::add_correct(const Compared& rows, Index valid, double* sum) const {
    run_as(device_, rows.prediction.dtype, [&]<class Real>(const auto& exec, Real) {
        count_correct(exec, rows.prediction.as<const Real>(),
                      rows.target.as<const Real>(), valid, sum);
    });
}

Index Scoring::valid_in(const Batch& batch, const ChunkExtent& extent) {
    return std::clamp<Index>(batch.valid - extent.first_item, 0, extent.items);
}

double Scoring::items_of_mean(const Batch& batch) const {
    return training_ ? static_cast<double>(batch.valid) : 1.0;
}

void Scoring::add(const Batch& batch, const ChunkExtent& extent) {
    const Index valid = valid_in(batch, extent);
    auto* const sums = memory_.as<double>();
    double* sum = sums;
    std::size_t at = 0;  // among the plan's probes
    for (const LossSpec& loss : objective_->losses) {
        if (loss.kind != LossKind::program) {
            const Seen seen{at++, loss.probe, loss.last_step};
            if (const Compared* rows = compare(batch, seen, extent)) {
                add_loss(*rows, loss, batch, valid, sum);
                flag_loss(sum);
            }
        }
        ++sum;
    }
    if (run_ != nullptr) {
        add_program(batch, extent, at, sums);
        at += objective_->program->compared.size();
    }
    for (const MetricSpec& metric : objective_->metrics) {
        if (metric.value < 0) {
            const Seen seen{at++, metric.probe, metric.last_step};
            if (const Compared* rows = compare(batch, seen, extent)) {
                add_correct(*rows, valid, sum);
            }
        }
        sum += metric.size;
    }
}

/// Sums are of items, as losses'.
void Scoring::add_penalty(Index items) {
    if (rules_.has_penalty()) {
        rules_.add_penalty(training_, static_cast<double>(items), &tail()->penalty);
        flag_loss(&tail()->penalty);
    }
}

void Scoring::count_minibatch() const {
    device_.run(
        [&](const auto& exec) { count_unflagged(exec, flag(), &tail()->minibatches); });
}

auto Scoring::read() const -> Sums {
    std::vector<std::byte> bytes(memory_.bytes());
    device_.download(bytes.data(), memory_.data(), bytes.size());
    Sums result;
    result.of_entries.resize(objective_->entries());
    const std::size_t n_bytes = result.of_entries.size() * sizeof(double);
    std::memcpy(result.of_entries.data(), bytes.data(), n_bytes);
    Tail last{};
    std::memcpy(&last, bytes.data() + n_bytes, sizeof last);
    result.penalty = last.penalty;
    result.minibatches = last.minibatches;
    result.non_finite = static_cast<NonFinite>(last.flag);
    return result;
}

void Scoring::write(const Sums& sums) {
    const Tail last{sums.penalty, sums.minibatches, static_cast<int>(sums.non_finite)};
    device_.upload(memory_.data(), sums.of_entries.data(),
                   sums.of_entries.size() * sizeof(double));
    device_.upload(tail(), &last, sizeof last);
}

Scores Scoring::scores(const Sums& sums, Index items) const {
    const auto total = static_cast<double>(items);
    const std::size_t n_losses = objective_->losses.size();
    Scores scores;
    for (std::size_t i = 0; i < n_losses; ++i) {
        const double value = sums.of_entries[i] / total;
        const double weight = objective_->losses[i].weight;
        scores.loss += value;
        scores.losses.push_back(weight != 0 ? value / weight : 0.0);
    }
    if (rules_.has_penalty()) {
        scores.regularization = sums.penalty / total;
        scores.loss += *scores.regularization;
    }
    auto sum = sums.of_entries.begin() + static_cast<std::ptrdiff_t>(n_losses);
    for (const MetricSpec& metric : objective_->metrics) {
        scores.metrics.emplace_back(sum, sum + metric.size);
        sum += metric.size;
        if (metric.value < 0 && !metric.last_step) {
            const CallSamples samples(replica_.model().probe(metric.probe),
                                      replica_.step(), n_steps_);
            scores.metrics.back().front() /= static_cast<double>(samples.count());
        }
    }
    scores.items = total;
    return scores;
}

}  // namespace nengine::engine

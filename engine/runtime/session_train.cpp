#include <algorithm>
#include <cmath>

#include "engine/runtime/session_impl.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/gather.hpp"
#include "kernels/loss.hpp"

namespace nengine {
namespace {

/// The probe of an objective's loss or metric; losses come first.
int probe_of(const Objective& objective, std::size_t entry) {
    const std::size_t n_losses = objective.losses.size();
    return entry < n_losses ? objective.losses[entry].probe
                            : objective.metrics[entry - n_losses].probe;
}

std::vector<int> probes_of(const Objective& objective) {
    std::vector<int> probes(objective.losses.size() + objective.metrics.size());
    for (std::size_t entry = 0; entry < probes.size(); ++entry) {
        probes[entry] = probe_of(objective, entry);
    }
    return probes;
}

/// Training runs no metrics: only losses have gradients.
std::vector<int> loss_probes(const Objective& objective) {
    std::vector<int> probes = probes_of(objective);
    probes.resize(objective.losses.size());
    return probes;
}

template <class Real>
Block<Real> last_row(Block<Real> block) {
    block.data += (block.steps - 1) * block.time_stride;
    block.steps = 1;
    return block;
}

}  // namespace

template <class Real>
Tally SessionOf<Real>::make_tally(const Objective& objective) const {
    const std::size_t n = objective.losses.size() + objective.metrics.size();
    Tally tally{device_.allocate(2 * n * sizeof(double), "losses"),
                device_.allocate(sizeof(int), "a flag")};
    device_.zero(tally.sums.data(), tally.sums.bytes());
    device_.zero(tally.flag.data(), sizeof(int));
    return tally;
}

/// Whether a loss or metric (losses come first) is of the last step of a call.
template <class Real>
bool SessionOf<Real>::is_last_step_only(const Objective& objective,
                                        std::size_t entry) const {
    const std::size_t n_losses = objective.losses.size();
    const bool last = entry < n_losses ? objective.losses[entry].last_step
                                       : objective.metrics[entry - n_losses].last_step;
    const auto probe = static_cast<std::size_t>(probe_of(objective, entry));
    return last || !model_->probes[probe].keep_history;
}

/// Nothing where only the last step counts and the chunk is not the last.
template <class Real>
auto SessionOf<Real>::compared_rows(Runner& runner, const Comparison& with,
                                    std::size_t entry, const ChunkExtent& extent,
                                    Index call_step) const -> std::optional<Compared> {
    const ProbeRows& rows = runner.plan().probes[entry];
    Compared result;
    result.prediction =
        runner.binder().block(rows.rows, extent, extent.steps, extent.items);
    if (with.training && rows.gradient.present()) {
        result.gradient = runner.binder().block(rows.gradient, extent);
    }
    const bool last = is_last_step_only(with.objective, entry);
    result.steps = last ? 1 : with.n_steps;
    if (last) {
        if (result.gradient.data != nullptr) {
            device_.run(
                [&](const auto& exec) { fill(exec, result.gradient, Real{0}); });
            result.gradient = last_row(result.gradient);
        }
        if (call_step + extent.steps < with.n_steps) {
            return std::nullopt;
        }
        result.prediction = last_row(result.prediction);
    }
    const Block<const Real> all =
        with.targets.at(probe_of(with.objective, entry))
            .rows(last ? with.n_steps - 1 : call_step, result.prediction.steps);
    const auto count = static_cast<std::size_t>(all.steps * extent.items * all.cols);
    result.memory = device_.allocate(count * sizeof(Real), "targets");
    result.target = {.data = result.memory.template as<Real>(),
                     .steps = all.steps,
                     .batch = extent.items,
                     .rows = 1,
                     .cols = all.cols,
                     .time_stride = extent.items * all.cols,
                     .batch_stride = all.cols};
    select(all, with.items + extent.first_item, result.target);
    return result;
}

template <class Real>
void SessionOf<Real>::add_loss(const Compared& rows, const LossSpec& loss,
                               const Comparison& with, Index valid, double* sum) const {
    const bool mse = loss.kind == LossKind::mean_squared_error;
    const double terms =
        static_cast<double>(rows.steps) *
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
        flag_non_finite(exec, sum, with.tally.flag.template as<int>());
    });
}

template <class Real>
void SessionOf<Real>::add_losses(Runner& runner, const Comparison& with,
                                 const ChunkExtent& extent, Index call_step) {
    const std::size_t n_losses = with.objective.losses.size();
    const std::size_t n_sums = n_losses + with.objective.metrics.size();
    const Index valid =
        std::clamp<Index>(with.valid - extent.first_item, 0, extent.items);
    const bool partial = with.valid < options_.minibatch;
    for (std::size_t i = 0; i < (with.training ? n_losses : n_sums); ++i) {
        const auto rows = compared_rows(runner, with, i, extent, call_step);
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
Scores SessionOf<Real>::read_scores(const Objective& objective, const Tally& tally,
                                    Index items, bool training) const {
    const std::size_t n_losses = objective.losses.size();
    const std::size_t n = n_losses + objective.metrics.size();
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

template <class Real>
Scores SessionOf<Real>::evaluate(Index n_steps, const Feeds& feeds,
                                 const Targets& targets, const Objective& objective,
                                 const Session::Progress& progress) {
    Runner& runner = runner_for(n_steps, feeds, probes_of(objective), false);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const Index items = targets.begin()->second.batch;
    const ItemOrder order = all_in_order(items);
    const Tally tally = make_tally(objective);
    for (Index first = 0; first < items; first += options_.minibatch) {
        runner.load_state(state_);
        ProcessStates processes = processes_;
        runner.use(processes);
        const Index valid = std::min(options_.minibatch, items - first);
        const Index* rows = order.device.as<Index>() + first;
        const Comparison with{objective, wanted, rows, n_steps, valid, false, tally};
        run_minibatch(runner, n_steps, sources, rows,
                      [&](const ChunkExtent& extent, Index call_step) {
                          add_losses(runner, with, extent, call_step);
                      });
        runner.save_learned(state_);
        if (progress) {
            progress(first + valid, items);
        }
    }
    Scores scores = read_scores(objective, tally, items, false);
    for (std::size_t m = 0; m < scores.metrics.size(); ++m) {
        const bool last = is_last_step_only(objective, objective.losses.size() + m);
        scores.metrics[m] /= last ? 1.0 : static_cast<double>(n_steps);
    }
    return scores;
}

/// Minibatches of training each have noise of their own, or the network would learn one
/// course of it by heart.
template <class Real>
ProcessStates SessionOf<Real>::processes_of_training(const Runner& runner,
                                                     Index minibatch) const {
    ProcessStates processes = processes_;
    if (minibatch > 0) {
        processes.restart(runner.plan(), minibatch * options_.minibatch);
    }
    return processes;
}

template <class Real>
Index SessionOf<Real>::train_minibatch(Runner& runner, Index n_steps,
                                       const Objective& objective,
                                       const Sources& sources, const Sources& targets,
                                       const Index* items, Index valid, Index minibatch,
                                       const Tally& tally) {
    runner.refresh_parameters();
    runner.load_state(state_);
    ProcessStates processes = processes_of_training(runner, minibatch);
    runner.use(processes);
    runner.zero_gradients();
    const Comparison with{objective, targets, items, n_steps, valid, true, tally};
    run_minibatch(runner, n_steps, sources, items,
                  [&](const ChunkExtent& extent, Index call_step) {
                      add_losses(runner, with, extent, call_step);
                      runner.backward(extent);
                  });
    runner.collect_gradients();
    return valid;
}

template <class Real>
Scores SessionOf<Real>::train(Index n_steps, const Feeds& feeds, const Targets& targets,
                              const Objective& objective,
                              const std::vector<Index>& order,
                              const Session::Progress& progress) {
    Objective losses = objective;
    losses.metrics.clear();
    Runner& runner = runner_for(n_steps, feeds, loss_probes(objective), true);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const ItemOrder items = make_order(order);
    const Tally tally = make_tally(losses);
    for (Index first = 0; first < items.items; first += options_.minibatch) {
        const Index valid = std::min(options_.minibatch, items.items - first);
        const Index* rows = items.device.as<Index>() + first;
        train_minibatch(runner, n_steps, losses, sources, wanted, rows, valid, trained_,
                        tally);
        runner.save_learned(state_);
        ++trained_;
        optimizer_.update(parameters_, tally.flag.as<int>());
        if (progress) {
            progress(first + valid, items.items);
        }
        // A copy from the device waits for it: there, only the end of the epoch looks,
        // at all minibatches. Nothing has been updated since the first that was not
        // finite.
        if (!device_.is_cuda()) {
            throw_if_not_finite(runner, tally, n_steps, sources, rows, 1);
        } else if (first + valid == items.items) {
            throw_if_not_finite(
                runner, tally, n_steps, sources, items.device.as<Index>(),
                (items.items + options_.minibatch - 1) / options_.minibatch);
        }
    }
    return read_scores(losses, tally, items.items, true);
}

template <class Real>
std::map<std::string, std::vector<double>> SessionOf<Real>::gradients(
    Index n_steps, const Feeds& feeds, const Targets& targets,
    const Objective& objective) {
    Objective losses = objective;
    losses.metrics.clear();
    Runner& runner = runner_for(n_steps, feeds, loss_probes(objective), true);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const Index valid = std::min(options_.minibatch, targets.begin()->second.batch);
    const ItemOrder order = all_in_order(valid);
    const Tally tally = make_tally(losses);
    train_minibatch(runner, n_steps, losses, sources, wanted, order.device.as<Index>(),
                    valid, trained_, tally);
    std::map<std::string, std::vector<double>> result;
    for (const auto& [signal, offset] : parameters_.layout()) {
        const std::string& name = model_->signal(signal).parameter;
        result[name.empty() ? model_->signal(signal).name : name] =
            parameters_.read(signal, true);
    }
    return result;
}

template <class Real>
void SessionOf<Real>::set_optimizer(const Optimizer& optimizer) {
    optimizer_.set(optimizer);
}

template <class Real>
void SessionOf<Real>::set_learning_rate(double learning_rate) {
    optimizer_.set_learning_rate(learning_rate);
}

template <class Real>
void SessionOf<Real>::find_fault(const Runner& runner, const ChunkExtent& extent,
                                 Fault& fault) const {
    const Plan& plan = runner.plan();
    for (BufferId b = 0; b < static_cast<BufferId>(plan.buffers.size()); ++b) {
        const BufferSpec& spec = plan.buffers[static_cast<std::size_t>(b)];
        const bool forward = spec.first_stage < static_cast<int>(plan.forward.size());
        if (spec.kind != BufferKind::work || !forward || spec.last_stage < 0) {
            continue;
        }
        const Operand all{.buffer = b,
                          .in_time = spec.history ? Rows::history : Rows::fixed,
                          .shift = spec.history ? spec.extra_rows : 0,
                          .cols = spec.width};
        const Block<Real> block = runner.binder().block(all, extent);
        const std::vector<double> values =
            download_from(device_, block.data, static_cast<std::size_t>(block.size()));
        const auto bad =
            std::ranges::find_if(values, [](double v) { return !std::isfinite(v); });
        if (bad == values.end()) {
            continue;
        }
        const Index step = (bad - values.begin()) / (block.batch * block.cols);
        if (fault.step < 0 ||
            std::pair(step, spec.first_stage) < std::pair(fault.step, fault.stage)) {
            fault = {step, spec.first_stage, spec.name};
        }
    }
}

/// Runs minibatches again with every row kept, until one holds a number that is not
/// finite: the earliest step, and within it the earliest stage, is where it began.
template <class Real>
void SessionOf<Real>::throw_if_not_finite(Runner& runner, const Tally& tally,
                                          Index n_steps, const Sources& sources,
                                          const Index* items, Index minibatches) {
    int flag = 0;
    device_.download(&flag, tally.flag.data(), sizeof(flag));
    if (flag == 0) {
        return;
    }
    PlannerOptions options = options_.planner;
    options.reuse_buffers = false;
    Runner again(device_, std::make_shared<Plan>(runner.plan()), options,
                 runner.chunk(), parameters_, state_);
    again.refresh_parameters();
    Fault fault;
    for (Index m = 0; m < minibatches && fault.step < 0; ++m) {
        again.load_state(state_);
        ProcessStates processes =
            processes_of_training(again, trained_ - minibatches + m);
        again.use(processes);
        run_minibatch(again, n_steps, sources, items + m * options_.minibatch,
                      [&](const ChunkExtent& extent, Index) {
                          find_fault(again, extent, fault);
                      });
    }
    const std::string where = fault.step < 0
                                  ? "in the loss itself; the signals are finite"
                                  : "first at step " + std::to_string(fault.step + 1) +
                                        " in signal '" + fault.signal + "'";
    throw SimulationError(
        "train: the loss became NaN or infinite, " + where +
        "; the parameters are those before this minibatch; try a smaller "
        "learning rate");
}

template class SessionOf<float>;
template class SessionOf<double>;

}  // namespace nengine

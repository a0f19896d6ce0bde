#include <algorithm>

#include "engine/session/look_calls.hpp"
#include "engine/session/session_core.hpp"
#include "kernels/loss.hpp"

namespace nengine::engine {
namespace {

std::vector<int> probes_of(const Objective& objective) {
    std::vector<int> probes(objective.entries());
    for (std::size_t entry = 0; entry < probes.size(); ++entry) {
        probes[entry] = objective.probe(entry);
    }
    return probes;
}

/// Training runs no metrics: only losses have gradients.
Objective losses_of(const Objective& objective) {
    return {.losses = objective.losses, .metrics = {}};
}

}  // namespace

Scores SessionCore::evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                             const Objective& objective,
                             const Session::Progress& progress) {
    Runner& runner = isolated_runner(n_steps, feeds, probes_of(objective));
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const Index items = targets.begin()->second.batch;
    const ItemOrder order = all_in_order(items);
    const Tally tally = make_tally(objective);
    for (Index first = 0; first < items; first += options_.minibatch) {
        runner.load_state(state_);
        ProcessStates processes = processes_;
        runner.use(processes);
        const Index* rows = order.device.as<Index>() + first;
        const Comparison with{.objective = objective,
                              .targets = wanted,
                              .items = rows,
                              .n_steps = n_steps,
                              .valid = std::min(options_.minibatch, items - first),
                              .minibatch = first / options_.minibatch,
                              .training = false,
                              .tally = tally};
        LookCalls looks(runner, device_, options_.minibatch, with.valid);
        run_minibatch(runner, n_steps, sources, rows,
                      [&](const ChunkExtent& extent, Index) {
                          looks.after_tile(extent);
                          add_losses(runner, with, extent);
                      });
        runner.save_learned(state_);
        if (progress) {
            progress(first + with.valid, items);
        }
    }
    Scores scores = read_scores(objective, tally, items, false);
    for (std::size_t m = 0; m < scores.metrics.size(); ++m) {
        scores.metrics[m] /= static_cast<double>(
            compared_samples(objective, objective.losses.size() + m, n_steps));
    }
    return scores;
}

/// Minibatches of training each have noise of their own, or the network would learn one
/// course of it by heart.
void SessionCore::begin_minibatch(Runner& runner, ProcessStates& processes,
                                  Index number, CallLog known) {
    processes.calls = std::move(known);
    if (number > 0) {
        processes.restart(runner.plan(), number * options_.minibatch);
    }
    runner.use(processes, true);
    runner.refresh_parameters();
    runner.load_state(state_);
    runner.zero_gradients();
}

auto SessionCore::comparison(const Epoch& epoch, Index minibatch) const -> Comparison {
    const Index first = minibatch * options_.minibatch;
    return {.objective = epoch.objective,
            .targets = epoch.targets,
            .items = epoch.order.device.as<Index>() + first,
            .n_steps = epoch.n_steps,
            .valid = std::min(options_.minibatch, epoch.order.items - first),
            .minibatch = minibatch,
            .training = true,
            .tally = epoch.tally};
}

CallLog SessionCore::train_minibatch(Runner& runner, const Epoch& epoch,
                                     Index minibatch) {
    ProcessStates processes = processes_;
    const Index number = epoch.first + minibatch;
    begin_minibatch(runner, processes, number,
                    number > 0 ? CallLog{} : processes_.calls);
    const Comparison with = comparison(epoch, minibatch);
    LookCalls looks(runner, device_, options_.minibatch, with.valid);
    run_minibatch(runner, epoch.n_steps, epoch.sources, with.items,
                  [&](const ChunkExtent& extent, Index) {
                      looks.after_tile(extent);
                      add_losses(runner, with, extent);
                      runner.backward(extent);
                  });
    runner.collect_gradients();
    return std::move(processes.calls);
}

void SessionCore::check_gradients(const Epoch& epoch, Index minibatch) {
    const bool squares = !std::holds_alternative<Sgd>(optimizer_.optimizer());
    const void* gradients = parameters_.gradients();
    run_as(device_, options_.dtype, [&]<class Real>(const auto& exec, Real) {
        flag_non_finite(exec, static_cast<const Real*>(gradients), parameters_.size(),
                        squares, static_cast<Real>(optimizer_.gradient_scale()),
                        epoch.tally.flag.as<int>(),
                        flag_code(minibatch, NonFinite::gradient));
    });
}

void SessionCore::check_parameters(const Epoch& epoch) {
    const void* values = parameters_.values();
    run_as(device_, options_.dtype, [&]<class Real>(const auto& exec, Real) {
        flag_non_finite(exec, static_cast<const Real*>(values), parameters_.size(),
                        false, Real(1), epoch.tally.flag.as<int>(),
                        flag_code(0, NonFinite::parameter));
    });
}

Scores SessionCore::train(Index n_steps, const Feeds& feeds, const Targets& targets,
                          const Objective& objective, const std::vector<Index>& order,
                          const Session::Progress& progress) {
    optimizer_.check_learning_rate();
    const Objective losses = losses_of(objective);
    Runner& runner = runner_for(n_steps, feeds, probes_of(losses), true);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const ItemOrder items = make_order(order);
    const Tally tally = make_tally(losses);
    const Epoch epoch{losses, sources, wanted, items, n_steps, trained_, tally};
    // A copy from the device waits for it: there, only the end of the epoch looks, but
    // where the steps wait for functions of the user's anyway, whose results are kept
    // no longer than their minibatch. Nothing has been updated since the first
    // minibatch that was not finite.
    const bool looks_each = !device_.is_cuda() || calls_user(runner.plan());
    for (Index m = 0; m * options_.minibatch < items.items; ++m) {
        const CallLog calls = train_minibatch(runner, epoch, m);
        ++trained_;
        check_gradients(epoch, m);
        optimizer_.update(parameters_, tally.flag.as<int>());
        if (progress) {
            progress(std::min((m + 1) * options_.minibatch, items.items), items.items);
        }
        if (looks_each) {
            throw_if_not_finite(runner, epoch, calls);
        }
        runner.save_learned(state_);
    }
    check_parameters(epoch);
    throw_if_not_finite(runner, epoch, {});
    return read_scores(losses, tally, items.items, true);
}

std::map<std::string, std::vector<double>> SessionCore::gradients(
    Index n_steps, const Feeds& feeds, const Targets& targets,
    const Objective& objective) {
    const Objective losses = losses_of(objective);
    Runner& runner = runner_for(n_steps, feeds, probes_of(losses), true);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const ItemOrder order =
        all_in_order(std::min(options_.minibatch, targets.begin()->second.batch));
    const Tally tally = make_tally(losses);
    train_minibatch(runner, {losses, sources, wanted, order, n_steps, trained_, tally},
                    0);
    std::map<std::string, std::vector<double>> result;
    for (const auto& [signal, offset] : parameters_.layout()) {
        const std::string& name = model_->signal(signal).parameter;
        result[name.empty() ? model_->signal(signal).name : name] =
            parameters_.read(signal, true);
    }
    return result;
}

void SessionCore::set_optimizer(const Optimizer& optimizer) {
    optimizer_.set(optimizer);
}

void SessionCore::set_learning_rate(double learning_rate) {
    optimizer_.set_learning_rate(learning_rate);
}

}  // namespace nengine::engine

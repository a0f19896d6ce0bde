#include <algorithm>

#include "engine/session/look_calls.hpp"
#include "engine/session/session_core.hpp"
#include "kernels/loss.hpp"

namespace nengine::engine {
namespace {

Observed observed_by(const Objective& objective) {
    return {.probes = objective.probes(), .only_seen = objective.only_seen()};
}

}  // namespace

Scores SessionCore::evaluate(Index n_steps, const Feeds& feeds, const Targets& targets,
                             const Objective& objective,
                             const Session::Progress& progress, Phase phase) {
    Runner& runner = isolated_runner(n_steps, feeds, observed_by(objective), phase);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const Index items = items_of(feeds, targets, options_.minibatch);
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
    return read_scores(objective, tally, items, n_steps, false);
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
                                     Index minibatch, const AfterTile& after) {
    ProcessStates processes = processes_;
    const Index number = epoch.first + minibatch;
    begin_minibatch(runner, processes, number,
                    number > 0 ? CallLog{} : processes_.calls);
    const Comparison with = comparison(epoch, minibatch);
    LookCalls looks(runner, device_, options_.minibatch, with.valid);
    run_minibatch(runner, epoch.n_steps, epoch.sources, with.items,
                  [&](const ChunkExtent& extent, Index call_step) {
                      looks.after_tile(extent);
                      add_losses(runner, with, extent);
                      runner.backward(extent);
                      if (after) {
                          after(extent, call_step);
                      }
                  });
    runner.collect_gradients();
    return std::move(processes.calls);
}

void SessionCore::check_gradients(const Epoch& epoch, Index minibatch) {
    const bool squares = optimizer_.traits().squares_gradients;
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
                          const Session::AfterMinibatch& after) {
    Runner& runner = runner_for(n_steps, feeds, observed_by(objective), to_train);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const ItemOrder items = make_order(order);
    const Tally tally = make_tally(objective);
    const Epoch epoch{objective, sources,  wanted, items,
                      n_steps,   trained_, tally,  optimizer_.updates()};
    // A copy from the device waits for it: there, only the end of the epoch looks, but
    // where the steps wait for functions of the user's anyway, whose results are kept
    // no longer than their minibatch. Nothing has been updated since the first
    // minibatch that was not finite.
    const bool looks_each = !device_.is_cuda() || calls_user(runner.plan());
    Index done = 0;
    bool goes_on = true;
    const auto scores = [&] {
        return read_scores(objective, tally, done, n_steps, true);
    };
    for (Index m = 0; goes_on && done < items.items; ++m) {
        optimizer_.check_learning_rate();
        const CallLog calls = train_minibatch(runner, epoch, m);
        ++trained_;
        check_gradients(epoch, m);
        optimizer_.update(parameters_, tally.flag.as<int>());
        done = std::min((m + 1) * options_.minibatch, items.items);
        if (looks_each) {
            throw_if_not_finite(runner, epoch, calls);
        }
        runner.save_learned(state_);
        goes_on = !after || after({done, items.items, scores});
    }
    check_parameters(epoch);
    throw_if_not_finite(runner, epoch, {});
    return scores();
}

void SessionCore::read_input_gradients(const Runner& runner, const ChunkExtent& extent,
                                       std::map<int, std::vector<double>>& to) const {
    for (const PlanInput& input : runner.plan().inputs) {
        if (!input.gradient.present()) {
            continue;
        }
        const AnyBlock rows = runner.block(input.gradient, extent)
                                  .over(input.held ? 1 : extent.steps, extent.items);
        const Buffer dense = device_.allocate(rows.bytes(), "gradients by an input");
        AnyBlock by_item = without_gaps(rows, dense.data());
        by_item.time_stride = rows.cols;
        by_item.batch_stride = rows.steps * rows.cols;
        copy_block(device_, rows, by_item);
        with_real(rows.dtype, [&]<class Real>(Real) {
            std::vector<Real> numbers(static_cast<std::size_t>(rows.size()));
            device_.download(numbers.data(), dense.data(), dense.bytes());
            auto& all = to[input.input];
            all.insert(all.end(), numbers.begin(), numbers.end());
        });
    }
}

Gradients SessionCore::gradients(Index n_steps, const Feeds& feeds,
                                 const Targets& targets, const Objective& objective,
                                 bool by_inputs) {
    std::vector<int> fed;
    for (const auto& [input, tensor] : by_inputs ? feeds : Feeds{}) {
        fed.push_back(input);
    }
    Runner& runner = runner_for(n_steps, feeds, observed_by(objective), to_train, fed);
    const Sources sources = make_sources(feeds), wanted = make_sources(targets);
    const ItemOrder order = all_in_order(
        std::min(options_.minibatch, items_of(feeds, targets, options_.minibatch)));
    const Tally tally = make_tally(objective);
    Gradients result;
    train_minibatch(runner,
                    {objective, sources, wanted, order, n_steps, trained_, tally}, 0,
                    [&](const ChunkExtent& extent, Index) {
                        read_input_gradients(runner, extent, result.inputs);
                    });
    for (auto& [input, numbers] : result.inputs) {  // not those of padded items
        const HostTensor& given = feeds.at(input);
        numbers.resize(
            static_cast<std::size_t>(order.items * given.steps * given.size));
    }
    for (const auto& [signal, offset] : parameters_.layout()) {
        const std::string& name = model_->signal(signal).parameter;
        result.parameters[name.empty() ? model_->signal(signal).name : name] =
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

void SessionCore::take_averages() {
    optimizer_.take_averages(parameters_);
}

}  // namespace nengine::engine

#include "engine/runtime/plan_runner.hpp"

#include <algorithm>
#include <array>

#include "kernels/rows.hpp"

namespace nengine::engine {
namespace {

/// Steps of a region in one CUDA graph. Launching a graph takes the host 3 to 6 us, and
/// a step takes the device 10 us even if it is the smallest: with 16 of them the host
/// needs a thirtieth of the time and can be late now and then. More would make graphs
/// of large regions (200 kernels a step) slow to make.
constexpr Index steps_per_graph = 16;

/// Whether kernels of the plan ask for the place of their random numbers.
bool has_draws(const Plan& plan) {
    return std::ranges::any_of(plan.forward, [](const Stage& stage) {
        return std::ranges::any_of(stage.commands, [](const Command& command) {
            const auto* call = std::get_if<KernelCall>(&command.args);
            return call != nullptr && call->draws();
        });
    });
}

}  // namespace

template <class Real>
PlanRunner<Real>::PlanRunner(const Device& device, std::shared_ptr<const Plan> plan,
                             const PlannerOptions& options, ChunkSize chunk,
                             ParameterStore<Real>& parameters,
                             const StateStore<Real>& layout)
    : device_(device),
      plan_(std::move(plan)),
      options_(options),
      chunk_(chunk),
      parameters_(parameters),
      minibatch_(layout.minibatch()),
      memory_(device, *plan_, options, chunk, layout.minibatch(), sizeof(Real)),
      steps_per_recording_(device.is_cuda() ? steps_per_graph : 1),
      counters_(device.allocate(
          static_cast<std::size_t>(steps_per_recording_) * sizeof(Index),
          "step counters")),
      origin_(device.allocate(sizeof(RandomOrigin), "the place of random numbers")),
      binder_(device_, *plan_, memory_, tables_, counters_.as<Index>(),
              origin_.as<RandomOrigin>()) {
    for (const auto& table : plan_->tables) {
        table_memory_.push_back(upload_table(device_, table));
        tables_.push_back(table_memory_.back().template as<Index>());
    }
    upload_constants();
    make_state_tables(layout);
    make_pack_calls();
    make_prepared_filters();
    draws_ = has_draws(*plan_);
    forward_timer_ = device_.timer(plan_->forward.size());
    backward_timer_ = device_.timer(plan_->backward.size());
}

template <class Real>
void PlanRunner<Real>::upload_constants() {
    for (BufferId b = 0; b < static_cast<BufferId>(plan_->buffers.size()); ++b) {
        const BufferKind kind = plan_->buffers[static_cast<std::size_t>(b)].kind;
        if (kind == BufferKind::parameter) {
            memory_.set(b, parameters_.values());
        } else if (kind == BufferKind::gradient) {
            memory_.set(b, parameters_.gradients());
        }
    }
    for (const auto& [buffer, values] : plan_->literals) {
        upload_as(device_, static_cast<Real*>(memory_.data(buffer)), values.data(),
                  values.size());
    }
}

template <class Real>
void PlanRunner<Real>::forward(const ChunkExtent& extent) {
    set_origin(extent);
    failed_step_.reset();
    if (extent.first_item == 0) {
        processes_->calls.forget_before(extent.first_step);
    }
    forward_timer_->start();
    for (std::size_t s = 0; s < plan_->forward.size(); ++s) {
        run_stage(plan_->forward[s], false, s, extent);
        forward_timer_->lap(s);
    }
}

template <class Real>
void PlanRunner<Real>::backward(const ChunkExtent& extent) {
    backward_timer_->start();
    for (std::size_t s = 0; s < plan_->backward.size(); ++s) {
        run_stage(plan_->backward[s], true, s, extent);
        backward_timer_->lap(s);
    }
}

template <class Real>
std::vector<double> PlanRunner<Real>::stage_seconds() const {
    std::vector<double> seconds = forward_timer_->seconds();
    for (const double back : backward_timer_->seconds()) {
        seconds.push_back(back);
    }
    return seconds;
}

template <class Real>
void PlanRunner<Real>::run_stage(const Stage& stage, bool backward, std::size_t index,
                                 const ChunkExtent& extent) {
    if (stage.kind == StageKind::stepped) {
        run_commands(stage.before, extent);
        run_steps(stage, backward, index, extent);
        run_commands(stage.after, extent);
    } else {
        run_folded(stage, extent);
    }
}

/// `steps`: those at hand, for what is called on the host; kernels of stepped stages
/// look at the step counter.
template <class Real>
void PlanRunner<Real>::run_command(const Command& command, const ChunkExtent& extent,
                                   HostSteps steps) {
    if (std::holds_alternative<HostCommand>(command.args) ||
        std::holds_alternative<ProcessCommand>(command.args)) {
        call_host(command, extent, steps);
    } else if (const auto* random = std::get_if<RandomCommand>(&command.args)) {
        draw(*random, extent);
    } else {
        binder_.bind(command, extent)();
    }
}

template <class Real>
void PlanRunner<Real>::run_commands(std::span<const Command> commands,
                                    const ChunkExtent& extent) {
    for (const Command& command : commands) {
        run_command(command, extent, {extent.first_step, extent.steps});
    }
}

template <class Real>
void PlanRunner<Real>::run_folded(const Stage& stage, const ChunkExtent& extent) {
    const std::span<const Command> commands = stage.commands;
    const auto first = static_cast<std::size_t>(stage.first_call);
    const auto n = static_cast<std::size_t>(stage.n_calls);
    run_commands(commands.first(first), extent);
    call_together(commands.subspan(first, n), extent);
    run_commands(commands.subspan(first + n), extent);
}

template <class Real>
RandomOrigin PlanRunner<Real>::origin(const ChunkExtent& extent) const {
    return {.seed = processes_->seed(),
            .first_step = static_cast<std::uint64_t>(extent.first_step),
            .first_item = static_cast<std::uint32_t>(processes_->first_item() +
                                                     extent.first_item)};
}

/// In folded stages only: a recorded step would draw the same numbers over and over.
template <class Real>
void PlanRunner<Real>::draw(const RandomCommand& command, const ChunkExtent& extent) {
    const RandomOrigin from = origin(extent);
    const RandomArgs<Real> args{
        .kind = command.kind,
        .seed = from.seed,
        .first_step = from.first_step,
        .first_item = from.first_item,
        .per_item = command.per_item,
        .scale = static_cast<Real>(command.scale),
        .shift = static_cast<Real>(command.shift),
        .pairs = tables_[static_cast<std::size_t>(command.pairs)],
        .n_pairs = command.n_pairs,
        .dst = binder_.block(command.output, extent)};
    device_.run([&](const auto& exec) { draw_random(exec, args); });
}

template <class Real>
void PlanRunner<Real>::set_origin(const ChunkExtent& extent) {
    if (!draws_) {
        return;
    }
    const RandomOrigin from = origin(extent);
    device_.upload(origin_.data(), &from, sizeof(from));
}

/// So that `step` comes next, then the one after it (backward: before it).
template <class Real>
void PlanRunner<Real>::set_counters(Index step, bool backward) {
    std::array<Index, steps_per_graph> steps{};
    for (Index& counter : steps) {
        counter = step;
        step += backward ? -1 : 1;
    }
    device_.upload(counters_.data(), steps.data(), counters_.bytes());
}

template <class Real>
void PlanRunner<Real>::run_steps(const Stage& stage, bool backward, std::size_t index,
                                 const ChunkExtent& extent) {
    if (options_.executor == ExecutorMode::recorded && !stage.has_host) {
        replay_steps(stage, backward, index, extent);
        return;
    }
    for (Index i = 0; i < extent.steps; ++i) {
        const Index step = backward ? extent.steps - 1 - i : i;
        set_counters(step, backward);
        for (const Command& command : stage.commands) {
            run_command(command, extent, {extent.first_step + step, 1});
        }
    }
}

template <class Real>
auto PlanRunner<Real>::recorded_steps(const Stage& stage, bool backward,
                                      std::size_t index, const ChunkExtent& extent)
    -> Recorded& {
    Recorded& recorded =
        recorded_[RecordingKey(backward, index, extent.items, extent.first_item)];
    const Index needed = std::min(steps_per_recording_, extent.steps);
    if (std::ssize(recorded.steps) >= needed) {
        return recorded;
    }
    // Bound from a copy that is gone before the first replay: a call that still looked
    // at it would be found by the address sanitizer.
    const auto commands = std::make_unique<std::vector<Command>>(stage.commands);
    for (Index step = std::ssize(recorded.steps); step < needed; ++step) {
        const Binder<Real> binder = binder_.later(step);
        auto& calls = recorded.steps.emplace_back();
        for (const Command& command : *commands) {
            calls.push_back(binder.bind(command, extent));
        }
    }
    return recorded;
}

template <class Real>
void PlanRunner<Real>::replay_steps(const Stage& stage, bool backward,
                                    std::size_t index, const ChunkExtent& extent) {
    Recorded& recorded = recorded_steps(stage, backward, index, extent);
    set_counters(backward ? extent.steps - 1 : 0, backward);
    for (Index done = 0; done < extent.steps; done += steps_per_recording_) {
        run_group(recorded, backward,
                  std::min(steps_per_recording_, extent.steps - done));
    }
}

/// A group of a new size is launched call by call. That makes libraries ready, which
/// they cannot be made in a recording, and recording it would take as long as launching
/// it: it pays off only from the second time on.
template <class Real>
void PlanRunner<Real>::run_group(Recorded& recorded, bool backward, Index steps) {
    const auto launch = [&] {
        for (Index step = 0; step < steps; ++step) {
            for (const Call& call : recorded.steps[static_cast<std::size_t>(step)]) {
                call();
            }
        }
        device_.run([&](const auto& exec) {
            advance(exec, counters_.as<Index>(), steps_per_recording_,
                    backward ? -steps : steps);
        });
    };
    if (!recorded.can_record) {
        launch();
        return;
    }
    const auto [known, is_new] = recorded.of_steps.try_emplace(steps);
    auto& recording = known->second;
    if (!is_new && recording == nullptr) {
        recording = device_.record(launch);
        recorded.can_record = recording != nullptr;
    }
    recording != nullptr ? recording->replay() : launch();
}

template class PlanRunner<float>;
template class PlanRunner<double>;

}  // namespace nengine::engine

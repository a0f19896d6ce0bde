#include "engine/runtime/plan_runner.hpp"

#include <algorithm>

#include "kernels/random.hpp"
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

PlanRunner::PlanRunner(const Device& device, std::shared_ptr<const Plan> plan,
                       const PlannerOptions& options, ChunkSize chunk,
                       ParameterStore& parameters, const StateStore& layout)
    : device_(device),
      plan_(std::move(plan)),
      options_(options),
      chunk_(chunk),
      parameters_(parameters),
      minibatch_(layout.minibatch()),
      memory_(device, *plan_, options, chunk, layout.minibatch()),
      steps_per_recording_(device.is_cuda() ? steps_per_graph : 1),
      counters_(device.allocate(
          static_cast<std::size_t>(steps_per_recording_) * sizeof(Index),
          "step counters")),
      call_origin_(
          device.allocate(sizeof(RandomOrigin), "the place of random numbers")),
      origin_(device.allocate(sizeof(RandomOrigin), "the place of random numbers")),
      bindings_{.device = device_,
                .plan = *plan_,
                .memory = memory_,
                .tables = {},
                .step_counter = counters_.as<Index>(),
                .origin = origin_.as<RandomOrigin>()} {
    for (const auto& table : plan_->tables) {
        table_memory_.push_back(upload_table(device_, table));
        bindings_.tables.push_back(table_memory_.back().as<Index>());
    }
    upload_constants();
    make_state_tables(layout);
    make_pack_calls();
    make_prepared_filters();
    draws_ = has_draws(*plan_);
    forward_timer_ = device_.timer(plan_->forward.size());
    backward_timer_ = device_.timer(plan_->backward.size());
}

void PlanRunner::upload_constants() {
    for (const BufferId b : plan_->buffers.ids()) {
        const BufferKind kind = plan_->buffers[b].kind;
        if (kind == BufferKind::parameter) {
            memory_.set(b, parameters_.values());
        } else if (kind == BufferKind::gradient) {
            memory_.set(b, parameters_.gradients());
        }
    }
    for (const auto& [buffer, values] : plan_->literals) {
        upload_as(device_, memory_.data(buffer), plan_->buffers[buffer].dtype,
                  values.data(), values.size());
    }
}

void PlanRunner::forward(const ChunkExtent& extent) {
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

void PlanRunner::backward(const ChunkExtent& extent) {
    backward_timer_->start();
    for (std::size_t s = 0; s < plan_->backward.size(); ++s) {
        run_stage(plan_->backward[s], true, s, extent);
        backward_timer_->lap(s);
    }
}

std::vector<double> PlanRunner::stage_seconds() const {
    std::vector<double> seconds = forward_timer_->seconds();
    for (const double back : backward_timer_->seconds()) {
        seconds.push_back(back);
    }
    return seconds;
}

void PlanRunner::run_stage(const Stage& stage, bool backward, std::size_t index,
                           const ChunkExtent& extent) {
    const HostSteps steps{extent.first_step, extent.steps};
    if (stage.kind == StageKind::stepped) {
        run_commands(stage.before, extent, steps);
        run_steps(stage, backward, index, extent);
        run_commands(stage.after, extent, steps);
        return;
    }
    const std::span<const Command> commands = stage.commands;
    const auto first = static_cast<std::size_t>(stage.first_call);
    const auto n = static_cast<std::size_t>(stage.n_calls);
    run_commands(commands.first(first), extent, steps);
    call_together(commands.subspan(first, n), extent);
    run_commands(commands.subspan(first + n), extent, steps);
}

/// `steps`: those at hand, for what is called on the host; kernels of stepped stages
/// look at the step counter.
void PlanRunner::run_commands(std::span<const Command> commands,
                              const ChunkExtent& extent, HostSteps steps) {
    for (const Command& command : commands) {
        if (const HostCommand* host = host_call(command)) {
            call_host(*host, extent, steps);
        } else {
            std::get<KernelCall>(command.args).bind(Binder(bindings_, extent))();
        }
    }
}

void PlanRunner::use(ProcessStates& processes, bool keeps_calls) {
    processes_ = &processes;
    keeps_calls_ = keeps_calls;
    if (draws_) {
        const RandomOrigin origin{
            .seed = processes.seed(),
            .first_item = static_cast<std::uint32_t>(processes.first_item())};
        device_.upload(call_origin_.data(), &origin, sizeof(origin));
    }
}

/// Says to kernels that draw where the random numbers of a chunk lie.
void PlanRunner::set_origin(const ChunkExtent& extent) {
    if (draws_) {
        device_.run([&](const auto& exec) {
            place_origin(exec, call_origin_.as<RandomOrigin>(), extent.first_step,
                         extent.first_item, origin_.as<RandomOrigin>());
        });
    }
}

/// So that `step` comes next, then the one after it (backward: before it).
void PlanRunner::set_counters(Index step, bool backward) {
    device_.run([&](const auto& exec) {
        count_from(exec, counters_.as<Index>(), steps_per_recording_, step,
                   backward ? -1 : 1);
    });
}

void PlanRunner::run_steps(const Stage& stage, bool backward, std::size_t index,
                           const ChunkExtent& extent) {
    const bool recorded = options_.executor == ExecutorMode::recorded;
    if (recorded && !stage.has_host) {
        replay_steps(stage, backward, index, extent);
        return;
    }
    const std::vector<Call>* bound =
        recorded ? &bound_steps(stage, backward, index, extent, 1).steps.front()
                 : nullptr;
    for (Index i = 0; i < extent.steps; ++i) {
        const Index step = backward ? extent.steps - 1 - i : i;
        set_counters(step, backward);
        for (std::size_t c = 0; c < stage.commands.size(); ++c) {
            if (bound != nullptr && (*bound)[c] != nullptr) {
                (*bound)[c]();
            } else {
                run_commands({&stage.commands[c], 1}, extent,
                             {extent.first_step + step, 1});
            }
        }
    }
}

auto PlanRunner::bound_steps(const Stage& stage, bool backward, std::size_t index,
                             const ChunkExtent& extent, Index needed) -> Recorded& {
    Recorded& recorded =
        recorded_[RecordingKey{backward, index, extent.items, extent.first_item,
                               plan_->reads_all_items ? extent.valid : 0}];
    if (std::ssize(recorded.steps) >= needed) {
        return recorded;
    }
    // Bound from a copy that is gone before the first replay: a call that still looked
    // at it would be found by the address sanitizer.
    const auto commands = std::make_unique<std::vector<Command>>(stage.commands);
    for (Index step = std::ssize(recorded.steps); step < needed; ++step) {
        const Binder binder = Binder(bindings_, extent).later(step);
        auto& calls = recorded.steps.emplace_back();
        for (const Command& command : *commands) {
            const auto* kernel = std::get_if<KernelCall>(&command.args);
            calls.push_back(kernel != nullptr ? kernel->bind(binder) : Call());
        }
    }
    return recorded;
}

void PlanRunner::replay_steps(const Stage& stage, bool backward, std::size_t index,
                              const ChunkExtent& extent) {
    Recorded& recorded = bound_steps(stage, backward, index, extent,
                                     std::min(steps_per_recording_, extent.steps));
    set_counters(backward ? extent.steps - 1 : 0, backward);
    for (Index done = 0; done < extent.steps; done += steps_per_recording_) {
        run_group(recorded, backward,
                  std::min(steps_per_recording_, extent.steps - done));
    }
}

/// A group of a new size is launched call by call. That makes libraries ready, which
/// they cannot be made in a recording, and recording it would take as long as launching
/// it: it pays off only from the second time on.
void PlanRunner::run_group(Recorded& recorded, bool backward, Index steps) {
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
    // A graph is no part of another: inside of one, its steps are.
    if (!recorded.can_record || device_.is_recording()) {
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

}  // namespace nengine::engine

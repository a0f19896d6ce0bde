#include <algorithm>
#include <memory>

#include "engine/runtime/host_call.hpp"
#include "engine/runtime/plan_runner.hpp"

// What a plan calls on the host: functions of the user's, and processes.

namespace nengine::engine {

HostContext PlanRunner::host_context() {
    return {.device = device_,
            .model = *plan_->model,
            .processes = *processes_,
            .minibatch = minibatch_,
            .keeps_calls = keeps_calls_,
            .failed = failed_step_};
}

void PlanRunner::call_host(const HostCommand& command, const ChunkExtent& extent,
                           HostSteps steps) {
    const HostContext context = host_context();
    if (!command.callee().users_own) {
        call_processes(context, command, extent, steps);
        return;
    }
    UserCall call(context, command, Binder(bindings_, extent), extent, steps);
    for (Index step = 0; step < steps.count; ++step) {
        call.call(step);
    }
    call.finish();
}

/// What is one for all items is computed in a chunk's first tile.
void PlanRunner::call_processes(const HostContext& context, const HostCommand& command,
                                const ChunkExtent& extent, HostSteps steps) {
    const Binder binder(bindings_, extent);
    const bool shared = !command.callee().differs_by_item && extent.items < minibatch_;
    const auto output = [&] {
        return binder.block(command.output).over(steps.count, 1);
    };
    if (shared && extent.first_item > 0) {
        write_block(device_, output(), shared_.at(&command));
        return;
    }
    call_side_by_side(context, command, binder, extent, steps);
    if (shared) {
        shared_[&command] = read_block(device_, output());
    }
}

void PlanRunner::call_together(std::span<const Command> commands,
                               const ChunkExtent& extent) {
    const HostContext context = host_context();
    const HostSteps steps{extent.first_step, extent.steps};
    const Binder binder(bindings_, extent);
    std::vector<std::unique_ptr<UserCall>> calls;
    for (const Command& command : commands) {
        calls.push_back(std::make_unique<UserCall>(context, *host_call(command), binder,
                                                   extent, steps));
    }
    for (Index step = 0; step < steps.count; ++step) {
        for (const auto& call : calls) {
            call->call(step);
        }
    }
    for (const auto& call : calls) {
        call->finish();
    }
}

}  // namespace nengine::engine

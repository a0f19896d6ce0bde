#include <algorithm>
#include <memory>

#include "engine/runtime/host_call.hpp"
#include "engine/runtime/plan_runner.hpp"

// What a plan calls on the host: functions of the user's, and processes.

namespace nengine::engine {

template <class Real>
HostContext<Real> PlanRunner<Real>::host_context() {
    return {.device = device_,
            .binder = binder_,
            .processes = *processes_,
            .dt = plan_->model->dt(),
            .minibatch = minibatch_,
            .keeps_calls = keeps_calls_,
            .failed = failed_step_};
}

template <class Real>
void PlanRunner<Real>::call_host(const Command& command, const ChunkExtent& extent,
                                 HostSteps steps) {
    const HostContext<Real> context = host_context();
    if (!calls_user(command)) {
        call_processes(context, std::get<ProcessCommand>(command.args), extent, steps);
        return;
    }
    UserCall<Real> call(context, command, extent, steps);
    for (Index step = 0; step < steps.count; ++step) {
        call.call(step);
    }
    call.finish();
}

/// What is one for all items is computed in a chunk's first tile.
template <class Real>
void PlanRunner<Real>::call_processes(const HostContext<Real>& context,
                                      const ProcessCommand& command,
                                      const ChunkExtent& extent, HostSteps steps) {
    const bool shared =
        !command.members.front().process.differs_by_item && extent.items < minibatch_;
    const auto block = [&] {
        return binder_.block(command.output, extent, steps.count, 1);
    };
    if (shared && extent.first_item > 0) {
        write_block(device_, block(), shared_.at(&command));
        return;
    }
    call_side_by_side(context, command, extent, steps);
    if (shared) {
        shared_[&command] = read_block(device_, block());
    }
}

template <class Real>
void PlanRunner<Real>::call_together(std::span<const Command> commands,
                                     const ChunkExtent& extent) {
    const HostContext<Real> context = host_context();
    const HostSteps steps{extent.first_step, extent.steps};
    std::vector<std::unique_ptr<UserCall<Real>>> calls;
    for (const Command& command : commands) {
        calls.push_back(
            std::make_unique<UserCall<Real>>(context, command, extent, steps));
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

template HostContext<float> PlanRunner<float>::host_context();
template HostContext<double> PlanRunner<double>::host_context();
template void PlanRunner<float>::call_host(const Command&, const ChunkExtent&,
                                           HostSteps);
template void PlanRunner<double>::call_host(const Command&, const ChunkExtent&,
                                            HostSteps);
template void PlanRunner<float>::call_together(std::span<const Command>,
                                               const ChunkExtent&);
template void PlanRunner<double>::call_together(std::span<const Command>,
                                                const ChunkExtent&);

}  // namespace nengine::engine

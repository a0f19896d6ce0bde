#include "engine/runtime/process_states.hpp"

namespace nengine::engine {

void ProcessStates::make(const ProcessCommand::Member& member, Index first) {
    const HostProcess& process = member.process;
    std::vector<ProcessStep>& steps = steps_[member.op];
    steps.clear();
    for (Index i = 0; i < (process.differs_by_item ? minibatch_ : 1); ++i) {
        steps.push_back((*process.factory)(process.per_item ? first + i : 0));
    }
}

void ProcessStates::prepare(const Plan& plan) {
    for_each_process(plan, [&](const ProcessCommand::Member& member) {
        if (!steps_.contains(member.op)) {
            make(member, 0);
        }
    });
}

void ProcessStates::restart(const Plan& plan, Index first) {
    first_item_ = first;
    for_each_process(plan, [&](const ProcessCommand::Member& member) {
        if (member.process.per_item && !calls.has(member.op)) {
            make(member, first);
        }
    });
}

void ProcessStates::rewind(const Plan& plan, const ProcessStates& then, Index failed) {
    for_each_process(plan, [&](const ProcessCommand::Member& member) {
        if (!member.process.users_own) {
            steps_.at(member.op) = then.steps_.at(member.op);
        } else if (member.process.has_x) {
            calls.forget_from(member.op, failed);
        }
    });
    for_each_command(plan, [&](const Command& command) {
        const auto* host = std::get_if<HostCommand>(&command.args);
        if (host != nullptr && host->x.present()) {
            calls.forget_from(host->op, failed);
        }
    });
}

}  // namespace nengine::engine

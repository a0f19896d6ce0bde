#include "engine/runtime/process_states.hpp"

namespace nengine {

void ProcessStates::make(const ProcessCommand::Member& member, Index first) {
    const SimProcess& process = *member.process;
    std::vector<ProcessStep>& steps = steps_[member.op];
    steps.clear();
    for (Index i = 0; i < (process.differs_by_item() ? minibatch_ : 1); ++i) {
        steps.push_back(process.factory()(process.per_item() ? first + i : 0));
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
        if (member.process->per_item()) {
            make(member, first);
        }
    });
}

}  // namespace nengine

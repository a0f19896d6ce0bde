#include "engine/runtime/process_states.hpp"

namespace nengine::engine {
namespace {

/// Calls `fn(member)` for every process of a plan.
template <class Fn>
void for_each_process(const Plan& plan, const Fn& fn) {
    for_each_host_call(plan, [&](const HostCommand& command) {
        for (const HostCommand::Member& member : command.members) {
            if (member.callee.factory != nullptr) {
                fn(member);
            }
        }
    });
}

}  // namespace

void ProcessStates::make(const HostCommand::Member& member, Index first) {
    const HostCallee& process = member.callee;
    IndexedVector<Index, ProcessStep>& steps = steps_[member.op];
    steps.clear();
    for (Index i = 0; i < (process.differs_by_item ? minibatch_ : 1); ++i) {
        steps.push_back((*process.factory)(process.per_item ? first + i : 0));
    }
}

void ProcessStates::prepare(const Plan& plan) {
    for_each_process(plan, [&](const HostCommand::Member& member) {
        if (!steps_.contains(member.op)) {
            make(member, 0);
        }
    });
}

void ProcessStates::restart(const Plan& plan, Index first) {
    first_item_ = first;
    for_each_process(plan, [&](const HostCommand::Member& member) {
        if (member.callee.per_item && !calls.has(member.op)) {
            make(member, first);
        }
    });
}

void ProcessStates::rewind(const Plan& plan, const ProcessStates& then, Index failed) {
    for_each_host_call(plan, [&](const HostCommand& command) {
        for (const HostCommand::Member& member : command.members) {
            const HostCallee& callee = member.callee;
            if (callee.users_own && !command.has_x()) {
                continue;
            }
            if (callee.factory != nullptr) {
                steps_.at(member.op) = then.steps_.at(member.op);
            }
            calls.forget_from(member.op, failed);
        }
    });
}

}  // namespace nengine::engine

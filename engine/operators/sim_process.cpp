#include "engine/operators/sim_process.hpp"

#include "engine/ir/lowering.hpp"

namespace nengine::engine {
namespace {

std::vector<Slot> process_slots(Role role, SignalId output, SignalId x) {
    std::vector<Slot> slots{{role, output}};
    if (x != no_signal) {
        slots.push_back({Role::read, x});
    }
    return slots;
}

}  // namespace

SimProcess::SimProcess(ProcessFactory factory, SignalId output_signal,
                       SignalId x_signal, Options options)
    : OperatorBase(process_slots(options.role, output_signal, x_signal)),
      factory_(std::make_shared<const ProcessFactory>(std::move(factory))),
      options_(options) {}

void SimProcess::check(const std::vector<Shape>&) const {}

MergeKey SimProcess::merge_key(const std::vector<Shape>&) const {
    return {"SimProcess", {}};
}

UsersCalls SimProcess::calls() const {
    if (!users_own() || options_.pure) {
        return users_own() ? UsersCalls::free : UsersCalls::none;
    }
    return has_x() ? UsersCalls::within_step : UsersCalls::ordered;
}

OperatorProperties SimProcess::properties() const {
    return {.merging = users_own() || has_x() ? Merging::never : Merging::elementwise,
            .has_clock = true,
            .differs_by_item =
                per_item() || has_x() || slots()[output].role == Role::update,
            .is_host = true,
            .calls = calls()};
}

HostCallee SimProcess::callee() const {
    const OperatorProperties stated = properties();
    return {.function = nullptr,
            .factory = factory_,
            .per_item = per_item(),
            .differs_by_item = stated.differs_by_item,
            .users_own = users_own(),
            .ordered = stated.is_ordered()};
}

void SimProcess::lower(Lowering& low) const {
    HostCommand command{.members = {}, .x = {}, .output = low.flat(output)};
    for (Index i = 0; i < low.members(); ++i) {
        const Lowering::Member member = low.member(i);
        command.members.push_back(
            {.op = member.order,
             .callee = static_cast<const SimProcess&>(member.op).callee(),
             .size = low.member_size(i, output)});
    }
    if (has_x()) {
        command.x = low.flat(x);
    }
    low.emit(std::move(command));
}

}  // namespace nengine::engine

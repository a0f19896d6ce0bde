#include "engine/operators/host_function.hpp"

#include "engine/ir/lowering.hpp"

namespace nengine::engine {
namespace {

std::vector<Slot> host_slots(SignalId output, SignalId x) {
    std::vector<Slot> slots;
    if (output != no_signal) {
        slots.push_back({Role::set, output});
    }
    if (x != no_signal) {
        slots.push_back({Role::read, x});
    }
    return slots;
}

}  // namespace

HostFunction::HostFunction(HostCall call, SignalId output, SignalId x, Order order)
    : OperatorBase(host_slots(output, x)),
      call_(std::make_shared<const HostCall>(std::move(call))),
      has_output_(output != no_signal),
      has_x_(x != no_signal),
      order_(order) {}

UsersCalls HostFunction::calls() const {
    switch (order_) {
        case Order::pure:
            return UsersCalls::free;
        case Order::ordered:
            return UsersCalls::within_step;
        default:
            return has_x_ || !has_output_ ? UsersCalls::within_step
                                          : UsersCalls::ordered;
    }
}

OperatorProperties HostFunction::properties() const {
    return {.has_clock = true,
            .differs_by_item = has_x_,
            .is_host = true,
            .calls = calls()};
}

MergeKey HostFunction::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("HostFunction", shapes);
}

void HostFunction::check(const std::vector<Shape>&) const {}

void HostFunction::lower(Lowering& low) const {
    HostCommand command{.members = {{.op = low.member(0).order,
                                     .callee = {.function = call_,
                                                .differs_by_item = has_x_,
                                                .users_own = true,
                                                .ordered = properties().is_ordered()},
                                     .size = 0}},
                        .x = {},
                        .output = {}};
    if (has_x()) {
        command.x = low.flat(x_slot());
    }
    if (has_output()) {
        command.output = low.flat(output_slot());
        command.members.front().size = command.output.cols;
    }
    low.emit(std::move(command));
}

}  // namespace nengine::engine

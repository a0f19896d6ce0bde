#include "engine/operators/host_function.hpp"

#include "engine/ir/lowering.hpp"

namespace nengine {
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

bool HostFunction::acts_within_step() const {
    return order_ == Order::ordered ||
           (order_ == Order::automatic && (has_x_ || !has_output_));
}

MergeKey HostFunction::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("HostFunction", shapes);
}

void HostFunction::check(const std::vector<Shape>&) const {}

void HostFunction::lower(Lowering& low) const {
    HostCommand command{.op = low.member(0).order,
                        .function = {.call = call_, .ordered = is_ordered()},
                        .x = {},
                        .output = {}};
    if (has_x()) {
        command.x = low.flat(x_slot());
    }
    if (has_output()) {
        command.output = low.flat(output_slot());
    }
    low.emit(std::move(command));
}

}  // namespace nengine

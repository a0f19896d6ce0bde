#include "engine/operators/time_update.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/elementwise.hpp"

namespace nengine::engine {

TimeUpdate::TimeUpdate(SignalId time_signal)
    : OperatorBase({{Role::set, time_signal}}) {}

MergeKey TimeUpdate::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("TimeUpdate", shapes);
}

OperatorProperties TimeUpdate::properties() const {
    return {.has_clock = true};
}

void TimeUpdate::check(const std::vector<Shape>& shapes) const {
    check_size(*this, "time", size_of(shapes, time), 1);
}

void TimeUpdate::lower(Lowering& low) const {
    low.emit(TimeArgs<Planned>{{}, {}, low.flat(time)});
}

}  // namespace nengine::engine

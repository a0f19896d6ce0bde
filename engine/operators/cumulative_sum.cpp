#include "engine/operators/cumulative_sum.hpp"

#include <algorithm>
#include <string>

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/cumulative_sum.hpp"

namespace nengine::engine {
namespace {

/// Where an axis is among those of operands in a shape, which are as many as can be,
/// and leave out its dimensions of 1.
int aligned_axis(const Shape& shape, int axis) {
    if (shape[static_cast<std::size_t>(axis)] == 1) {
        return 0;  // the outermost one, which is none of the shape's other ones
    }
    const auto inside = std::count_if(shape.begin() + axis, shape.end(),
                                      [](Index extent) { return extent != 1; });
    return kernels::max_item_axes - static_cast<int>(inside);
}

}  // namespace

CumulativeSum::CumulativeSum(SignalId x_signal, SignalId y_signal, int axis,
                             Options options, bool inc)
    : OperatorBase({{Role::read, x_signal}, {written(inc), y_signal}}),
      axis_(axis),
      options_(options) {}

MergeKey CumulativeSum::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = shape_key("CumulativeSum", shapes);
    for (const int number : {axis_, int{options_.exclusive}, int{options_.reverse}}) {
        key.numbers.push_back(number);
    }
    return key;
}

OperatorProperties CumulativeSum::properties() const {
    return {.linear = {x}, .may_add = true, .writes_anywhere = true};
}

double CumulativeSum::flops(const std::vector<Shape>& shapes) const {
    return elements(shapes, x);
}

void CumulativeSum::check(const std::vector<Shape>& shapes) const {
    if (axis_ < 0 || axis_ >= static_cast<int>(shapes[x].size())) {
        refuse(*this, "axis " + std::to_string(axis_),
               "one of those of " + to_string(shapes[x]));
    }
    if (shapes[y] != shapes[x]) {
        refuse(*this, "shape " + to_string(shapes[y]), to_string(shapes[x]));
    }
}

void CumulativeSum::lower(Lowering& low) const {
    const auto operands = low.broadcast({x, y});
    low.emit(CumulativeSumArgs<Planned>{
        operands[0], operands[1], aligned_axis(low.shape(x), axis_), options_.exclusive,
        options_.reverse, low.accumulate(y)});
}

void CumulativeSum::lower_backward(BackwardLowering& low) const {
    const auto lower_gradient = [&](const Contribution& dx, Of of_dy) {
        low.emit(CumulativeSumArgs<Planned>{
            low.broadcast({y}, of_dy)[0], dx.operand, aligned_axis(low.shape(x), axis_),
            options_.exclusive, !options_.reverse, dx.accumulate});
        low.finish(dx);
    };
    if (low.wants_parameter(x)) {
        low.defer(
            [&] { lower_gradient(low.parameter_elements(x, y), Of::saved_gradient); });
    } else if (low.wants(x)) {
        lower_gradient(low.contribute_elements(x, y), Of::gradient);
    }
}

}  // namespace nengine::engine

#include "engine/operators/cumulative_sum.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/along_axis.hpp"
#include "kernels/cumulative_sum.hpp"

namespace nengine::engine {
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
    check_along_axis(*this, axis_, shapes[x], shapes[y]);
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

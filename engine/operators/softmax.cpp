#include "engine/operators/softmax.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/along_axis.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/softmax.hpp"

namespace nengine::engine {

Softmax::Softmax(SignalId x_signal, SignalId y_signal, int axis, bool logarithm)
    : OperatorBase({{Role::read, x_signal}, {Role::set, y_signal}}),
      axis_(axis),
      logarithm_(logarithm) {}

MergeKey Softmax::merge_key(const std::vector<Shape>& shapes) const {
    MergeKey key = shape_key("Softmax", shapes);
    key.numbers.insert(key.numbers.end(), {axis_, logarithm_ ? 1 : 0});
    return key;
}

double Softmax::flops(const std::vector<Shape>& shapes) const {
    constexpr double each = 4;  // to compare, subtract, add and divide; no exponential
    return each * elements(shapes, x);
}

void Softmax::check(const std::vector<Shape>& shapes) const {
    check_along_axis(*this, axis_, shapes[x], shapes[y]);
}

void Softmax::lower(Lowering& low) const {
    const auto operands = low.broadcast({x, y});
    low.emit(SoftmaxArgs<Planned>{operands[0], operands[1],
                                  aligned_axis(low.shape(x), axis_), logarithm_});
}

void Softmax::lower_backward(BackwardLowering& low) const {
    const auto lower_gradient = [&](const Contribution& dx, Of value, Of gradient) {
        low.emit(SoftmaxGradientArgs<Planned>{
            low.broadcast({x, y}, Of::gradient, value)[0],
            low.broadcast({y}, gradient)[0], dx.operand,
            aligned_axis(low.shape(x), axis_), logarithm_, dx.accumulate});
        low.finish(dx);
    };
    if (low.wants_parameter(x)) {
        low.defer([&] {
            lower_gradient(low.parameter_elements(x, y), Of::saved, Of::saved_gradient);
        });
    } else if (low.wants(x)) {
        lower_gradient(low.contribute_elements(x, y), Of::value, Of::gradient);
    }
}

}  // namespace nengine::engine

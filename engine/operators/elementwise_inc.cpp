#include "engine/operators/elementwise_inc.hpp"

#include <algorithm>

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"

namespace nengine::engine {

ElementwiseInc::ElementwiseInc(SignalId a_signal, SignalId x_signal, SignalId y_signal,
                               bool inc)
    : OperatorBase(
          {{Role::read, a_signal}, {Role::read, x_signal}, {written(inc), y_signal}}) {}

MergeKey ElementwiseInc::merge_key(const std::vector<Shape>& shapes) const {
    // Per element, or one factor for all: either packs into one vector per element.
    const Index n = shape_size(shapes[y]);
    const bool simple = std::ranges::all_of(shapes, [&](const Shape& shape) {
        return shape.size() <= 1 && (shape_size(shape) == n || shape_size(shape) == 1);
    });
    return simple ? MergeKey{"ElementwiseInc", {}}
                  : shape_key("ElementwiseInc", shapes);
}

OperatorProperties ElementwiseInc::properties() const {
    return {.product = {Product::Kind::elements, a, x},
            .linear = {a, x},
            .may_add = true,
            .writes_anywhere = true,
            .merging = Merging::elementwise};
}

double ElementwiseInc::flops(const std::vector<Shape>& shapes) const {
    return 2 * elements(shapes, y);
}

void ElementwiseInc::check(const std::vector<Shape>& shapes) const {
    check_broadcast(*this, shapes[a], shapes[y]);
    check_broadcast(*this, shapes[x], shapes[y]);
}

void ElementwiseInc::lower(Lowering& low) const {
    const auto operands = low.broadcast({a, x, y});
    emit_product(low, operands[0], operands[1], operands[2], low.accumulate(y));
}

// dA += dY * X and dX += dY * A, summed over what was repeated.
void ElementwiseInc::lower_backward(BackwardLowering& low) const {
    broadcast_gradient(low, a, x, y);
    broadcast_gradient(low, x, a, y);
}

}  // namespace nengine::engine

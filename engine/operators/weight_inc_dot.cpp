#include "engine/operators/weight_inc_dot.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "kernels/learning.hpp"

namespace nengine::engine {
namespace {

std::vector<Slot> fused_slots(const WeightInc& change, const DotInc& product) {
    std::vector<Slot> slots{change.slots()[WeightInc::weights],
                            product.slots()[DotInc::x], product.slots()[DotInc::y],
                            change.slots()[WeightInc::row],
                            change.slots()[WeightInc::col]};
    if (change.has_decay()) {
        slots.push_back(change.slots()[WeightInc::decay]);
    }
    return slots;
}

}  // namespace

WeightIncDot::WeightIncDot(const WeightInc& change, const DotInc& product)
    : OperatorBase(fused_slots(change, product)) {
    label = product.label;
}

void WeightIncDot::check(const std::vector<Shape>& shapes) const {
    const Index m = size_of(shapes, row), n = size_of(shapes, col);
    check_matrix(*this, "weights", shapes[weights], {m, n});
    check_size(*this, "X", size_of(shapes, x), n);
    check_size(*this, "Y", size_of(shapes, y), m);
}

MergeKey WeightIncDot::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("WeightIncDot", shapes);
}

OperatorProperties WeightIncDot::properties() const {
    return {
        .may_add = true, .writes_anywhere = true, .merging = Merging::evenly_spaced};
}

double WeightIncDot::flops(const std::vector<Shape>& shapes) const {
    return (has_decay() ? 6.0 : 4.0) * elements(shapes, weights);
}

void WeightIncDot::lower(Lowering& low) const {
    low.emit(ChangeAndMultiplyArgs<Planned>{
        as_column(low.vector(row)), low.vector(col),
        has_decay() ? as_column(low.vector(decay)) : Operand{}, low.matrix(weights),
        low.vector(x), low.vector(y), low.accumulate(y)});
}

}  // namespace nengine::engine

#include "engine/operators/weight_inc.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/weight_inc_dot.hpp"
#include "kernels/learning.hpp"

namespace nengine::engine {

WeightInc::WeightInc(SignalId weight_signal, SignalId row_signal, SignalId col_signal,
                     SignalId decay_signal)
    : OperatorBase(decay_signal == no_signal
                       ? std::vector<Slot>{{Role::inc, weight_signal},
                                           {Role::read, row_signal},
                                           {Role::read, col_signal}}
                       : std::vector<Slot>{{Role::inc, weight_signal},
                                           {Role::read, row_signal},
                                           {Role::read, col_signal},
                                           {Role::read, decay_signal}}) {}

void WeightInc::check(const std::vector<Shape>& shapes) const {
    const Index m = size_of(shapes, row), n = size_of(shapes, col);
    check_matrix(*this, "weights", shapes[weights], {m, n});
    if (has_decay()) {
        check_size(*this, "decay", size_of(shapes, decay), m);
    }
}

MergeKey WeightInc::merge_key(const std::vector<Shape>& shapes) const {
    return shape_key("WeightInc", shapes);
}

OperatorProperties WeightInc::properties() const {
    return {.merging = Merging::evenly_spaced};
}

Fusion WeightInc::fused_with(const Operator& reader) const {
    const auto* product = dynamic_cast<const DotInc*>(&reader);
    if (product == nullptr) {
        return {};
    }
    using From = Fusion::From;
    Fusion fusion{std::make_shared<WeightIncDot>(*this, *product),
                  {{From::writer, weights},
                   {From::reader, DotInc::x},
                   {From::reader, DotInc::y},
                   {From::writer, row},
                   {From::writer, col}}};
    if (has_decay()) {
        fusion.slots.push_back({From::writer, decay});
    }
    return fusion;
}

double WeightInc::flops(const std::vector<Shape>& shapes) const {
    return (has_decay() ? 4.0 : 2.0) * elements(shapes, weights);
}

void WeightInc::lower(Lowering& low) const {
    const Operand matrix = low.matrix(weights);
    low.emit(ChangeWeightsArgs<Planned>{
        as_column(low.vector(row)), low.vector(col),
        has_decay() ? as_column(low.vector(decay)) : Operand{},
        has_decay() ? matrix : Operand{}, matrix, true});
}

}  // namespace nengine::engine

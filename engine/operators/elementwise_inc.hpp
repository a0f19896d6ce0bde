#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = (or +=) A * X, element by element, A and X broadcast to Y's shape by numpy's
/// rules.
class ElementwiseInc : public OperatorBase<ElementwiseInc> {
public:
    enum { a, x, y };
    ElementwiseInc(SignalId a, SignalId x, SignalId y, bool inc = true);
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    std::string_view type() const override { return "ElementwiseInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, x}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

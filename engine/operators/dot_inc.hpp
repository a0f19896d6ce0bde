#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = (or +=) A X, with A [m, n], X [n], Y [m].
class DotInc : public OperatorBase<DotInc> {
public:
    enum { a, x, y };
    DotInc(SignalId a, SignalId x, SignalId y, bool inc = true);
    SlotGradient gradient(int slot) const override {
        return slot == a ? SlotGradient::parameter : SlotGradient::value;
    }
    std::string_view type() const override { return "DotInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, x}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

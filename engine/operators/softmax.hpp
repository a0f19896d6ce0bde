#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = exp(X - m) / sum(exp(X - m)) along one axis, m the largest number there; or its
/// logarithm. Both have one shape.
///
/// dX = p (dY - sum(p dY)) with the softmax p, which is computed again; of the
/// logarithm dY - p sum(dY).
class Softmax : public OperatorBase<Softmax> {
public:
    enum { x, y };
    Softmax(SignalId x, SignalId y, int axis, bool logarithm);
    int axis() const { return axis_; }
    bool logarithm() const { return logarithm_; }
    std::string_view type() const override { return "Softmax"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override { return {.writes_anywhere = true}; }
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {x}; }
    double flops(const std::vector<Shape>& shapes) const override;

private:
    int axis_;
    bool logarithm_;
};

}  // namespace nengine::engine

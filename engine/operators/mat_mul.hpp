#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = (or +=) A B, matrix by matrix: A is [..., m, k], B [..., k, n] and Y [..., m,
/// n], where the first dimensions of A and B broadcast to Y's by numpy's rules.
///
/// Both may vary from step to step and by item: for constant matrices and vectors there
/// is DotInc.
class MatMul : public OperatorBase<MatMul> {
public:
    enum { a, b, y };
    MatMul(SignalId a, SignalId b, SignalId y, bool inc = false);
    std::string_view type() const override { return "MatMul"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, b}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

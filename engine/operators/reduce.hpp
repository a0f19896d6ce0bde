#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {

/// Y = (or +=) the sum, product, largest or smallest number of X over some axes, of
/// which Y keeps an extent of 1.
///
/// Gradients: of a largest number all that are equal to it have the same share, as in
/// Keras; of a product each has that of the others.
class Reduce : public OperatorBase<Reduce> {
public:
    enum { x, y };
    using Kind = kernels::Reduction;
    Reduce(Kind kind, SignalId x, SignalId y, bool inc = false);
    Kind kind() const { return kind_; }
    std::string_view type() const override { return "Reduce"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    Kind kind_;
};

}  // namespace nengine::engine

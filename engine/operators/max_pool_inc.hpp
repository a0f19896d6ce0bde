#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/pool.hpp"

namespace nengine::engine {

/// Y = (or +=) the max pool of X (kernels/pool.hpp); `shape.images` is 1.
class MaxPoolInc : public OperatorBase<MaxPoolInc> {
public:
    enum { x, y };
    MaxPoolInc(SignalId x, SignalId y, const Pool2DShape& shape, bool inc = true);
    const Pool2DShape& shape() const { return shape_; }
    SlotGradient gradient(int) const override { return SlotGradient::value; }
    std::vector<int> saved_slots() const override { return {x}; }
    std::string_view type() const override { return "MaxPoolInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    Pool2DShape shape_;
};

}  // namespace nengine::engine

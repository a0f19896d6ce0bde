#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// mean = the mean of X over the items of a minibatch and some axes of an item, of
/// which it keeps an extent of 1; variance = the mean of (X - mean)^2 over the same.
/// Of items of padding neither knows.
///
/// All items have the same results. With n numbers behind each of them,
/// dX = (dmean + 2 (X - mean) dvariance) / n, and 0 for items of padding.
class Moments : public OperatorBase<Moments> {
public:
    enum { x, mean, variance };
    Moments(SignalId x, SignalId mean, SignalId variance);
    std::string_view type() const override { return "Moments"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {x}; }
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

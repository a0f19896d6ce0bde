#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = (or +=) the elements of X along one axis that INDEX names: numpy.take(X, INDEX,
/// axis).
///
/// X is [before..., n, after...], INDEX of any shape [i...], and Y [before..., i...,
/// after...]: Y[b, i, a] = X[b, INDEX[i], a]. INDEX is computed: each of its numbers is
/// rounded to the nearest whole one, and counts from the end if it is below 0. Outside
/// of [-n, n), and for NaN, Y is NaN, and no element of X has a gradient from there.
///
/// Gradients: each element of X has the sum of those of Y that are copies of it, added
/// up in one order on every device; INDEX has none.
class Gather : public OperatorBase<Gather> {
public:
    enum { x, index, y };
    Gather(SignalId x, SignalId index, SignalId y, int axis, bool inc = false);
    int axis() const { return axis_; }
    std::string_view type() const override { return "Gather"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int slot) const override {
        return slot == x ? SlotGradient::value_and_parameter : SlotGradient::zero;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {index}; }
    double flops(const std::vector<Shape>& shapes) const override;

private:
    int axis_;
};

}  // namespace nengine::engine

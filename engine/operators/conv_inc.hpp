#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/conv.hpp"

namespace nengine::engine {

/// Y = (or +=) the cross-correlation of X with W (kernels/conv.hpp), channels last,
/// plus a bias per output channel if there is one (of planes only). X and Y are flat or
/// [(d,) h, w, c]; `shape.images` is 1.
///
/// Transposed, Y is what the gradient of that correlation gives for X: X has the shape
/// of its output and Y that of its input; there is no bias.
class ConvInc : public OperatorBase<ConvInc> {
public:
    enum { w, x, y, bias };
    ConvInc(SignalId w, SignalId x, SignalId y, const ConvShape& shape, bool inc = true,
            SignalId bias = no_signal, bool transposed = false);
    const ConvShape& shape() const { return shape_; }
    bool transposed() const { return transposed_; }
    bool has_bias() const { return slots().size() > bias; }
    SlotGradient gradient(int slot) const override {
        return slot == x ? SlotGradient::value : SlotGradient::parameter;
    }
    std::string_view type() const override { return "ConvInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {w, x}; }
    double flops(const std::vector<Shape>& shapes) const override;

private:
    ConvShape shape_;
    bool transposed_;
};

}  // namespace nengine::engine

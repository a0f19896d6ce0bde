#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = (or +=) the running sum of X along one axis, both of one shape: numpy.cumsum(X,
/// axis).
///
/// Y[..., k, ...] is the sum of X[..., j, ...] over all j <= k; over j < k if
/// `exclusive`; from the other end, over j >= k or j > k, if `reverse`. The gradient of
/// each is the other direction's sum of Y's.
class CumulativeSum : public OperatorBase<CumulativeSum> {
public:
    enum { x, y };
    struct Options {
        bool exclusive = false, reverse = false;
    };
    CumulativeSum(SignalId x, SignalId y, int axis, Options options, bool inc = false);
    int axis() const { return axis_; }
    Options options() const { return options_; }
    std::string_view type() const override { return "CumulativeSum"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override {
        return SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    int axis_;
    Options options_;
};

}  // namespace nengine::engine

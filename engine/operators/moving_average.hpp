#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// next = next * momentum + value * (1 - momentum), once in each step of a minibatch of
/// training, where next begins as the statistic (Signal::statistic) and becomes it when
/// the minibatch is done and was finite. Until then readers see it as it was.
///
/// The value is the same for all items; it is read, and no gradient comes back from it.
class MovingAverage : public OperatorBase<MovingAverage> {
public:
    enum { value, statistic };
    /// @throws BuildError  a momentum outside of [0, 1]
    MovingAverage(SignalId value, SignalId statistic, double momentum);
    double momentum() const { return momentum_; }
    std::string_view type() const override { return "MovingAverage"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override { return SlotGradient::zero; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    double momentum_;
};

}  // namespace nengine::engine

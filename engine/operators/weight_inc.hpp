#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// weights += row x col - decay * weights: Nengo's "weights += delta", from factors.
class WeightInc : public OperatorBase<WeightInc> {
public:
    enum { weights, row, col, decay };
    /// @param decay_signal  may be no_signal
    WeightInc(SignalId weights, SignalId row, SignalId col,
              SignalId decay_signal = no_signal);
    bool has_decay() const { return slots().size() > decay; }
    std::string_view type() const override { return "WeightInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    /// With the product that reads the weights: WeightIncDot.
    Fusion fused_with(const Operator& reader) const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/dot_inc.hpp"
#include "engine/operators/operator_base.hpp"
#include "engine/operators/weight_inc.hpp"

namespace nengine::engine {

/// WeightInc, then y = (or +=) weights x: made by the fuse pass, so that weights pass
/// through the processor once per step.
class WeightIncDot : public OperatorBase<WeightIncDot> {
public:
    enum { weights, x, y, row, col, decay };
    WeightIncDot(const WeightInc& change, const DotInc& product);
    bool has_decay() const { return slots().size() > decay; }
    std::string_view type() const override { return "WeightIncDot"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;
};

}  // namespace nengine::engine

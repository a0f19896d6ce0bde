#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// time = step * dt, with steps counted from 1.
class TimeUpdate : public OperatorBase<TimeUpdate> {
public:
    enum { time };
    explicit TimeUpdate(SignalId time);
    std::string_view type() const override { return "TimeUpdate"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    void lower(Lowering& lowering) const override;
    OperatorProperties properties() const override;
    double flops(const std::vector<Shape>&) const override { return 1; }
};

}  // namespace nengine::engine

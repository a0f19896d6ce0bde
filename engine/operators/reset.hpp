#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// dst = value
class Reset : public OperatorBase<Reset> {
public:
    enum { dst };
    explicit Reset(SignalId dst, double value = 0.0);
    double value() const { return value_; }
    std::string_view type() const override { return "Reset"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    double value_;
};

}  // namespace nengine::engine

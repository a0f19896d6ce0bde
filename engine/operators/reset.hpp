#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// dst = value; of two of them, the other one in plans of the phase of training
class Reset : public OperatorBase<Reset> {
public:
    enum { dst };
    explicit Reset(SignalId dst, double value = 0.0);
    Reset(SignalId dst, double value, double in_training);
    double value() const { return value_; }
    double in_training() const { return in_training_; }
    std::string_view type() const override { return "Reset"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    std::shared_ptr<const Operator> training_form() const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    double value_, in_training_;
};

}  // namespace nengine::engine

#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "engine/ir/host_call.hpp"
#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Slots: output (set; absent when the function returns nothing: then the list is empty
/// or just x), then x.
class HostFunction : public OperatorBase<HostFunction> {
public:
    /// What the planner may assume of the function beside its arguments.
    enum class Order {
        automatic,  ///< called in Nengo's order with all others; if all of them are
                    ///< functions of t with a result, ahead of the steps
        pure,       ///< shares nothing with others: taken out of the order
        ordered     ///< never ahead of its step, although it is a function of t
    };
    HostFunction(HostCall call, SignalId output, SignalId x,
                 Order order = Order::automatic);
    const HostCall& call() const { return *call_; }
    bool has_output() const { return has_output_; }
    bool has_x() const { return has_x_; }
    int output_slot() const { return 0; }
    int x_slot() const { return has_output_ ? 1 : 0; }
    std::string_view type() const override { return "HostFunction"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override { return SlotGradient::zero; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>&) const override { return 0; }

private:
    UsersCalls calls() const;

    std::shared_ptr<const HostCall> call_;
    bool has_output_, has_x_;
    Order order_;
};

}  // namespace nengine::engine

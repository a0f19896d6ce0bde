#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"
#include "kernels/filter_scan.hpp"

namespace nengine::engine {

/// A linear filter as a process (Nengo's SimProcess): output = filter(input).
///
/// Slots: input, output (role `update` on connections and probes: seen one step later;
/// `set` inside a node), coefficients (constant, [n] as in filter_coefficients()),
/// state [order, size] unless the form is `gain`.
class SimFilter : public OperatorBase<SimFilter> {
public:
    enum { input, output, coefficients, state };
    SimFilter(FilterForm form, Index order, SignalId input, SignalId output,
              SignalId coefficients, SignalId state, Role output_role = Role::update);
    SlotGradient gradient(int slot) const override {
        return slot == input ? SlotGradient::value : SlotGradient::none;
    }
    FilterForm form() const { return form_; }
    Index order() const { return order_; }
    std::string_view type() const override { return "SimFilter"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    FilterForm form_;
    Index order_;
};

}  // namespace nengine::engine

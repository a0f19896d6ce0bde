#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Y = the place of the largest (or smallest) number of X along an axis, of which Y
/// keeps an extent of 1; the first of equal ones. There is no gradient.
class ArgReduce : public OperatorBase<ArgReduce> {
public:
    enum { x, y };
    enum class Of { largest, smallest };
    ArgReduce(Of of, SignalId x, SignalId y);
    Of of() const { return of_; }
    std::string_view type() const override { return "ArgReduce"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    SlotGradient gradient(int) const override { return SlotGradient::zero; }
    void lower(Lowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    Of of_;
};

}  // namespace nengine::engine

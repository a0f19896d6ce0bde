#pragma once

#include <string_view>
#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// dst[dst_index] = (or +=) src[src_index], src broadcast to dst's shape by numpy's
/// rules.
///
/// Index lists (of elements of a vector; may repeat, sums when incrementing) are empty
/// for "all".
class Copy : public OperatorBase<Copy> {
public:
    enum { src, dst };
    /// @throws BuildError  repeated dst indices without increment
    Copy(SignalId src, SignalId dst, bool inc, std::vector<Index> src_index = {},
         std::vector<Index> dst_index = {});
    bool inc() const { return slots()[dst].role == Role::inc; }
    bool indexed() const { return !src_index_.empty() || !dst_index_.empty(); }
    const std::vector<Index>& src_index() const { return src_index_; }
    const std::vector<Index>& dst_index() const { return dst_index_; }
    std::string_view type() const override { return "Copy"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    SlotGradient gradient(int) const override {
        return indexed() ? SlotGradient::value : SlotGradient::value_and_parameter;
    }
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    double flops(const std::vector<Shape>& shapes) const override;

private:
    std::vector<Index> src_index_, dst_index_;
};

}  // namespace nengine::engine

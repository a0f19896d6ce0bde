#pragma once

#include <vector>

#include "engine/operators/operator_base.hpp"

namespace nengine::engine {

/// Where the values of a sparse matrix stand: value i in row `rows[i]` and column
/// `columns[i]`, in any order; values of one place are added.
struct SparsePattern {
    Index n_rows = 0, n_columns = 0;
    std::vector<Index> rows, columns;

    Index count() const { return static_cast<Index>(rows.size()); }
};

/// Y = (or +=) A X for a sparse matrix A with the values `a` [count], X [n_columns],
/// Y [n_rows]. Gradients go to X and to the values.
class SparseDotInc : public OperatorBase<SparseDotInc> {
public:
    enum { a, x, y };
    SparseDotInc(SignalId a, SignalId x, SignalId y, SparsePattern pattern,
                 bool inc = true);
    const SparsePattern& pattern() const { return pattern_; }
    SlotGradient gradient(int slot) const override {
        return slot == a ? SlotGradient::parameter : SlotGradient::value;
    }
    std::string_view type() const override { return "SparseDotInc"; }
    void check(const std::vector<Shape>& shapes) const override;
    MergeKey merge_key(const std::vector<Shape>& shapes) const override;
    OperatorProperties properties() const override;
    void lower(Lowering& lowering) const override;
    void lower_backward(BackwardLowering& lowering) const override;
    std::vector<int> saved_slots() const override { return {a, x}; }
    double flops(const std::vector<Shape>& shapes) const override;

private:
    SparsePattern pattern_;
};

}  // namespace nengine::engine

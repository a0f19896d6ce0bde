#include "engine/operators/sparse_dot_inc.hpp"

#include <algorithm>
#include <utility>

#include "engine/ir/compressed_rows.hpp"
#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/operator_base.hpp"
#include "kernels/base/error.hpp"
#include "kernels/sparse_product.hpp"

namespace nengine::engine {
namespace {

/// y (+)= A x for A with values in these rows and columns.
SparseProductArgs<Planned> product(Lowering& low, const std::vector<Index>& rows,
                                   const std::vector<Index>& columns, Index n_rows,
                                   const Operand& x, const Operand& y,
                                   const Operand& values, bool accumulate) {
    CompressedRows places = compressed_rows(rows, n_rows);
    SparseProductArgs<Planned> command{.x = x,
                                       .y = y,
                                       .values = values,
                                       .offsets = low.table(std::move(places.offsets)),
                                       .columns = low.table(places.in_order(columns)),
                                       .order = no_table,
                                       .accumulate = accumulate};
    if (!std::ranges::is_sorted(places.order)) {
        command.order = low.table(std::move(places.order));
    }
    return command;
}

}  // namespace

SparseDotInc::SparseDotInc(SignalId a_signal, SignalId x_signal, SignalId y_signal,
                           SparsePattern pattern, bool inc)
    : OperatorBase({{Role::read, a_signal},
                    {Role::read, x_signal},
                    {inc ? Role::inc : Role::set, y_signal}}),
      pattern_(std::move(pattern)) {}

void SparseDotInc::check(const std::vector<Shape>& shapes) const {
    check_size(*this, "A", size_of(shapes, a), pattern_.count());
    check_size(*this, "X", size_of(shapes, x), pattern_.n_columns);
    check_size(*this, "Y", size_of(shapes, y), pattern_.n_rows);
    if (pattern_.columns.size() != pattern_.rows.size()) {
        refuse(*this, std::to_string(pattern_.columns.size()) + " columns",
               "one for each of " + std::to_string(pattern_.rows.size()) + " rows");
    }
    check_indices(*this, pattern_.rows, pattern_.n_rows);
    check_indices(*this, pattern_.columns, pattern_.n_columns);
}

MergeKey SparseDotInc::merge_key(const std::vector<Shape>&) const {
    return {"SparseDotInc", {pattern_.n_rows, pattern_.n_columns, pattern_.count()}};
}

OperatorProperties SparseDotInc::properties() const {
    return {.may_add = true, .writes_anywhere = true};
}

double SparseDotInc::flops(const std::vector<Shape>&) const {
    return 2.0 * static_cast<double>(pattern_.count());
}

void SparseDotInc::lower(Lowering& low) const {
    low.emit(product(low, pattern_.rows, pattern_.columns, pattern_.n_rows, low.flat(x),
                     low.flat(y), low.dense(a), low.accumulate(y)));
}

// dX += A^T dY and dA[p] += dY[row p] X[column p].
void SparseDotInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand dy = low.flat(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::flat);
        low.emit(product(low, pattern_.columns, pattern_.rows, pattern_.n_columns, dy,
                         dx.operand, low.dense(a), dx.accumulate));
        low.finish(dx);
    }
    if (low.wants_parameter(a)) {
        low.defer([&] {
            const Operand dL_da = low.parameter_dense(a);
            low.emit(
                SparseGradientArgs<Planned>{.x = low.flat(x, Of::saved),
                                            .dL_dy = low.flat(y, Of::saved_gradient),
                                            .dL_dvalues = dL_da,
                                            .rows = low.table(pattern_.rows),
                                            .columns = low.table(pattern_.columns),
                                            .count = dL_da.cols});
        });
    }
}

}  // namespace nengine::engine

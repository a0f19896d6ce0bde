#include "kernels/sparse_product.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

template <class Real, bool ordered>
struct SparseProduct {
    static constexpr bool one_by_one = true;

    Operand<const Real, Columns::other> x;
    Operand<Real, Columns::other> y;
    const Real* values;
    const Index *offsets, *columns, *order;
    bool accumulate;

    explicit SparseProduct(const SparseProductArgs<Bound<Real>>& args)
        : x(args.x),
          y(args.y),
          values(args.values),
          offsets(args.offsets),
          columns(args.columns),
          order(args.order),
          accumulate(args.accumulate) {}

    NENGINE_HD void operator()(Index t, Index b, Index, Index i) const {
        Real sum = accumulate ? y(t, b, 0, i) : Real(0);
        for (Index p = offsets[i]; p < offsets[i + 1]; ++p) {
            sum += values[ordered ? order[p] : p] * x(t, b, 0, columns[p]);
        }
        y(t, b, 0, i) = sum;
    }
};

/// The values are the columns of the launch, and steps and items the rows that are
/// summed.
template <class Number>
struct SparseGradient {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    Operand<const Real, Columns::other> x, dL_dy;
    Real* dL_dvalues;
    const Index *rows, *columns;
    RowDivisor batch;

    explicit SparseGradient(const SparseGradientArgs<Bound<Real>>& args)
        : x(args.x),
          dL_dy(args.dL_dy),
          dL_dvalues(args.dL_dvalues),
          rows(args.rows),
          columns(args.columns),
          batch(args.x.batch) {}

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index p) const {
        const auto [t, b] = batch.divide(row);
        r[0] += dL_dy(t, b, 0, rows[p]) * x(t, b, 0, columns[p]);
    }

    NENGINE_HD void finish(Index p, const double (&total)[n_sums]) const {
        dL_dvalues[p] += static_cast<Real>(total[0]);
    }
};

}  // namespace

template <class Exec, class Real>
void sparse_product(const Exec& exec, const SparseProductArgs<Bound<Real>>& args) {
    const Extents extents{args.y.steps, args.y.batch, 1, args.y.cols};
    if (args.order != nullptr) {
        launch_elements(exec, extents, SparseProduct<Real, true>(args));
    } else {
        launch_elements(exec, extents, SparseProduct<Real, false>(args));
    }
}

template <class Exec, class Real>
void sparse_gradient(const Exec& exec, const SparseGradientArgs<Bound<Real>>& args) {
    launch_columns(exec, args.x.steps * args.x.batch, args.count,
                   SparseGradient<Real>(args));
}

#define NENGINE_INSTANTIATE(Real)                                        \
    template void sparse_product(const ThisExec&,                        \
                                 const SparseProductArgs<Bound<Real>>&); \
    template void sparse_gradient(const ThisExec&,                       \
                                  const SparseGradientArgs<Bound<Real>>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels

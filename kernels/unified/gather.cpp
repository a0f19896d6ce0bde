#include "kernels/gather.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

template <class Real>
struct IndexedSum {
    static constexpr bool one_by_one = true;

    Operand<const Real, Columns::other> src;
    Operand<Real, Columns::other> dst;
    const Index *offsets, *sources;
    bool accumulate;

    explicit IndexedSum(const IndexedSumArgs<Bound<Real>>& args)
        : src(args.src),
          dst(args.dst),
          offsets(args.offsets),
          sources(args.sources),
          accumulate(args.accumulate) {}

    NENGINE_HD void operator()(Index t, Index b, Index, Index j) const {
        Real sum = accumulate ? dst(t, b, 0, j) : Real(0);
        for (Index p = offsets[j]; p < offsets[j + 1]; ++p) {
            sum += src(t, b, 0, sources[p]);
        }
        dst(t, b, 0, j) = sum;
    }
};

template <class Real, Columns columns>
struct SelectRows {
    Operand<const Real, columns> src;
    const Index* table;
    Operand<Real, columns> dst;

    template <class I>
    NENGINE_HD Pending<Real> read(I s, I b, I r, I c) const {
        return {&dst(s, b, r, c), src(table[s], b, r, c)};
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

template <class Real, Columns columns>
struct SelectItems {
    Operand<const Real, columns> src;
    const Index* items;
    Operand<Real, columns> dst;

    template <class I>
    NENGINE_HD Pending<Real> read(I t, I b, I r, I c) const {
        return {&dst(t, b, r, c), src(t, items[b], r, c)};
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

/// Launches Select over dst's elements; the extents before `first` are looked up.
template <template <class, Columns> class Select, class Exec, class Real>
void run_select(const Exec& exec, int first, Block<const Real> src, const Index* table,
                Block<Real> dst) {
    using enum Columns;
    const Extents extents = join_extents(first, dst, src);
    if (is_unit(dst) && is_unit(src)) {
        launch_elements(exec, extents,
                        Select<Real, unit>{Operand<const Real, unit>(src), table,
                                           Operand<Real, unit>(dst)});
    } else {
        launch_elements(exec, extents,
                        Select<Real, other>{Operand<const Real, other>(src), table,
                                            Operand<Real, other>(dst)});
    }
}

}  // namespace

template <class Exec, class Real>
void indexed_sum(const Exec& exec, const IndexedSumArgs<Bound<Real>>& args) {
    const auto& dst = args.dst;
    launch_elements(exec, {dst.steps, dst.batch, 1, dst.cols}, IndexedSum<Real>(args));
}

template <class Exec, class Real>
void select_rows(const Exec& exec, const Block<const Real>& src, const Index* table,
                 const Block<Real>& dst) {
    run_select<SelectRows>(exec, 1, src, table, dst);
}

template <class Exec, class Real>
void select_items(const Exec& exec, const Block<const Real>& src, const Index* items,
                  const Block<Real>& dst) {
    run_select<SelectItems>(exec, 2, src, items, dst);
}

#define NENGINE_INSTANTIATE(Real)                                                      \
    template void indexed_sum(const ThisExec&, const IndexedSumArgs<Bound<Real>>&);    \
    template void select_rows(const ThisExec&, const Block<const Real>&, const Index*, \
                              const Block<Real>&);                                     \
    template void select_items(const ThisExec&, const Block<const Real>&,              \
                               const Index*, const Block<Real>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels

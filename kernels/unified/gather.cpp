#include "kernels/gather.hpp"

#include <cstdint>

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

/// As they are, or multiplied.
struct Unscaled {
    template <class Real, class Stored>
    NENGINE_HD Real of(Stored value) const {
        return static_cast<Real>(value);
    }
};
struct Scaled {
    double scale;

    template <class Real, class Stored>
    NENGINE_HD Real of(Stored value) const {
        return static_cast<Real>(scale * static_cast<double>(value));
    }
};

template <class Stored, class Real, Columns columns, class Scale>
struct SelectItems {
    Operand<const Stored, columns> src;
    const Index* items;
    Operand<Real, columns> dst;
    Scale scale;

    template <class I>
    NENGINE_HD Pending<Real> read(I t, I b, I r, I c) const {
        return {&dst(t, b, r, c), scale.template of<Real>(src(t, items[b], r, c))};
    }
    NENGINE_HD void write(const Pending<Real>& out) const { *out.to = out.value; }
    template <class Visit>
    NENGINE_HD void each_operand(const Visit& visit) {
        visit(src);
        visit(dst);
    }
};

/// Launches a functor over dst's elements, which `make` makes of both operands; the
/// extents before `first` are looked up.
template <class Exec, class Stored, class Real, class Make>
void run_select(const Exec& exec, int first, Block<const Stored> src, Block<Real> dst,
                const Make& make) {
    using enum Columns;
    const Extents extents = join_extents(first, dst, src);
    const auto launch_over = [&]<Columns columns>() {
        launch_elements(
            exec, extents,
            make(Operand<const Stored, columns>(src), Operand<Real, columns>(dst)));
    };
    if (is_unit(dst) && is_unit(src)) {
        launch_over.template operator()<unit>();
    } else {
        launch_over.template operator()<other>();
    }
}

template <class Exec, class Stored, class Real, class Scale>
void run_select_items(const Exec& exec, const Block<const Stored>& src,
                      const Index* items, const Block<Real>& dst, Scale scale) {
    run_select(
        exec, 2, src, dst,
        [&]<Columns columns>(const Operand<const Stored, columns>& from,
                             const Operand<Real, columns>& to) {
            return SelectItems<Stored, Real, columns, Scale>{from, items, to, scale};
        });
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
    run_select(exec, 1, src, dst,
               [&]<Columns columns>(const Operand<const Real, columns>& from,
                                    const Operand<Real, columns>& to) {
                   return SelectRows<Real, columns>{from, table, to};
               });
}

template <class Exec, class Stored, class Real>
void select_items(const Exec& exec, const Block<const Stored>& src, const Index* items,
                  const Block<Real>& dst, double scale) {
    if (scale == 1.0) {
        run_select_items(exec, src, items, dst, Unscaled{});
    } else {
        run_select_items(exec, src, items, dst, Scaled{scale});
    }
}

#define NENGINE_INSTANTIATE(Real)                                                      \
    template void indexed_sum(const ThisExec&, const IndexedSumArgs<Bound<Real>>&);    \
    template void select_rows(const ThisExec&, const Block<const Real>&, const Index*, \
                              const Block<Real>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

#define NENGINE_INSTANTIATE_ITEMS(Stored, Real)                             \
    template void select_items(const ThisExec&, const Block<const Stored>&, \
                               const Index*, const Block<Real>&, double);

#define NENGINE_INSTANTIATE_STORED(Stored)   \
    NENGINE_INSTANTIATE_ITEMS(Stored, float) \
    NENGINE_INSTANTIATE_ITEMS(Stored, double)

NENGINE_INSTANTIATE_STORED(float)
NENGINE_INSTANTIATE_STORED(double)
NENGINE_INSTANTIATE_STORED(std::int32_t)
NENGINE_INSTANTIATE_STORED(std::uint8_t)

}  // namespace nengine::kernels

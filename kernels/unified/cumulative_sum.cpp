#include "kernels/cumulative_sum.hpp"

#include <cstddef>
#include <type_traits>
#include <utility>

#include NENGINE_LAUNCH_HEADER
#include "kernels/unified/view_axes.hpp"

namespace nengine::kernels {
namespace {

/// Steps go along the axis.
template <class Number, bool accumulate, bool dense>
struct RunningSum {
    using Real = Number;
    static constexpr int n_registers = 1, n_carried = 1;
    static constexpr bool reverse = false, one_by_one = !dense;

    const Real* x;
    Real* y;
    Lanes lanes;
    Index x_apart, y_apart;  ///< from step to step
    bool exclusive;

    struct Item {
        const Real* x;
        Real* y;
    };
    NENGINE_HD Item item(Index b) const {
        const Axes& items = lanes.items;
        return {x + items.offset(items.a, b), y + items.offset(items.dst, b)};
    }
    NENGINE_HD Item place(Index t, Item item) const {
        return {item.x + t * x_apart, item.y + t * y_apart};
    }

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD void load_state(Real* r, Item, Index) const { r[0] = Real(0); }
    NENGINE_HD void store_state(Real*, Item, Index) const {}

    NENGINE_HD Real read(Index t, Item item, Index i) const {
        return number(place(t, item), i);
    }
    NENGINE_HD void advance(Real* r, Real next, Index t, Item item, Index i) const {
        add(r, next, place(t, item), i);
    }
    NENGINE_HD void step(Real* r, Item at, Item, Index i) const {
        add(r, number(at, i), at, i);
    }

private:
    NENGINE_HD Real number(Item at, Index i) const {
        return at.x[dense ? i : i * lanes.a];
    }
    NENGINE_HD void add(Real* r, Real next, Item at, Index i) const {
        const Real before = r[0], after = before + next;
        const Real sum = exclusive ? before : after;
        r[0] = after;
        Real& to = at.y[dense ? i : i * lanes.dst];
        to = accumulate ? to + sum : sum;
    }
};

Index size_of(Index stride) {
    return stride < 0 ? -stride : stride;
}

template <bool accumulate, class Exec, class Real>
void run_sums(const Exec& exec, const CumulativeSumArgs<Bound<Real>>& args) {
    View<const Real> x = args.x;
    View<Real> y = args.y;
    const auto at = static_cast<std::size_t>(args.axis);
    Axis from = std::exchange(x.item[at], {}), to = std::exchange(y.item[at], {});
    if (args.reverse && from.extent > 0) {
        x.data += (from.extent - 1) * from.stride;
        y.data += (from.extent - 1) * to.stride;
        from.stride = -from.stride;
        to.stride = -to.stride;
    }
    const Axes others = axes(x, x, y, true);
    // On the host neighbouring columns are what lies nearest, and steps where the axis
    // is the innermost one.
    const bool has_columns = size_of(others.a[Axes::last]) < size_of(from.stride);
    const Lanes lanes(others, has_columns);
    const auto launch = [&]<bool dense>(std::bool_constant<dense>) {
        launch_scan(exec, from.extent, lanes.items.size(), lanes.count,
                    RunningSum<Real, accumulate, dense>{
                        x.data, y.data, lanes, from.stride, to.stride, args.exclusive});
    };
    if (lanes.dense()) {
        launch(std::true_type{});
    } else {
        launch(std::false_type{});
    }
}

}  // namespace

template <class Exec, class Real>
void cumulative_sum(const Exec& exec, const CumulativeSumArgs<Bound<Real>>& args) {
    args.accumulate ? run_sums<true>(exec, args) : run_sums<false>(exec, args);
}

template void cumulative_sum(const ThisExec&, const CumulativeSumArgs<Bound<float>>&);
template void cumulative_sum(const ThisExec&, const CumulativeSumArgs<Bound<double>>&);

}  // namespace nengine::kernels

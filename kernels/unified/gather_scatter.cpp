#include "kernels/gather_scatter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/unified/view_axes.hpp"

namespace nengine::kernels {
namespace {

/// Which element of an axis is meant; -1: none.
template <class Real>
NENGINE_HD Index named_element(Real number, Index extent) {
    constexpr Real too_large = Real(Index{1} << 62);  // for an Index; so is NaN
    const Real nearest = std::rint(number);
    if (!(nearest > -too_large && nearest < too_large)) {
        return -1;
    }
    const Index whole = static_cast<Index>(nearest);
    const Index at = whole < 0 ? whole + extent : whole;
    return at >= 0 && at < extent ? at : -1;
}

/// A scan without state: what its steps do is all.
template <class Number>
struct Stateless {
    using Real = Number;
    static constexpr int n_registers = 1, n_carried = 0;
    static constexpr bool reverse = false;

    NENGINE_HD void load_constants(Real*, Index) const {}
    template <class Item>
    NENGINE_HD void load_state(Real*, const Item&, Index) const {}
    template <class Item>
    NENGINE_HD void store_state(Real*, const Item&, Index) const {}
};

/// Asks the host for the memory of coming lines. Stores that wait for it hold back all
/// loads from addresses that end in the same 12 bits, and of elements that lie anywhere
/// most soon do.
template <class Real>
NENGINE_HD void ask_for_later_lines(Real* line, Index count) {
#if defined(__CUDACC__)
    static_cast<void>(line);
    static_cast<void>(count);
#else
    constexpr Index ahead = 256, apart = 64 / sizeof(Real);
    for (Index i = 0; i < count && i < ahead; i += apart) {
        __builtin_prefetch(line + ahead + i, 1);
    }
#endif
}

/// One number of the index for all columns of an item.
template <class Number, bool accumulate, bool dense>
struct GatherLines : Stateless<Number> {
    using Real = Number;
    static constexpr bool one_by_one = !dense;

    const Real *x, *index;
    Real* y;
    Lanes lanes;
    Axis axis;

    GatherLines(const GatherArgs<Bound<Real>>& args, const Lanes& of)
        : x(args.x.data),
          index(args.index.data),
          y(args.y.data),
          lanes(of),
          axis(args.axis) {}

    struct Item {
        const Real* from;
        Real* to;
        bool found;
    };
    NENGINE_HD Item item(Index b) const {
        const Axes& items = lanes.items;
        const Index at = named_element(index[items.offset(items.b, b)], axis.extent);
        Real* to = y + items.offset(items.dst, b);
        const Real* from = x + items.offset(items.a, b);
        ask_for_later_lines(to, lanes.count);
        // There may be no element at all: then y's are read, and not used.
        return {at < 0 ? to : from + at * axis.stride, to, at >= 0};
    }
    NENGINE_HD void step(Real*, Index, Item at, Index i) const {
        constexpr Real none = std::numeric_limits<Real>::quiet_NaN();
        Real& to = at.to[dense ? i : i * lanes.dst];
        Real value = none;
        if constexpr (dense) {
            value = at.from[i];
            value = at.found ? value : none;
        } else if (at.found) {
            value = at.from[i * lanes.a];
        }
        to = accumulate ? to + value : value;
    }
};

/// A number of the index for each column.
template <class Number, bool accumulate>
struct GatherElements : Stateless<Number> {
    using Real = Number;
    static constexpr bool one_by_one = true;

    const Real *x, *index;
    Real* y;
    Lanes lanes;
    Index index_apart;
    Axis axis;

    GatherElements(const GatherArgs<Bound<Real>>& args, const Lanes& of, Index apart)
        : x(args.x.data),
          index(args.index.data),
          y(args.y.data),
          lanes(of),
          index_apart(apart),
          axis(args.axis) {}

    struct Item {
        const Real *from, *index;
        Real* to;
    };
    NENGINE_HD Item item(Index b) const {
        const Axes& items = lanes.items;
        return {x + items.offset(items.a, b), index + items.offset(items.b, b),
                y + items.offset(items.dst, b)};
    }
    NENGINE_HD void step(Real*, Index, Item at, Index i) const {
        const Index element = named_element(at.index[i * index_apart], axis.extent);
        const Real value = element < 0 ? std::numeric_limits<Real>::quiet_NaN()
                                       : at.from[i * lanes.a + element * axis.stride];
        Real& to = at.to[i * lanes.dst];
        to = accumulate ? to + value : value;
    }
};

template <bool accumulate, class Exec, class Real>
void run_gather(const Exec& exec, const GatherArgs<Bound<Real>>& args) {
    const Axes all = axes(args.x, args.index, args.y, true);
    const Lanes lanes(all, true);
    const Index apart = all.b[Axes::last];
    const auto launch = [&](const auto& scan) {
        launch_scan(exec, 1, lanes.items.size(), lanes.count, scan);
    };
    if (apart != 0 && lanes.count > 1) {
        launch(GatherElements<Real, accumulate>(args, lanes, apart));
    } else if (lanes.dense()) {
        launch(GatherLines<Real, accumulate, true>(args, lanes));
    } else {
        launch(GatherLines<Real, accumulate, false>(args, lanes));
    }
}

/// Steps go along the axis.
template <class Number, bool dense>
struct ZeroTargets : Stateless<Number> {
    using Real = Number;
    static constexpr bool one_by_one = !dense;

    Real* dx;
    Lanes lanes;
    Index apart;  ///< steps

    ZeroTargets(Real* to, const Lanes& of, Index from_step_to_step)
        : dx(to), lanes(of), apart(from_step_to_step) {}

    NENGINE_HD Real* item(Index b) const {
        return dx + lanes.items.offset(lanes.items.dst, b);
    }
    NENGINE_HD Real* place(Index t, Real* item) const { return item + t * apart; }
    NENGINE_HD void step(Real*, Real* at, Real*, Index i) const {
        at[dense ? i : i * lanes.dst] = Real(0);
    }
};

template <class Exec, class Real>
void zero_targets(const Exec& exec, Real* dx, Lanes lanes, Axis axis) {
    axis.extent = axis.stride == 0 ? std::min(axis.extent, Index{1}) : axis.extent;
    if (lanes.count == 1) {
        lanes.count = axis.extent;
        lanes.dst = axis.stride;
        axis = {};
    }
    const auto launch = [&](const auto& scan) {
        launch_scan(exec, axis.extent, lanes.items.size(), lanes.count, scan);
    };
    if (lanes.dst == 1) {
        launch(ZeroTargets<Real, true>(dx, lanes, axis.stride));
    } else {
        launch(ZeroTargets<Real, false>(dx, lanes, axis.stride));
    }
}

/// Steps go through all that is added to the same elements, in order. The axis is cut
/// into blocks of which each is an item of its own, that leaves the others' alone: an
/// element is in one of them, so that their number decides no result.
template <class Number, bool dense>
struct ScatterAdd {
    using Real = Number;
    static constexpr int n_registers = 1, n_carried = 1;  // steps in their order
    static constexpr bool reverse = false, one_by_one = !dense;

    const Real *dy, *index;
    Real* dx;
    Lanes lanes;
    Axes positions;
    Axis axis;
    Index block;  ///< elements of the axis
    IndexDivisor blocks;

    struct Item {
        const Real *dy, *index;
        Real* dx;
        Index first;  ///< of the block
    };
    NENGINE_HD Item item(Index b) const {
        const Axes& items = lanes.items;
        const auto [outer, own] = blocks.divide(b);
        return {dy + items.offset(items.a, outer), index + items.offset(items.b, outer),
                dx + items.offset(items.dst, outer), own * block};
    }

    struct Place {
        const Real* from;
        Real* to;  ///< null: in no or another block
    };
    NENGINE_HD Place place_of_number(Real number, Index t, const Item& item) const {
        const Index at = named_element(number, axis.extent);
        const bool is_own = at >= item.first && at < item.first + block;
        return {item.dy + positions.offset(positions.a, t),
                is_own ? item.dx + at * axis.stride : nullptr};
    }
    NENGINE_HD Place place(Index t, const Item& item) const {
        return place_of_number(read(t, item, 0), t, item);
    }

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD void load_state(Real*, const Item&, Index) const {}
    NENGINE_HD void store_state(Real*, const Item&, Index) const {}

    NENGINE_HD Real read(Index t, const Item& item, Index) const {
        return item.index[positions.offset(positions.b, t)];
    }
    NENGINE_HD void advance(Real* r, Real number, Index t, const Item& item,
                            Index i) const {
        step(r, place_of_number(number, t, item), item, i);
    }
    NENGINE_HD void step(Real*, Place at, const Item&, Index i) const {
        if (at.to != nullptr) {
            at.to[dense ? i : i * lanes.dst] += at.from[dense ? i : i * lanes.a];
        }
    }
};

/// Blocks of an axis of `n` elements, where there are `lanes` threads without any. On
/// CUDA neighbours read the index together; the host's threads would read it once for
/// each block.
Index blocks_of_axis(Index n, Index lanes) {
#if defined(__CUDACC__)
    constexpr Index wanted_threads = Index{1} << 16, most = 256;
    return std::clamp(wanted_threads / std::max(lanes, Index{1}), Index{1},
                      std::clamp(n, Index{1}, most));
#else
    static_cast<void>(n);
    static_cast<void>(lanes);
    return 1;
#endif
}

template <class Exec, class Real>
void run_scatter_add(const Exec& exec, const ScatterAddArgs<Bound<Real>>& args,
                     const Lanes& lanes) {
    const Axis axis = args.axis;
    const Axes positions = axes(args.dy, args.index, args.dx, false);
    const Index items = lanes.items.size();
    // What repeats along the axis is one element.
    const Index most =
        axis.stride == 0 ? 1 : blocks_of_axis(axis.extent, items * lanes.count);
    const Index block = (axis.extent - 1) / most + 1;
    const Index blocks = (axis.extent - 1) / block + 1;
    const auto launch = [&]<bool dense>(std::bool_constant<dense>) {
        launch_scan(
            exec, positions.size(), items * blocks, lanes.count,
            ScatterAdd<Real, dense>{args.dy.data, args.index.data, args.dx.data, lanes,
                                    positions, axis, block, IndexDivisor(blocks)});
    };
    if (lanes.dense()) {
        launch(std::true_type{});
    } else {
        launch(std::false_type{});
    }
}

}  // namespace

template <class Exec, class Real>
void gather(const Exec& exec, const GatherArgs<Bound<Real>>& args) {
    args.accumulate ? run_gather<true>(exec, args) : run_gather<false>(exec, args);
}

template <class Exec, class Real>
void scatter_add(const Exec& exec, const ScatterAddArgs<Bound<Real>>& args) {
    if (args.axis.extent == 0) {
        return;
    }
    const Axes kept = axes(args.dy, args.index, args.dx, true);
    const Lanes lanes(kept, kept.b[Axes::last] == 0);  // columns share an index
    if (!args.accumulate) {
        zero_targets(exec, args.dx.data, lanes, args.axis);
    }
    run_scatter_add(exec, args, lanes);
}

template void gather(const ThisExec&, const GatherArgs<Bound<float>>&);
template void gather(const ThisExec&, const GatherArgs<Bound<double>>&);
template void scatter_add(const ThisExec&, const ScatterAddArgs<Bound<float>>&);
template void scatter_add(const ThisExec&, const ScatterAddArgs<Bound<double>>&);

}  // namespace nengine::kernels

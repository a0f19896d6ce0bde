#include "kernels/reduce.hpp"

#include <limits>
#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/pointwise/math.hpp"
#include "kernels/unified/view_axes.hpp"

namespace nengine::kernels {
namespace {

/// What is known of the extents of a sum when it is compiled.
enum class Known {
    nothing,
    dense_columns,  ///< one extent of columns, which lies densely in a and b
    matrix,         ///< the same, and one extent of rows
};

/// dst's elements are the columns, and what is summed are the rows.
template <class Number, bool has_b, bool accumulate, Known known>
struct SumProduct {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;
    static constexpr bool dense = known != Known::nothing;
    // Indices are taken apart by products of 128 bits.
    static constexpr bool one_by_one = !dense;
    static constexpr bool rows_one_by_one = known != Known::matrix;

    const Real *a, *b;
    Real* dst;
    Axes kept, summed;

    NENGINE_HD void load_constants(Real*, Index) const {}

    /// What is the same for all columns of a row.
    struct Row {
        const Real *a, *b;
    };
    NENGINE_HD Row row(Index i) const {
        return {a + row_offset(summed.a, i), has_b ? b + row_offset(summed.b, i) : b};
    }

    NENGINE_HD Real read(Row from, Index i) const {
        const Real x = from.a[dense ? i : kept.offset(kept.a, i)];
        if constexpr (has_b) {
            return x * from.b[dense ? i : kept.offset(kept.b, i)];
        } else {
            return x;
        }
    }
    NENGINE_HD Real read(Index from, Index i) const { return read(row(from), i); }
    NENGINE_HD void add(Real* r, Real x, Index, Index) const { r[0] += x; }
    NENGINE_HD void term(Real* r, Row from, Index i) const { r[0] += read(from, i); }
    NENGINE_HD void term(Real* r, Index from, Index i) const { term(r, row(from), i); }

    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        Real& to = dst[kept.offset(kept.dst, i)];
        to =
            accumulate ? to + static_cast<Real>(total[0]) : static_cast<Real>(total[0]);
    }

    NENGINE_HD Index row_offset(const Index* stride, Index i) const {
        return known == Known::matrix ? i * stride[Axes::last]
                                      : summed.offset(stride, i);
    }
};

template <bool has_b, bool accumulate, class Exec, class Real>
void run_sum(const Exec& exec, const View<const Real>& a, const View<const Real>& b,
             const View<Real>& dst) {
    const Axes kept = axes(a, b, dst, true);
    const Axes summed = axes(a, b, dst, false);
    const bool dense =
        kept.size() == 1 || (kept.n_outer == 0 && kept.a[Axes::last] == 1 &&
                             (!has_b || kept.b[Axes::last] == 1));
    const auto launch = [&]<Known known>(std::integral_constant<Known, known>) {
        launch_columns(exec, summed.size(), kept.size(),
                       SumProduct<Real, has_b, accumulate, known>{
                           a.data, b.data, dst.data, kept, summed});
    };
    if (dense && summed.n_outer == 0) {
        launch(std::integral_constant<Known, Known::matrix>{});
    } else if (dense) {
        launch(std::integral_constant<Known, Known::dense_columns>{});
    } else {
        launch(std::integral_constant<Known, Known::nothing>{});
    }
}

struct Product {
    static constexpr double start = 1;
    template <class Real>
    NENGINE_HD static Real of(Real a, Real b) {
        return a * b;
    }
};
struct Largest {
    static constexpr double start = -std::numeric_limits<double>::infinity();
    template <class Real>
    NENGINE_HD static Real of(Real a, Real b) {
        return PointwiseMath<Real>::max(a, b);
    }
};
struct Smallest {
    static constexpr double start = std::numeric_limits<double>::infinity();
    template <class Real>
    NENGINE_HD static Real of(Real a, Real b) {
        return PointwiseMath<Real>::min(a, b);
    }
};

/// y's elements are the columns, and what is reduced are the rows.
template <class Number, class How, bool accumulate>
struct ReduceColumns {
    using Real = Number;
    using Combine = How;
    static constexpr int n_registers = 1, n_sums = 1;
    static constexpr bool one_by_one = true;  // indices are taken apart

    const Real* x;
    Real* y;
    Axes kept, reduced;

    NENGINE_HD void load_constants(Real* r, Index) const {
        r[0] = static_cast<Real>(Combine::start);
    }
    NENGINE_HD void term(Real* r, Index row, Index i) const {
        const Real* from = x + reduced.offset(reduced.a, row);
        r[0] = Combine::of(r[0], from[kept.offset(kept.a, i)]);
    }
    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        Real& to = y[kept.offset(kept.dst, i)];
        const Real result = static_cast<Real>(total[0]);
        to = accumulate ? to + result : result;
    }
};

/// What is reduced lies densely, a line for each of y's elements.
template <class Number, class How, bool accumulate>
struct ReduceLines {
    using Real = Number;
    using Combine = How;

    const Real* x;
    Real* y;
    Axes kept;

    struct Line {
        const Real* from;
        Real* to;
    };
    NENGINE_HD Line begin(Index i) const {
        return {x + kept.offset(kept.a, i), y + kept.offset(kept.dst, i)};
    }
    NENGINE_HD Real term(const Line& line, Index c) const { return line.from[c]; }
    NENGINE_HD void finish(const Line& line, double total) const {
        const Real result = static_cast<Real>(total);
        *line.to = accumulate ? *line.to + result : result;
    }
};

template <class How, bool accumulate, class Exec, class Real>
void run_reduction(const Exec& exec, const View<const Real>& x, const View<Real>& y) {
    const Axes kept = axes(x, x, y, true), reduced = axes(x, x, y, false);
    if (reduced.n_outer == 0 && reduced.a[Axes::last] == 1) {
        launch_lines(exec, kept.size(), reduced.size(),
                     ReduceLines<Real, How, accumulate>{x.data, y.data, kept});
    } else {
        launch_columns(
            exec, reduced.size(), kept.size(),
            ReduceColumns<Real, How, accumulate>{x.data, y.data, kept, reduced});
    }
}

template <class How, class Exec, class Real>
void run_reduction(const Exec& exec, const ReduceArgs<Bound<Real>>& args) {
    args.accumulate ? run_reduction<How, true>(exec, args.x, args.y)
                    : run_reduction<How, false>(exec, args.x, args.y);
}

/// y's elements, each by a walk along the axis.
template <class Real, bool largest>
struct ArgReduce {
    static constexpr bool one_by_one = true;

    const Real* x;
    Real* y;
    Axes kept, along;

    NENGINE_HD void operator()(Index i) const {
        const Real* from = x + kept.offset(kept.a, i);
        const Index n = along.size();
        Index best = 0;
        Real value = from[0];
        for (Index k = 1; k < n && value == value; ++k) {
            const Real next = from[along.offset(along.a, k)];
            const bool better = largest ? next > value : next < value;
            if (better || next != next) {
                best = k;
                value = next;
            }
        }
        y[kept.offset(kept.dst, i)] = static_cast<Real>(best);
    }
};

template <bool largest, class Exec, class Real>
void run_arg_reduction(const Exec& exec, const ArgReduceArgs<Bound<Real>>& args) {
    const Axes kept = axes(args.x, args.x, args.y, true);
    launch_each(exec, kept.size(),
                ArgReduce<Real, largest>{args.x.data, args.y.data, kept,
                                         axes(args.x, args.x, args.y, false)});
}

}  // namespace

template <class Exec, class Real>
void arg_reduce(const Exec& exec, const ArgReduceArgs<Bound<Real>>& args) {
    args.kind == Reduction::max ? run_arg_reduction<true>(exec, args)
                                : run_arg_reduction<false>(exec, args);
}

template <class Exec, class Real>
void reduce(const Exec& exec, const ReduceArgs<Bound<Real>>& args) {
    switch (args.kind) {
        case Reduction::sum:
            return run_reduction<Addition>(exec, args);
        case Reduction::product:
            return run_reduction<Product>(exec, args);
        case Reduction::max:
            return run_reduction<Largest>(exec, args);
        case Reduction::min:
            return run_reduction<Smallest>(exec, args);
    }
}

template <class Exec, class Real>
void sum_product(const Exec& exec, const SumProductArgs<Bound<Real>>& args) {
    const auto& [a, b, dst, accumulate] = args;
    if (b.data != nullptr) {
        accumulate ? run_sum<true, true>(exec, a, b, dst)
                   : run_sum<true, false>(exec, a, b, dst);
    } else {
        // Without b, its strides must not keep a's extents apart.
        accumulate ? run_sum<false, true>(exec, a, a, dst)
                   : run_sum<false, false>(exec, a, a, dst);
    }
}

template void arg_reduce(const ThisExec&, const ArgReduceArgs<Bound<float>>&);
template void arg_reduce(const ThisExec&, const ArgReduceArgs<Bound<double>>&);
template void reduce(const ThisExec&, const ReduceArgs<Bound<float>>&);
template void reduce(const ThisExec&, const ReduceArgs<Bound<double>>&);
template void sum_product(const ThisExec&, const SumProductArgs<Bound<float>>&);
template void sum_product(const ThisExec&, const SumProductArgs<Bound<double>>&);

}  // namespace nengine::kernels

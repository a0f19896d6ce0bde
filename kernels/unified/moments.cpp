#include "kernels/moments.hpp"

#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/operands.hpp"
#include "kernels/unified/view_axes.hpp"

namespace nengine::kernels {
namespace {

/// What is known of x's extents when a sum is compiled.
enum class Known {
    nothing,
    dense_columns,  ///< one extent of results, dense in x and in them
    matrix,         ///< the same, and one extent of what becomes one
};

/// Where the numbers are that become one: results are the columns of a sum.
template <class Real, Known known>
struct Terms {
    static constexpr bool dense = known != Known::nothing;

    const Real* x;
    Axes kept, summed;

    NENGINE_HD const Real* row(Index i) const {
        return x + (known == Known::matrix ? i * summed.a[Axes::last]
                                           : summed.offset(summed.a, i));
    }
    NENGINE_HD Real number(const Real* row, Index i) const {
        return row[dense ? i : kept.offset(kept.a, i)];
    }
    NENGINE_HD Index place(const Index* stride, Index i) const {
        return dense ? i : kept.offset(stride, i);
    }
};

template <class Number, Known known>
struct Mean {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;
    static constexpr bool one_by_one = known == Known::nothing;
    static constexpr bool rows_one_by_one = known != Known::matrix;

    Terms<Real, known> terms;
    Real* mean;
    double by_count;

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD const Real* row(Index i) const { return terms.row(i); }
    NENGINE_HD Real read(const Real* from, Index i) const {
        return terms.number(from, i);
    }
    NENGINE_HD Real read(Index from, Index i) const { return read(row(from), i); }
    NENGINE_HD void add(Real* r, Real x, Index, Index) const { r[0] += x; }
    NENGINE_HD void term(Real* r, const Real* from, Index i) const {
        r[0] += read(from, i);
    }
    NENGINE_HD void term(Real* r, Index from, Index i) const { term(r, row(from), i); }

    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        mean[terms.place(terms.kept.dst, i)] = static_cast<Real>(total[0] * by_count);
    }
};

/// Of a mean that is there. The sum of the distances to it would be 0 but for its
/// rounding, by which the sum of their squares is too large.
template <class Number, Known known>
struct Variance {
    using Real = Number;
    static constexpr int n_registers = 3, n_sums = 2;
    static constexpr bool one_by_one = known == Known::nothing;
    static constexpr bool rows_one_by_one = known != Known::matrix;

    Terms<Real, known> terms;
    const Real* mean;
    Real* variance;
    double by_count;

    NENGINE_HD void load_constants(Real* r, Index i) const {
        r[2] = mean[terms.place(terms.kept.b, i)];
    }
    NENGINE_HD const Real* row(Index i) const { return terms.row(i); }
    NENGINE_HD Real read(const Real* from, Index i) const {
        return terms.number(from, i);
    }
    NENGINE_HD Real read(Index from, Index i) const { return read(row(from), i); }
    NENGINE_HD void add(Real* r, Real x, Index, Index) const {
        const Real distance = x - r[2];
        r[0] += distance;
        r[1] += distance * distance;
    }
    NENGINE_HD void term(Real* r, const Real* from, Index i) const {
        add(r, read(from, i), Index{0}, i);
    }
    NENGINE_HD void term(Real* r, Index from, Index i) const { term(r, row(from), i); }

    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        const double rest = total[0] * by_count;
        const double result = total[1] * by_count - rest * rest;
        // (NaN stays.)
        variance[terms.place(terms.kept.dst, i)] =
            static_cast<Real>(result < 0 ? 0 : result);
    }
};

/// The innermost extent of the results lies densely, in x and in them.
bool has_dense_columns(const Axes& kept) {
    return kept.a[Axes::last] == 1 && kept.b[Axes::last] == 1 &&
           kept.dst[Axes::last] == 1;
}

/// Some of the results, and where the first of them is.
struct Part {
    Axes kept;
    Index x = 0, mean = 0, result = 0;
};

/// Calls `run(part)` for parts of the results that are all of them. On the host these
/// are runs of dense columns: there a column would be looked for in each of its rows,
/// where a device's thread has one column.
template <class Exec, class Run>
void for_each_part(const Axes& kept, const Run& run) {
    if (!std::is_base_of_v<CpuExec, Exec> || kept.n_outer == 0 ||
        !has_dense_columns(kept)) {
        run(Part{kept});
        return;
    }
    const Axes outer = kept.outer();
    Part part{kept};
    part.kept.n_outer = 0;
    for (Index i = 0; i < outer.size(); ++i) {
        part.x = outer.offset(outer.a, i);
        part.mean = outer.offset(outer.b, i);
        part.result = outer.offset(outer.dst, i);
        run(part);
    }
}

/// Calls `launch` with what is known of the extents.
template <class Launch>
void with_known(const Axes& kept, const Axes& summed, const Launch& launch) {
    const bool dense =
        kept.size() == 1 || (kept.n_outer == 0 && has_dense_columns(kept));
    if (dense && summed.n_outer == 0) {
        launch(std::integral_constant<Known, Known::matrix>{});
    } else if (dense) {
        launch(std::integral_constant<Known, Known::dense_columns>{});
    } else {
        launch(std::integral_constant<Known, Known::nothing>{});
    }
}

template <class Real>
struct ItemShare {
    Real* share;
    Index apart, valid;
    Real value;

    NENGINE_HD void operator()(Index b) const {
        share[b * apart] = b < valid ? value : Real(0);
    }
};

/// Of each element for itself, over the steps.
template <class Number, bool dense>
struct MovingAverage {
    using Real = Number;
    static constexpr int n_registers = 1, n_carried = 1;
    static constexpr bool reverse = false;

    Panel<const Real, dense> value;
    Panel<Real, dense> average;
    Real momentum, rest;

    NENGINE_HD void load_constants(Real*, Index) const {}
    NENGINE_HD void load_state(Real* r, Index b, Index i) const {
        r[0] = average(Index{0}, b, i);
    }
    NENGINE_HD Real read(Index t, Index, Index i) const {
        return value(t, Index{0}, i);
    }
    NENGINE_HD void advance(Real* r, Real now, Index, Index, Index) const {
        r[0] = r[0] * momentum + now * rest;
    }
    NENGINE_HD void step(Real* r, Index t, Index b, Index i) const {
        advance(r, read(t, b, i), t, b, i);
    }
    NENGINE_HD void store_state(Real* r, Index b, Index i) const {
        average(Index{0}, b, i) = r[0];
    }
};

template <bool dense, class Exec, class Real>
void run_average(const Exec& exec, const MovingAverageArgs<Bound<Real>>& args) {
    launch_scan(exec, args.one_step ? 1 : args.steps, 1, args.average.cols,
                MovingAverage<Real, dense>{Panel<const Real, dense>(args.value),
                                           Panel<Real, dense>(args.average),
                                           static_cast<Real>(args.momentum),
                                           static_cast<Real>(1 - args.momentum)});
}

template <class Exec, class Real>
void run_means(const Exec& exec, const View<const Real>& x,
               const View<const Real>& like, const View<Real>& to) {
    const Axes summed = axes(x, like, to, false);
    const Index n = summed.size();
    for_each_part<Exec>(axes(x, like, to, true), [&](const Part& part) {
        const Axes& kept = part.kept;
        with_known(kept, summed,
                   [&]<Known known>(std::integral_constant<Known, known>) {
                       launch_columns(exec, n, kept.size(),
                                      Mean<Real, known>{{x.data + part.x, kept, summed},
                                                        to.data + part.result,
                                                        1.0 / static_cast<double>(n)});
                   });
    });
}

template <class Exec, class Real>
void run_variances(const Exec& exec, const View<const Real>& x,
                   const View<const Real>& mean, const View<Real>& to) {
    const Axes summed = axes(x, mean, to, false);
    const Index n = summed.size();
    for_each_part<Exec>(axes(x, mean, to, true), [&](const Part& part) {
        const Axes& kept = part.kept;
        with_known(
            kept, summed, [&]<Known known>(std::integral_constant<Known, known>) {
                launch_columns(exec, n, kept.size(),
                               Variance<Real, known>{{x.data + part.x, kept, summed},
                                                     mean.data + part.mean,
                                                     to.data + part.result,
                                                     1.0 / static_cast<double>(n)});
            });
    });
}

}  // namespace

template <class Exec, class Real>
void moments(const Exec& exec, const MomentsArgs<Bound<Real>>& args) {
    View<const Real> x = args.x;
    x.batch.extent = args.valid < x.batch.extent ? args.valid : x.batch.extent;
    const View<const Real> mean{args.mean.data, args.mean.steps, args.mean.batch,
                                args.mean.item};
    run_means(exec, x, mean, args.mean);
    if (args.variance.data != nullptr) {
        run_variances(exec, x, mean, args.variance);
    }
}

template <class Exec, class Real>
void item_shares(const Exec& exec, const ItemSharesArgs<Bound<Real>>& args) {
    const Block<Real>& share = args.share;
    const Index valid = args.valid < share.batch ? args.valid : share.batch;
    launch_each(exec, share.batch,
                ItemShare<Real>{share.data, share.batch_stride, valid,
                                static_cast<Real>(
                                    1.0 / static_cast<double>(valid * args.numbers))});
}

template <class Exec, class Real>
void moving_average(const Exec& exec, const MovingAverageArgs<Bound<Real>>& args) {
    is_unit(args.value) && is_unit(args.average) ? run_average<true>(exec, args)
                                                 : run_average<false>(exec, args);
}

#define NENGINE_INSTANTIATE(Real)                                                   \
    template void moments(const ThisExec&, const MomentsArgs<Bound<Real>>&);        \
    template void item_shares(const ThisExec&, const ItemSharesArgs<Bound<Real>>&); \
    template void moving_average(const ThisExec&,                                   \
                                 const MovingAverageArgs<Bound<Real>>&);

NENGINE_INSTANTIATE(float)
NENGINE_INSTANTIATE(double)

}  // namespace nengine::kernels

#include "kernels/reduce.hpp"

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/unified/operands.hpp"

namespace nengine {
namespace {

/// Up to four extents as one index, the last one fastest, with the strides of operands
/// a, b and dst. Joined extents make the division that unfolds an index rare.
struct Axes {
    Index extent[4];
    Index a[4], b[4], dst[4];
    int n_outer;  ///< how many extents before the last are in use; 2 stands for more

    NENGINE_HD Index size() const {
        return extent[0] * extent[1] * extent[2] * extent[3];
    }

    NENGINE_HD Index offset(const Index* stride, Index at) const {
        if (n_outer == 0) {
            return at * stride[3];
        }
        const auto [rest, i3] = divide(at, extent[3]);
        if (n_outer == 1) {
            return rest * stride[2] + i3 * stride[3];
        }
        const auto [outer, i2] = divide(rest, extent[2]);
        const auto [i0, i1] = divide(outer, extent[1]);
        return i0 * stride[0] + i1 * stride[1] + i2 * stride[2] + i3 * stride[3];
    }
};

/// The extents of a that dst keeps, or those that it does not; the others are 1.
template <class Real>
Axes axes(const Block<const Real>& a, const Block<const Real>& b,
          const Block<Real>& dst, bool kept) {
    const Index to[4] = {dst.steps, dst.batch, dst.rows, dst.cols};
    Folding<3> f{{a.steps, a.batch, a.rows, a.cols}, {}};
    read_strides(a, f.stride[0]);
    read_strides(b, f.stride[1]);
    read_strides(dst, f.stride[2]);
    for (int k = 0; k < 4; ++k) {
        const bool is_kept = to[k] == f.extent[k];
        if (is_kept != kept) {
            f.extent[k] = 1;
        }
        if (!kept) {
            f.stride[2][k] = 0;
        }
    }
    f.run(0);
    Axes out{};
    for (int k = 0; k < 4; ++k) {
        out.extent[k] = f.extent[k];
        out.a[k] = f.stride[0][k];
        out.b[k] = f.stride[1][k];
        out.dst[k] = f.stride[2][k];
    }
    out.n_outer = f.extent[0] * f.extent[1] > 1 ? 2 : f.extent[2] > 1 ? 1 : 0;
    return out;
}

/// dst's elements are the columns, and what is summed are the rows. `dense`: one extent
/// of columns, which lies densely in a and b.
template <class Number, bool has_b, bool accumulate, bool dense>
struct SumProduct {
    using Real = Number;
    static constexpr int n_registers = 1, n_sums = 1;

    const Real *a, *b;
    Real* dst;
    Axes kept, summed;

    NENGINE_HD void load_constants(Real*, Index) const {}

    NENGINE_HD void term(Real* r, Index row, Index i) const {
        const Real* from_a = a + summed.offset(summed.a, row);
        const Real x = from_a[dense ? i : kept.offset(kept.a, i)];
        if constexpr (has_b) {
            const Real* from_b = b + summed.offset(summed.b, row);
            r[0] += x * from_b[dense ? i : kept.offset(kept.b, i)];
        } else {
            r[0] += x;
        }
    }

    NENGINE_HD void finish(Index i, const double (&total)[n_sums]) const {
        Real& to = dst[kept.offset(kept.dst, i)];
        to =
            accumulate ? to + static_cast<Real>(total[0]) : static_cast<Real>(total[0]);
    }
};

template <bool has_b, bool accumulate, class Exec, class Real>
void run_sum(const Exec& exec, const Block<const Real>& a, const Block<const Real>& b,
             const Block<Real>& dst) {
    const Axes kept = axes(a, b, dst, true);
    const Axes summed = axes(a, b, dst, false);
    const bool dense =
        kept.extent[3] == kept.size() && kept.a[3] == 1 && (!has_b || kept.b[3] == 1);
    if (dense) {
        launch_columns(exec, summed.size(), kept.size(),
                       SumProduct<Real, has_b, accumulate, true>{
                           a.data, b.data, dst.data, kept, summed});
    } else {
        launch_columns(exec, summed.size(), kept.size(),
                       SumProduct<Real, has_b, accumulate, false>{
                           a.data, b.data, dst.data, kept, summed});
    }
}

}  // namespace

template <class Exec, class Real>
void sum_product(const Exec& exec, const Block<const Real>& a,
                 const Block<const Real>& b, const Block<Real>& dst, bool accumulate) {
    if (b.data != nullptr) {
        accumulate ? run_sum<true, true>(exec, a, b, dst)
                   : run_sum<true, false>(exec, a, b, dst);
    } else {
        // Without b, its strides must not keep a's extents apart.
        accumulate ? run_sum<false, true>(exec, a, a, dst)
                   : run_sum<false, false>(exec, a, a, dst);
    }
}

template void sum_product(const ThisExec&, const Block<const float>&,
                          const Block<const float>&, const Block<float>&, bool);
template void sum_product(const ThisExec&, const Block<const double>&,
                          const Block<const double>&, const Block<double>&, bool);

}  // namespace nengine

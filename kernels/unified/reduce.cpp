#include "kernels/reduce.hpp"

#include <type_traits>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/divide.hpp"
#include "kernels/base/operands.hpp"

namespace nengine::kernels {
namespace {

/// Up to four extents as one index, the last one fastest, with the strides of operands
/// a, b and dst. Joined extents make the division that unfolds an index rare.
struct Axes {
    Index extent[4];
    Index a[4], b[4], dst[4];
    IndexDivisor by[4];  ///< the extents
    int n_outer;  ///< how many extents before the last are in use; 2 stands for more

    NENGINE_HD Index size() const {
        return extent[0] * extent[1] * extent[2] * extent[3];
    }

    NENGINE_HD Index offset(const Index* stride, Index at) const {
        if (n_outer == 0) {
            return at * stride[3];
        }
        const auto [rest, i3] = by[3].divide(at);
        if (n_outer == 1) {
            return rest * stride[2] + i3 * stride[3];
        }
        const auto [outer, i2] = by[2].divide(rest);
        const auto [i0, i1] = by[1].divide(outer);
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
        out.by[k] = IndexDivisor(f.extent[k]);
        out.a[k] = f.stride[0][k];
        out.b[k] = f.stride[1][k];
        out.dst[k] = f.stride[2][k];
    }
    out.n_outer = f.extent[0] * f.extent[1] > 1 ? 2 : f.extent[2] > 1 ? 1 : 0;
    return out;
}

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

    NENGINE_HD Index row_offset(const Index* stride, Index row) const {
        return known == Known::matrix ? row * stride[3] : summed.offset(stride, row);
    }

    NENGINE_HD Real read(Index row, Index i) const {
        const Real* from_a = a + row_offset(summed.a, row);
        const Real x = from_a[dense ? i : kept.offset(kept.a, i)];
        if constexpr (has_b) {
            const Real* from_b = b + row_offset(summed.b, row);
            return x * from_b[dense ? i : kept.offset(kept.b, i)];
        } else {
            return x;
        }
    }
    NENGINE_HD void add(Real* r, Real x, Index, Index) const { r[0] += x; }
    NENGINE_HD void term(Real* r, Index row, Index i) const {
        add(r, read(row, i), row, i);
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

}  // namespace

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

template void sum_product(const ThisExec&, const SumProductArgs<Bound<float>>&);
template void sum_product(const ThisExec&, const SumProductArgs<Bound<double>>&);

}  // namespace nengine::kernels

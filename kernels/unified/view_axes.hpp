#pragma once

#include "kernels/base/divide.hpp"
#include "kernels/pointwise/axes.hpp"

// How kernels of views find elements: axes of steps, items and tensors as one index.

namespace nengine::kernels {
namespace {

/// Some extents as one index, the last one fastest, with the strides of operands a, b
/// and dst. Joined extents make the division that unfolds an index rare.
struct Axes {
    static constexpr int last = max_program_axes - 1;
    Index extent[max_program_axes];
    Index a[max_program_axes], b[max_program_axes], dst[max_program_axes];
    IndexDivisor by[max_program_axes];  ///< the extents
    int n_outer;                        ///< how many before the last are in use

    NENGINE_HD Index size() const {
        Index elements = extent[last];
        for (int k = last - n_outer; k < last; ++k) {
            elements *= extent[k];
        }
        return elements;
    }

    NENGINE_HD Index offset(const Index* stride, Index at) const {
        if (n_outer == 0) {
            return at * stride[last];
        }
        const auto [rest, inner] = by[last].divide(at);
        Index outer = rest, sum = inner * stride[last];
        for (int k = last - 1; k > last - n_outer; --k) {
            const auto [further, i] = by[k].divide(outer);
            sum += i * stride[k];
            outer = further;
        }
        return sum + outer * stride[last - n_outer];
    }

    /// Those before the last.
    Axes outer() const {
        Axes rest{};
        rest.extent[last] = 1;
        rest.n_outer = n_outer > 0 ? n_outer - 1 : 0;
        for (int k = last - n_outer; k < last; ++k) {
            rest.extent[k + 1] = extent[k];
            rest.by[k + 1] = by[k];
            rest.a[k + 1] = a[k];
            rest.b[k + 1] = b[k];
            rest.dst[k + 1] = dst[k];
        }
        return rest;
    }
};

/// The extents of a that dst keeps, or those that it does not.
template <class Real>
Axes axes(const View<const Real>& a, const View<const Real>& b, const View<Real>& dst,
          bool kept) {
    const ProgramAxes of_a = axes_of(a), of_dst = axes_of(dst);
    ProgramOperand<const Real> from_a = operand_of(a), from_b = operand_of(b);
    ProgramOperand<Real> to = operand_of(dst);
    ProgramAxes some = of_a;
    for (int k = 0; k < some.n; ++k) {
        const bool is_kept = of_dst.extent[k] == of_a.extent[k];
        if (is_kept != kept) {
            some.extent[k] = 1;
        }
        if (!kept) {
            to.stride[k] = 0;
        }
    }
    join_axes(some, [&](const auto& visit) {
        visit(from_a);
        visit(from_b);
        visit(to);
    });
    Axes out{};
    out.n_outer = some.n - 1;
    for (int k = 0; k < some.n; ++k) {
        const int at = max_program_axes - some.n + k;
        out.extent[at] = some.extent[k];
        out.by[at] = IndexDivisor(some.extent[k]);
        out.a[at] = from_a.stride[k];
        out.b[at] = from_b.stride[k];
        out.dst[at] = to.stride[k];
    }
    return out;
}

/// Axes as the items and columns of a scan: the last one as columns, unless all are
/// items.
struct Lanes {
    Axes items;
    Index count = 1, a = 0, dst = 0;  ///< columns, and how far apart they are

    Lanes(const Axes& axes, bool has_columns)
        : items(has_columns ? axes.outer() : axes) {
        if (has_columns) {
            count = axes.extent[Axes::last];
            a = axes.a[Axes::last];
            dst = axes.dst[Axes::last];
        }
    }

    /// More than one, and one after the other.
    bool dense() const { return count > 1 && a == 1 && dst == 1; }
};

}  // namespace
}  // namespace nengine::kernels

#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "kernels/base/launch_contract.hpp"
#include "kernels/base/macros.hpp"
#include "kernels/base/view.hpp"

// How unified kernels see their operands. A stride that the compiler knows is what
// makes a vector load of a loop over columns, so the strides over columns that matter
// are types.

namespace nengine::kernels {
namespace {

/// How far it is from one column to the next.
enum class Columns {
    unit,   ///< dense
    same,   ///< stride 0: one number for all columns
    other,  ///< as the block says
};

/// A block whose stride over columns is known to the compiler.
template <class Real, Columns columns>
struct Operand {
    Real* data;
    Index time_stride, batch_stride, row_stride, col_stride;

    explicit Operand(const Block<Real>& block)
        : data(block.data),
          time_stride(block.time_stride),
          batch_stride(block.batch_stride),
          row_stride(block.row_stride),
          col_stride(block.col_stride) {}

    /// Computed in the type of c: narrow ones are for operands that is_narrow() found
    /// to lie closely, unsigned ones for skewed operands. What is looked up, t or b,
    /// may be wider.
    template <class T, class B, class R, class C>
    NENGINE_HD Real& operator()(T t, B b, R r, C c) const {
        Real* from = data;
        C at = distance(r, row_stride);
        if constexpr (sizeof(T) > sizeof(C)) {
            from += distance(t, time_stride);
        } else {
            at += static_cast<C>(distance(t, time_stride));
        }
        if constexpr (sizeof(B) > sizeof(C)) {
            from += distance(b, batch_stride);
        } else {
            at += static_cast<C>(distance(b, batch_stride));
        }
        if constexpr (columns == Columns::unit) {
            at += c;
        } else if constexpr (columns == Columns::other) {
            at += distance(c, col_stride);
        }
        return from[static_cast<std::make_signed_t<C>>(at)];
    }

    /// From here on element (t, b, r, c) of the extents is found as (t, t * batch + b,
    /// (t * batch + b) * rows + r, ((t * batch + b) * rows + r) * cols + c): what
    /// dividing its position by the extents gives without the remainders. Distances may
    /// be beyond a narrow type before they are added, so indices have to be unsigned.
    void skew(const Extents& e) {
        const Index row = row_stride, batch = batch_stride;
        row_stride -= e.cols * across();
        batch_stride -= e.rows * row;
        if (e.steps > 1) {  // else t is 0, or something else that was looked up
            time_stride -= e.batch * batch;
        }
    }

    /// Whether no element is 2^31 elements or more away from the first one.
    bool is_narrow(const Extents& e) const {
        const auto size = [](Index stride) { return stride < 0 ? -stride : stride; };
        return size(time_stride) * (e.steps - 1) + size(batch_stride) * (e.batch - 1) +
                   size(row_stride) * (e.rows - 1) + size(across()) * (e.cols - 1) <
               Index{1} << 31;
    }

    /// Whether a line's first number lies at a multiple of `bytes`, or there is but
    /// one.
    bool is_aligned(std::size_t bytes) const {
        return columns == Columns::same ||
               reinterpret_cast<std::uintptr_t>(data) % bytes == 0;
    }
    /// Tells the compiler what is_aligned() found.
    template <std::size_t bytes>
    NENGINE_HD void assume_aligned() {
        if constexpr (columns != Columns::same) {
            data = static_cast<Real*>(__builtin_assume_aligned(data, bytes));
        }
    }

private:
    Index across() const {
        return columns == Columns::unit ? 1 : columns == Columns::same ? 0 : col_stride;
    }

    template <class I>
    NENGINE_HD static I distance(I index, Index stride) {
        return index * static_cast<I>(stride);
    }
};

/// A number that is computed, and where it belongs.
template <class Real>
struct Pending {
    Real* to;
    Real value;

    /// value, or *to + value
    template <bool accumulate>
    NENGINE_HD static Pending of(Real& to, Real value) {
        return {&to, accumulate ? to + value : value};
    }
};

/// Whether each operand is dense along its columns, or one number.
template <Columns... columns>
constexpr bool all_lines() {
    return ((columns != Columns::other) && ...);
}

template <class Real>
bool is_unit(const Block<Real>& block) {
    return block.col_stride == 1 || block.cols == 1;
}
template <class Real>
bool is_same(const Block<Real>& block) {
    return block.col_stride == 0;
}

/// Extents and strides of some blocks of equal extents, outermost first.
template <int n_blocks>
struct Folding {
    static constexpr int n_extents = 4;
    Index extent[n_extents];
    Index stride[n_blocks][n_extents];

    /// Whether all blocks run through `outer` and `inner` as through one extent.
    bool can_join(int outer, int inner) const {
        for (int k = 0; k < n_blocks; ++k) {
            if (stride[k][outer] != stride[k][inner] * extent[inner]) {
                return false;
            }
        }
        return true;
    }

    void move(int from, int to) {
        extent[to] = extent[from];
        for (int k = 0; k < n_blocks; ++k) {
            stride[k][to] = stride[k][from];
        }
    }

    /// Joins what lies densely and drops extents of 1, from `first` on; what is left
    /// moves inwards, and extents of 1 take its place.
    void run(int first) {
        int last = n_extents - 1;  // the extent being grown
        for (int i = n_extents - 2; i >= first; --i) {
            if (extent[i] == 1) {
                continue;
            }
            if (extent[last] == 1) {
                move(i, last);
            } else if (can_join(i, last)) {
                extent[last] *= extent[i];
            } else {
                move(i, --last);
            }
        }
        for (int i = first; i < last; ++i) {
            extent[i] = 1;
        }
    }
};

template <class Real>
void read_strides(const Block<Real>& block, Index* stride) {
    stride[0] = block.time_stride;
    stride[1] = block.batch_stride;
    stride[2] = block.row_stride;
    stride[3] = block.col_stride;
}

template <class Real>
void write_strides(Block<Real>& block, const Index* extent, const Index* stride) {
    block.steps = extent[0];
    block.batch = extent[1];
    block.rows = extent[2];
    block.cols = extent[3];
    block.time_stride = stride[0];
    block.batch_stride = stride[1];
    block.row_stride = stride[2];
    block.col_stride = stride[3];
}

/// Rewrites blocks of equal extents so that as many elements as possible are columns.
/// Extents before `first` (0 time, 1 batch, 2 rows) stay as they are. The first block
/// says the extents; those of the others are overwritten.
template <class First, class... Rest>
Extents join_extents(int first, Block<First>& block, Block<Rest>&... others) {
    Folding<1 + sizeof...(Rest)> f{{block.steps, block.batch, block.rows, block.cols},
                                   {}};
    int k = 0;
    read_strides(block, f.stride[k]);
    (read_strides(others, f.stride[++k]), ...);
    f.run(first);
    k = 0;
    write_strides(block, f.extent, f.stride[k]);
    (write_strides(others, f.extent, f.stride[++k]), ...);
    return {f.extent[0], f.extent[1], f.extent[2], f.extent[3]};
}

/// A block [steps, batch, 1, cols] whose columns are dense, or not.
template <class Real, bool unit>
struct Panel {
    Real* data;
    Index time_stride, batch_stride, col_stride;

    explicit Panel(const Block<Real>& block)
        : data(block.data),
          time_stride(block.time_stride),
          batch_stride(block.batch_stride),
          col_stride(block.col_stride) {}

    NENGINE_HD Real& operator()(Index t, Index b, Index i) const {
        return data[t * time_stride + b * batch_stride + (unit ? i : i * col_stride)];
    }
};

/// Whether blocks without data, or dense ones, are all there is.
template <class... Reals>
bool all_unit(const Block<Reals>&... blocks) {
    return ((blocks.data == nullptr || is_unit(blocks)) && ...);
}

}  // namespace
}  // namespace nengine::kernels

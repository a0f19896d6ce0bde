#pragma once

#include <algorithm>
#include <array>

#include "engine/ir/indexed_vector.hpp"
#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

// An operand says where numbers lie; addresses follow from it, the chunk's steps, the
// tile's items, and the step within a stepped region.

namespace nengine::engine {

using kernels::Axis;

struct BufferSpec;
using BufferId = Id<BufferSpec>;
inline constexpr BufferId no_buffer = -1;
struct IndexTable;  // a name alone: tables are vectors
using TableId = Id<IndexTable>;
inline constexpr TableId no_table = -1;

/// Which rows of a buffer an operand means.
enum class Rows {
    fixed,    ///< the one row there is
    history,  ///< rows [shift, shift + steps): one per step of the chunk
    all,      ///< every row of a history, the carried one too
    first,    ///< row 0 of a history: what the chunk before left
    last,     ///< row `steps` of a history: what this chunk leaves
};

/// Elements of a buffer's rows: `rows` x `cols` for each step and item, as in Block,
/// and more axes outside of them for kernels that take a View. `count` members of a
/// merged group lie `group_stride` apart (products only; else 1).
struct Operand {
    BufferId buffer = no_buffer;
    Rows in_time = Rows::fixed;
    Index shift = 0;
    Index offset = 0;
    Index rows = 1, cols = 0;
    Index row_stride = 0, col_stride = 1;
    Index count = 1, group_stride = 0;
    /// Outermost first.
    std::array<Axis, kernels::max_item_axes - 2> outer{};

    bool present() const { return buffer != no_buffer; }
    /// Elements of a row, of one member.
    Index size() const {
        Index elements = 1;
        for (const Axis& axis : item_axes()) {
            elements *= axis.extent;
        }
        return elements;
    }
    std::array<Axis, kernels::max_item_axes> item_axes() const {
        const auto& [a, b, c, d] = outer;
        return {a, b, c, d, Axis{rows, row_stride}, Axis{cols, col_stride}};
    }
    void set_item_axes(const std::array<Axis, kernels::max_item_axes>& axes) {
        const auto& [a, b, c, d, of_rows, of_cols] = axes;
        outer = {a, b, c, d};
        rows = of_rows.extent;
        row_stride = of_rows.stride;
        cols = of_cols.extent;
        col_stride = of_cols.stride;
    }
};

/// Several of its elements are one.
inline bool repeats(const Operand& operand) {
    return std::ranges::any_of(operand.item_axes(), [](const Axis& axis) {
        return axis.extent > 1 && axis.stride == 0;
    });
}

/// Extents of 1 where an operand repeats its elements: what a sum over the repetition
/// leaves; but for its last axes, which are as they are.
inline Operand without_repeats(Operand operand, std::size_t kept = 0) {
    auto axes = operand.item_axes();
    for (std::size_t k = 0; k + kept < axes.size(); ++k) {
        axes[k].extent = axes[k].stride == 0 ? 1 : axes[k].extent;
    }
    operand.set_item_axes(axes);
    return operand;
}

/// The same axes, elements one after the other.
inline Operand densely(Operand operand) {
    auto axes = operand.item_axes();
    Index inside = 1;
    for (auto axis = axes.rbegin(); axis != axes.rend(); ++axis) {
        axis->stride = inside;
        inside *= axis->extent;
    }
    operand.set_item_axes(axes);
    return operand;
}

/// Members of a group as rows: what is copied or summed whole.
inline Operand as_rows(Operand operand) {
    if (operand.count > 1) {
        operand.rows = operand.count;
        operand.row_stride = operand.group_stride;
        operand.count = 1;
        operand.group_stride = 0;
    }
    return operand;
}

/// A vector per member as the rows of a matrix of one column.
inline Operand as_column(Operand vector) {
    vector.rows = vector.cols;
    vector.row_stride = vector.col_stride;
    vector.cols = 1;
    vector.col_stride = 0;
    return vector;
}

}  // namespace nengine::engine

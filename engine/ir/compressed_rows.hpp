#pragma once

#include <vector>

#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

namespace nengine::engine {

/// Entries by row, as sparse matrices and indexed sums have them: row r has the entries
/// order[p] for p in [offsets[r], offsets[r + 1]), in increasing order.
struct CompressedRows {
    std::vector<Index> offsets, order;

    /// `numbers` of the entries, in the order of the places.
    std::vector<Index> in_order(const std::vector<Index>& numbers) const;
};

/// Entry i is in row rows[i] - first, one of `n_rows`. Counted, not sorted by
/// comparing: linear in entries and rows.
CompressedRows compressed_rows(const std::vector<Index>& rows, Index n_rows,
                               Index first = 0);

}  // namespace nengine::engine

#include "engine/ir/compressed_rows.hpp"

#include <numeric>

namespace nengine::engine {

std::vector<Index> CompressedRows::in_order(const std::vector<Index>& numbers) const {
    std::vector<Index> result;
    result.reserve(order.size());
    for (const Index entry : order) {
        result.push_back(numbers[static_cast<std::size_t>(entry)]);
    }
    return result;
}

CompressedRows compressed_rows(const std::vector<Index>& rows, Index n_rows,
                               Index first) {
    CompressedRows result{std::vector<Index>(static_cast<std::size_t>(n_rows) + 1, 0),
                          std::vector<Index>(rows.size())};
    for (const Index row : rows) {
        ++result.offsets[static_cast<std::size_t>(row - first) + 1];
    }
    std::partial_sum(result.offsets.begin(), result.offsets.end(),
                     result.offsets.begin());
    // Once the rows are counted every entry has its place.
    std::vector<Index> next(result.offsets.begin(), result.offsets.end() - 1);
    for (std::size_t entry = 0; entry < rows.size(); ++entry) {
        Index& place = next[static_cast<std::size_t>(rows[entry] - first)];
        result.order[static_cast<std::size_t>(place++)] = static_cast<Index>(entry);
    }
    return result;
}

}  // namespace nengine::engine

#pragma once

#include <optional>
#include <span>

#include "kernels/base/view.hpp"

namespace nengine::engine {

/// The number of elements of a shape from a file. Nothing, if a size is negative or the
/// product of those that are not 0 does not fit an Index: the order of the sizes makes
/// no difference, and parts of an empty array have a size too.
inline std::optional<Index> element_count(std::span<const Index> shape) {
    Index count = 1;
    bool empty = false;
    for (const Index size : shape) {
        empty = empty || size == 0;
        if (size < 0 || __builtin_mul_overflow(count, size == 0 ? 1 : size, &count)) {
            return std::nullopt;
        }
    }
    return empty ? 0 : count;
}

}  // namespace nengine::engine

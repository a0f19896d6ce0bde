#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nengine/view.hpp"

namespace nengine::detail {

/// Positions that a key names: `count` from `first` on in steps of `step`, or a list.
struct Positions {
    std::int64_t first = 0, count = 0, step = 1;
    std::vector<std::int64_t> list = {};  ///< if is_list, instead of the range above
    bool is_list = false;
    bool is_all = false;

    /// One by one.
    std::vector<std::int64_t> all() const;
};

/// @throws ValidationError  a position out of range, or no positions at all
Positions positions(const std::optional<Key>& key, std::int64_t size,
                    const std::string& where);

}  // namespace nengine::detail

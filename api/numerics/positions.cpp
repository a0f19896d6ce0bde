#include "api/numerics/positions.hpp"

#include <algorithm>
#include <utility>

#include "kernels/base/error.hpp"

namespace nengine::detail {
namespace {

/// Python's rule for one bound of a slice over `size` elements.
std::int64_t bound(std::int64_t position, std::int64_t size, bool backward) {
    if (position < 0) {
        position += size;
    }
    const std::int64_t low = backward ? -1 : 0;
    return std::clamp(position, low, size + low);
}

Positions slice_positions(const Slice& slice, std::int64_t size,
                          const std::string& where) {
    if (slice.step == 0) {
        throw ValidationError(where + ": got a slice of step 0, needs another step");
    }
    const bool backward = slice.step < 0;
    const std::int64_t start =
        slice.start ? bound(*slice.start, size, backward) : (backward ? size - 1 : 0);
    const std::int64_t stop =
        slice.stop ? bound(*slice.stop, size, backward) : (backward ? -1 : size);
    const std::int64_t span = backward ? start - stop : stop - start;
    const std::int64_t stride = backward ? -slice.step : slice.step;
    Positions result;
    result.first = start;
    result.step = slice.step;
    result.count = span <= 0 ? 0 : (span - 1) / stride + 1;
    result.is_all = result.count == size && slice.step == 1;
    return result;
}

std::int64_t checked(std::int64_t position, std::int64_t size,
                     const std::string& where) {
    if (position < -size || position >= size) {
        throw ValidationError(where + ": got position " + std::to_string(position) +
                              ", needs one from " + std::to_string(-size) + " to " +
                              std::to_string(size - 1));
    }
    return position < 0 ? position + size : position;
}

/// A list as a range if its steps are equal: ranges need no copy.
Positions list_positions(std::vector<std::int64_t> list) {
    Positions result;
    result.count = static_cast<std::int64_t>(list.size());
    const std::int64_t step = list.size() > 1 ? list[1] - list[0] : 1;
    bool even = !list.empty() && step != 0;
    for (std::size_t i = 1; i < list.size(); ++i) {
        even = even && list[i] - list[i - 1] == step;
    }
    if (even) {
        result.first = list.front();
        result.step = step;
    } else {
        result.is_list = true;
        result.list = std::move(list);
    }
    return result;
}

std::vector<std::int64_t> mask_positions(const std::vector<bool>& mask,
                                         std::int64_t size, const std::string& where) {
    if (static_cast<std::int64_t>(mask.size()) != size) {
        throw ValidationError(where + ": got a mask of " + std::to_string(mask.size()) +
                              ", needs one for each of its " + std::to_string(size) +
                              " components");
    }
    std::vector<std::int64_t> list;
    for (std::size_t i = 0; i < mask.size(); ++i) {
        if (mask[i]) {
            list.push_back(static_cast<std::int64_t>(i));
        }
    }
    return list;
}

}  // namespace

std::vector<std::int64_t> Positions::all() const {
    if (is_list) {
        return list;
    }
    std::vector<std::int64_t> result(static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
        result[static_cast<std::size_t>(i)] = first + i * step;
    }
    return result;
}

Positions positions(const std::optional<Key>& key, std::int64_t size,
                    const std::string& where) {
    Positions result;
    if (!key) {
        result.count = size;
        result.is_all = true;
        return result;
    }
    if (const auto* index = std::get_if<std::int64_t>(&key->value())) {
        result.first = checked(*index, size, where);
        result.count = 1;
        result.is_all = size == 1;
    } else if (const auto* slice = std::get_if<Slice>(&key->value())) {
        result = slice_positions(*slice, size, where);
    } else if (const auto* mask = std::get_if<std::vector<bool>>(&key->value())) {
        result = list_positions(mask_positions(*mask, size, where));
    } else {
        std::vector<std::int64_t> list;
        for (const auto position : std::get<std::vector<std::int64_t>>(key->value())) {
            list.push_back(checked(position, size, where));
        }
        result = list_positions(std::move(list));
    }
    if (result.count == 0) {
        throw ValidationError(where + ": got a slice without any of its " +
                              std::to_string(size) + " components, needs at least one");
    }
    return result;
}

}  // namespace nengine::detail

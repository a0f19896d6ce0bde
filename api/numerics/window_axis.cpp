#include "api/numerics/window_axis.hpp"

#include <algorithm>

namespace nengine::detail {

WindowAxis window_axis(std::int64_t size, std::int64_t window, std::int64_t stride,
                       Padding padding) {
    if (padding == Padding::valid) {
        return {size < window ? 0 : (size - window) / stride + 1, 0};
    }
    const std::int64_t count = (size - 1) / stride + 1;
    return {count, std::max<std::int64_t>((count - 1) * stride + window - size, 0) / 2};
}

}  // namespace nengine::detail

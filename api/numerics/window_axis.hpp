#pragma once

#include <cstdint>

#include "nengine/images.hpp"

namespace nengine::detail {

/// Positions along one axis of a convolution or pool, and the padding before it.
struct WindowAxis {
    std::int64_t count, before;
};
WindowAxis window_axis(std::int64_t size, std::int64_t window, std::int64_t stride,
                       Padding padding);

}  // namespace nengine::detail

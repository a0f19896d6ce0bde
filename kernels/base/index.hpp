#pragma once

#include <cstdint>

namespace nengine {

/// Sizes, strides and positions, in elements.
using Index = std::int64_t;

}  // namespace nengine

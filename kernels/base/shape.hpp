#pragma once

#include <vector>

#include "kernels/base/index.hpp"

namespace nengine {

/// Extents, slowest axis first.
using Shape = std::vector<Index>;

}  // namespace nengine

#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nengine {

/// A number as people write it, with as few digits as tell it apart: `0.1`, `1e-05`.
std::string number_text(double value);

/// A shape as `[2, 3]`.
std::string shape_text(const std::vector<std::int64_t>& shape);

}  // namespace nengine

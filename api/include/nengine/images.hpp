#pragma once

#include <cstdint>

namespace nengine {

/// What happens at the border: `valid` uses whole windows only, `same` pads with zeros
/// so that the output has ceil(input / stride) positions.
enum class Padding { valid, same };

/// Two numbers, down and across; one number stands for both.
struct Extent2D {
    std::int64_t height;
    std::int64_t width;
    Extent2D(std::int64_t both) : height(both), width(both) {}
    Extent2D(std::int64_t down, std::int64_t across) : height(down), width(across) {}
    bool operator==(const Extent2D&) const = default;
};

}  // namespace nengine

#pragma once

#include <algorithm>
#include <string>

#include "engine/operators/checks.hpp"
#include "kernels/base/view.hpp"

// What operators along one axis, which they leave as it is, have in common.

namespace nengine::engine {

/// One shape, and one of its axes.
/// @throws BuildError  otherwise, naming the operator
inline void check_along_axis(const Operator& op, int axis, const Shape& x,
                             const Shape& y) {
    if (axis < 0 || axis >= static_cast<int>(x.size())) {
        refuse(op, "axis " + std::to_string(axis), "one of those of " + to_string(x));
    }
    if (y != x) {
        refuse(op, "shape " + to_string(y), to_string(x));
    }
}

/// Where an axis is among those of operands in a shape, which are as many as can be,
/// and leave out its dimensions of 1.
inline int aligned_axis(const Shape& shape, int axis) {
    if (shape[static_cast<std::size_t>(axis)] == 1) {
        return 0;  // the outermost one, which is none of the shape's other ones
    }
    const auto inside = std::count_if(shape.begin() + axis, shape.end(),
                                      [](Index extent) { return extent != 1; });
    return kernels::max_item_axes - static_cast<int>(inside);
}

}  // namespace nengine::engine

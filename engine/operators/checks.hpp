#pragma once

#include <string>
#include <vector>

#include "engine/ir/operator.hpp"
#include "kernels/base/error.hpp"

// What the checks of operators have in common.

namespace nengine::engine {

inline Index size_of(const std::vector<Shape>& shapes, int slot) {
    return shape_size(shapes[static_cast<std::size_t>(slot)]);
}

/// @throws BuildError  always, naming the operator
[[noreturn]] inline void refuse(const Operator& op, const std::string& got,
                                const std::string& needs) {
    throw BuildError(std::string(op.type()) + " '" + op.label + "': got " + got +
                     ", needs " + needs);
}

inline void check_size(const Operator& op, const char* what, Index got, Index needed) {
    if (got != needed) {
        refuse(op, std::string(what) + " of " + std::to_string(got) + " elements",
               std::to_string(needed));
    }
}

inline void check_matrix(const Operator& op, const char* what, const Shape& got,
                         const Shape& needed) {
    if (got != needed) {
        refuse(op, std::string(what) + " of shape " + to_string(got),
               to_string(needed));
    }
}

inline void check_indices(const Operator& op, const std::vector<Index>& indices,
                          Index size) {
    for (const Index i : indices) {
        if (i < 0 || i >= size) {
            refuse(op, "index " + std::to_string(i),
                   "one in [0, " + std::to_string(size) + ")");
        }
    }
}

}  // namespace nengine::engine

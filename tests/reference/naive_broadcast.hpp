#pragma once

#include <string>
#include <vector>

#include "engine/ir/operator.hpp"
#include "kernels/base/error.hpp"

namespace nengine::reference {

using namespace engine;

[[noreturn]] inline void misfit(const Operator& op, const std::string& what) {
    throw BuildError("reference " + std::string(op.type()) + " '" + op.label +
                     "': " + what);
}

/// Numpy's rule: for each element of `to`, row by row, the element of `from` that
/// stands there.
inline std::vector<Index> broadcast_map(const Operator& op, const Shape& from,
                                        const Shape& to) {
    if (from.size() > to.size()) {
        misfit(op, "got " + to_string(from) + ", needs what broadcasts to " +
                       to_string(to));
    }
    const std::size_t missing = to.size() - from.size();
    const auto strides = dense_strides(from);
    std::vector<Index> map{0};
    for (std::size_t d = 0; d < to.size(); ++d) {
        const bool absent = d < missing || from[d - missing] == 1;
        if (!absent && from[d - missing] != to[d]) {
            misfit(op, "got " + to_string(from) + ", needs what broadcasts to " +
                           to_string(to));
        }
        std::vector<Index> next;
        for (const Index element : map) {
            for (Index i = 0; i < to[d]; ++i) {
                next.push_back(element + (absent ? 0 : i * strides[d - missing]));
            }
        }
        map = std::move(next);
    }
    return map;
}

}  // namespace nengine::reference

#pragma once

#include <string>
#include <vector>

#include "nengine/expression.hpp"

namespace nengine {

/// An axis of `rank` axes, counted from the first.
/// @throws ValidationError  there is none, naming `where`
int axis_of(int axis, std::size_t rank, const std::string& where);
/// Several, in ascending order; all if none is named.
/// @throws ValidationError  as above, or one twice
std::vector<int> axes_of(const std::vector<int>& axes, std::size_t rank,
                         const std::string& where);

}  // namespace nengine

#pragma once

#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// Out of line: what builds a message is compiled once, for the base processor.
/// @throws BuildError  order not in [1, max_filter_order]
void check_filter_order(Index order);
/// @throws BuildError  order below 1
void check_finite_order(Index order);

}  // namespace nengine::kernels

#pragma once

#include <cstddef>
#include <functional>

namespace nengine {

/// Runs work(i) for all i below `count` on all cores; rethrows the first error in order
/// of i.
void parallel_for(std::size_t count, const std::function<void(std::size_t)>& work);

}  // namespace nengine

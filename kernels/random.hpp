#pragma once

#include <cstdint>

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine {

/// Coordinates of a random number: Philox 4x32-10 is keyed by `seed` and `stream` (the
/// operator in the unplanned model), and counts in (step, item, element). The same
/// numbers come whatever the device, chunking, merging and sharding.
struct PhiloxKey {
    std::uint64_t seed = 0;
    std::uint32_t stream = 0;
    std::uint64_t first_step = 0;  ///< of dst's row 0
    std::uint32_t first_item = 0;  ///< of dst's item 0
};

/// dst(t, b, 0, i) uniform in [0, 1)
template <class Exec, class Real>
void random_uniform(const Exec& exec, const PhiloxKey& key, const Block<Real>& dst);

/// dst(t, b, 0, i) standard normal (Box-Muller)
template <class Exec, class Real>
void random_normal(const Exec& exec, const PhiloxKey& key, const Block<Real>& dst);

}  // namespace nengine

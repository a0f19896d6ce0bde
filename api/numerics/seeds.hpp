#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace nengine {

/// One entry per direct child of a network, kinds in the order in which seeds are
/// drawn, objects in order of creation.
template <class T>
struct PerChild {
    std::vector<T> connections, ensembles, networks, nodes, probes;
};

/// The seeds of a network's direct children: one draw below 2^31 - 1 each from
/// `RandomState(network_seed)`. A child with a seed of its own keeps it and still uses
/// up its draw, so that setting one seed changes no other. Grandchildren follow from
/// their own network's seed in the same way.
/// @param own  the seeds that the user set
PerChild<std::uint32_t> child_seeds(std::uint32_t network_seed,
                                    const PerChild<std::optional<std::uint32_t>>& own);

}  // namespace nengine

#include "api/numerics/seeds.hpp"

#include "api/numerics/random_state.hpp"

namespace nengine {
namespace {

std::vector<std::uint32_t> draw_seeds(
    RandomState& rng, const std::vector<std::optional<std::uint32_t>>& own) {
    std::vector<std::uint32_t> seeds;
    seeds.reserve(own.size());
    for (const auto& seed : own) {
        const std::uint32_t drawn = rng.draw_seed();
        seeds.push_back(seed.value_or(drawn));
    }
    return seeds;
}

}  // namespace

PerChild<std::uint32_t> child_seeds(std::uint32_t network_seed,
                                    const PerChild<std::optional<std::uint32_t>>& own) {
    RandomState rng(network_seed);
    PerChild<std::uint32_t> seeds;
    seeds.connections = draw_seeds(rng, own.connections);
    seeds.ensembles = draw_seeds(rng, own.ensembles);
    seeds.networks = draw_seeds(rng, own.networks);
    seeds.nodes = draw_seeds(rng, own.nodes);
    seeds.probes = draw_seeds(rng, own.probes);
    return seeds;
}

}  // namespace nengine

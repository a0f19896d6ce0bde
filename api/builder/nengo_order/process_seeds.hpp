#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "api/builder/nengo_order/step_order.hpp"
#include "api/numerics/random_state.hpp"

namespace nengine {

/// The seeds of a network's random processes that have none of their own: the numbers
/// that `RandomState(simulator seed)` gives one after the other, for all of Nengo's
/// processes without a seed in the order of execution (filters too, which need none),
/// first for item 0 of a minibatch, then for item 1, and so on.
class ProcessSeeds {
public:
    /// A process that will ask; returns its number.
    int add(const detail::ObjectData& owner, OrderedProcess::Role role);
    bool empty() const { return places_.empty(); }
    /// When all have been added: their places in Nengo's order.
    void find_places(const StepOrder& order);
    /// Begins again with the numbers of this simulator seed.
    void reset(std::uint32_t simulator_seed);
    std::uint32_t seed(int process, Index item);

private:
    struct Place {
        outline::Id owner;
        OrderedProcess::Role role;
        std::size_t position = 0;
    };
    std::vector<Place> places_;
    std::size_t per_item_ = 0;
    RandomState rng_{0};
    std::vector<std::uint32_t> drawn_;
};

}  // namespace nengine

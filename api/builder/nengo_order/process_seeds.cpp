#include "api/builder/nengo_order/process_seeds.hpp"

#include <map>

#include "nengine/error.hpp"

namespace nengine {

int ProcessSeeds::add(const detail::ObjectData& owner, OrderedProcess::Role role) {
    places_.push_back({&owner, role});
    return static_cast<int>(places_.size()) - 1;
}

void ProcessSeeds::find_places(const StepOrder& order) {
    std::map<std::pair<outline::Id, OrderedProcess::Role>, std::size_t> found;
    for (const OrderedProcess& process : order.processes) {
        if (!process.own_seed) {
            found.try_emplace({process.owner, process.role}, per_item_);
            ++per_item_;
        }
    }
    for (Place& place : places_) {
        const auto at = found.find({place.owner, place.role});
        if (at == found.end()) {
            throw Error("process seeds: got a process that Nengo's order lacks");
        }
        place.position = at->second;
    }
}

void ProcessSeeds::reset(std::uint32_t simulator_seed) {
    rng_ = RandomState(simulator_seed);
    drawn_.clear();
}

std::uint32_t ProcessSeeds::seed(int process, Index item) {
    const std::size_t wanted = static_cast<std::size_t>(item) * per_item_ +
                               places_[static_cast<std::size_t>(process)].position;
    while (drawn_.size() <= wanted) {
        drawn_.push_back(rng_.draw_seed());
    }
    return drawn_[wanted];
}

}  // namespace nengine

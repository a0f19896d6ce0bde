#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include "engine/ir/plan.hpp"
#include "engine/runtime/call_log.hpp"

namespace nengine::engine {

/// Which random numbers a run gets: the seed of those that the device draws, and the
/// step functions of the host's processes with what they carry, the part of a network's
/// state that only the host can hold. A copy goes its own way.
class ProcessStates {
public:
    ProcessStates(Index minibatch, std::uint64_t seed)
        : minibatch_(minibatch), seed_(seed) {}

    std::uint64_t seed() const { return seed_; }
    /// Whose streams the first item of the minibatch gets.
    Index first_item() const { return first_item_; }

    /// Makes the step functions of a plan's processes that are not there yet.
    void prepare(const Plan& plan);
    /// Of one operator: one per item of the minibatch, or one for all.
    IndexedVector<Index, ProcessStep>& of(int op) { return steps_.at(op); }
    /// All back to their beginning.
    void reset(std::uint64_t seed) { *this = ProcessStates(minibatch_, seed); }
    /// Gives each item a stream of its own from `first` on, from its beginning;
    /// processes that are the same for all items stay as they are, and so do those
    /// whose results `calls` has.
    void restart(const Plan& plan, Index first);

    /// The steps from `step` on are to be run again, from the state `then` that was
    /// there before them. Functions of the user's that read nothing stay as they are:
    /// `calls` has the results. With an input they are called again from `failed` on.
    void rewind(const Plan& plan, const ProcessStates& then, Index failed);

    /// What has been called for steps to come, or to be run again.
    CallLog calls;

private:
    void make(const HostCommand::Member& member, Index first);

    Index minibatch_;
    std::uint64_t seed_;
    Index first_item_ = 0;
    /// By operator of the model, then by item.
    std::map<int, IndexedVector<Index, ProcessStep>> steps_;
};

/// Calls `fn(host_command)` for every call of the host's in a plan's forward pass.
template <class Fn>
void for_each_host_call(const Plan& plan, Fn&& fn) {
    for_each_command(plan.forward, [&](const Command& command) {
        if (const auto* host = std::get_if<HostCommand>(&command.args)) {
            fn(*host);
        }
    });
}

}  // namespace nengine::engine

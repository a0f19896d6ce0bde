#pragma once

#include <optional>
#include <vector>

#include "engine/runtime/binder.hpp"
#include "engine/runtime/host_block.hpp"
#include "engine/runtime/process_states.hpp"

namespace nengine::engine {

/// What calls of the host need of the plan's runner, and what they tell it.
struct HostContext {
    const Device& device;
    const Model& model;
    ProcessStates& processes;
    Index minibatch;
    bool keeps_calls;              ///< for steps that may be run again
    std::optional<Index>& failed;  ///< the step in which a call has thrown
};

/// Steps that are called: of a chunk all, of a stepped stage one.
struct HostSteps {
    Index first, count;
};

/// A function of the user's, or a process that calls one: on one thread, items in
/// order, no call made twice.
class UserCall {
public:
    UserCall(const HostContext& context, const HostCommand& command,
             const Binder& binder, const ChunkExtent& extent, HostSteps steps);

    /// The `step`-th of the steps, for all items.
    void call(Index step);
    /// Hands on what was written.
    void finish();

private:
    void call(Index step, Index item);
    void call_now(Index step, Index item);
    const HostCall& function(Index item) const;
    void need_range(double t) const;

    const HostContext& context_;
    HostSteps steps_;
    int op_;
    Index first_item_, items_;
    bool logged_, kept_;  ///< may be known; is kept when it is not
    const HostCall* function_;
    IndexedVector<Index, ProcessStep>* processes_ = nullptr;
    std::optional<HostBlock> x_, out_;
    DType dtype_ = DType::float64;  ///< of what is written
    std::vector<double> arguments_, results_;
};

/// The call of the host that a command is; null: a kernel.
inline const HostCommand* host_call(const Command& command) {
    return std::get_if<HostCommand>(&command.args);
}
/// Whether some of a plan's calls are made as UserCalls.
bool calls_user(const Plan& plan);

/// Processes of the engine's own, which share nothing: side by side, on all cores.
void call_side_by_side(const HostContext& context, const HostCommand& command,
                       const Binder& binder, const ChunkExtent& extent,
                       HostSteps steps);

}  // namespace nengine::engine

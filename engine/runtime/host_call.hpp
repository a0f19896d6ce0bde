#pragma once

#include <optional>
#include <vector>

#include "engine/runtime/binder.hpp"
#include "engine/runtime/host_block.hpp"
#include "engine/runtime/process_states.hpp"

namespace nengine::engine {

/// What calls of the host need of the plan's runner, and what they tell it.
template <class Real>
struct HostContext {
    const Device& device;
    const Binder<Real>& binder;
    ProcessStates& processes;
    double dt;
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
template <class Real>
class UserCall {
public:
    UserCall(const HostContext<Real>& context, const Command& command,
             const ChunkExtent& extent, HostSteps steps);

    /// The `step`-th of the steps, for all items.
    void call(Index step);
    /// Hands on what was written.
    void finish();

private:
    void bind(const HostCommand& command, const ChunkExtent& extent);
    void bind(const ProcessCommand& command, const ChunkExtent& extent);
    void bind(const Operand& x, const Operand& output, const ChunkExtent& extent,
              bool by_item);
    void call(Index step, Index item);
    void call_now(Index step, Index item);

    const HostContext<Real>& context_;
    HostSteps steps_;
    int op_ = 0;
    Index first_item_ = 0, items_ = 1;
    bool logged_ = false, kept_ = false;  ///< may be known; is kept when it is not
    const HostCall* function_ = nullptr;
    std::vector<ProcessStep>* processes_ = nullptr;
    std::optional<HostBlock<Real>> x_, out_;
    std::vector<double> arguments_, results_;
};

/// Whether a command is called as a UserCall; whether some of a plan's are.
bool calls_user(const Command& command);
bool calls_user(const Plan& plan);

/// Processes of the engine's own, which share nothing: side by side, on all cores.
template <class Real>
void call_side_by_side(const HostContext<Real>& context, const ProcessCommand& command,
                       const ChunkExtent& extent, HostSteps steps);

}  // namespace nengine::engine

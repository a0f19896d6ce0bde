#pragma once

#include <functional>
#include <memory>
#include <span>

#include "engine/ir/names.hpp"
#include "kernels/base/view.hpp"

// What commands refer to of the user's: functions that run on the host.

namespace nengine::engine {

/// A function of the user's: output = f(t) or f(t, x). `x` is empty without an x slot.
/// Called once per step, and per item when it has x; the order of calls is Nengo's
/// (step, item, operator).
using HostCall =
    std::function<void(double t, std::span<const double> x, std::span<double> out)>;

/// One step of a process for one item of the batch: writes `out` from the time and the
/// input, both as of this step. What it carries from step to step must be held by
/// value: a copy of the function is a process in the same state that goes its own way.
using ProcessStep = HostCall;

/// Makes the step function of an item, in its initial state. Called again whenever a
/// session is reset; items beyond the minibatch are asked for in training, where every
/// minibatch gets streams of its own.
using ProcessFactory = std::function<ProcessStep(Index item)>;

/// A function that a command calls.
struct HostFunctionCall {
    std::shared_ptr<const HostCall> call;
    bool ordered = false;  ///< has a place in the order of the user's functions
};

/// A process that a command calls.
struct HostProcess {
    std::shared_ptr<const ProcessFactory> factory;
    bool per_item = false;         ///< a stream of random numbers for each item
    bool differs_by_item = false;  ///< a result for each item
    bool has_x = false;
    bool users_own = false;  ///< calls a function of the user's
    bool ordered = false;    ///< which has a place in the order of those
};

}  // namespace nengine::engine

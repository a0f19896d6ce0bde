#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "engine/ir/names.hpp"
#include "engine/ir/planned.hpp"

// What plans call on the host: functions of the user's, and processes.

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
/// replica is reset; items beyond the minibatch are asked for in training, where every
/// minibatch gets streams of its own.
using ProcessFactory = std::function<ProcessStep(Index item)>;

/// What one operator calls: a function, or a process.
struct HostCallee {
    std::shared_ptr<const HostCall> function;       ///< null: a process
    std::shared_ptr<const ProcessFactory> factory;  ///< null: a function
    bool per_item = false;         ///< a stream of random numbers for each item
    bool differs_by_item = false;  ///< a result for each item
    bool users_own = false;        ///< calls a function of the user's
    bool ordered = false;          ///< which has a place in the order of those
};

/// Calls of the host: one function, or processes side by side, of which each writes as
/// many elements as it has, one after the other.
struct HostCommand {
    struct Member {
        int op;  ///< index into Model::operators: whose state it is
        HostCallee callee;
        Index size;  ///< elements of its output
    };
    std::vector<Member> members;
    Operand x, output;

    /// What is read and written; not what is absent.
    void for_each_operand(const VisitOperand& visit) const {
        if (x.present()) {
            visit(x, FieldAccess::read);
        }
        if (output.present()) {
            visit(output, FieldAccess::write);
        }
    }
    bool has_x() const { return x.present(); }
    /// What members agree in.
    const HostCallee& callee() const { return members.front().callee; }
};

}  // namespace nengine::engine

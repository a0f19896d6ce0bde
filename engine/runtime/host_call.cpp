#include "engine/runtime/host_call.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <exception>

#include "kernels/base/error.hpp"

namespace nengine::engine {

bool calls_user(const Plan& plan) {
    bool calls = false;
    for_each_host_call(plan, [&](const HostCommand& command) {
        calls = calls || command.callee().users_own;
    });
    return calls;
}

UserCall::UserCall(const HostContext& context, const HostCommand& command,
                   const Binder& binder, const ChunkExtent& extent, HostSteps steps)
    : context_(context),
      steps_(steps),
      op_(command.members.front().op),
      first_item_(command.callee().differs_by_item ? extent.first_item : 0),
      items_(command.callee().differs_by_item ? extent.items : 1),
      logged_(!command.has_x() || command.callee().ordered),
      function_(command.callee().function.get()) {
    if (function_ == nullptr) {
        processes_ = &context.processes.of(op_);
    }
    // What is one for all items is called in the first tile for the others too.
    const bool again_in_tiles = items_ == 1 && extent.items < context.minibatch;
    kept_ = logged_ && (context.keeps_calls || again_in_tiles);
    if (command.x.present()) {
        x_.emplace(context.device, binder.block(command.x).over(steps.count, items_),
                   HostAccess::read);
        arguments_.resize(x_->row_size());
    }
    if (command.output.present()) {
        const AnyBlock output = binder.block(command.output);
        dtype_ = output.dtype;
        out_.emplace(context.device, output.over(steps.count, items_),
                     HostAccess::write);
        results_.resize(out_->row_size());
    }
}

void UserCall::call(Index step) {
    for (Index item = 0; item < items_; ++item) {
        call(step, item);
    }
}

void UserCall::finish() {
    if (out_) {
        out_->finish();
    }
}

void UserCall::call(Index step, Index item) {
    CallLog& calls = context_.processes.calls;
    const Index at = steps_.first + step, of = first_item_ + item;
    if (const double* known = logged_ ? calls.find(op_, at, of) : nullptr) {
        std::copy_n(known, results_.size(), results_.begin());
    } else {
        call_now(step, item);
        if (kept_) {
            calls.add(op_, at, of, results_);
        }
    }
    if (out_) {
        out_->write(step, item, 0, results_);
    }
}

const HostCall& UserCall::function(Index item) const {
    return function_ != nullptr ? *function_ : (*processes_)[first_item_ + item];
}

void UserCall::call_now(Index step, Index item) {
    if (x_) {
        x_->read(step, item, arguments_);
    }
    const Index at = steps_.first + step;
    const double t = static_cast<double>(at + 1) * context_.model.dt();
    try {
        function(item)(t, arguments_, results_);
        need_range(t);
    } catch (...) {
        context_.failed = at;
        throw;
    }
}

/// Refuses finite results that would be infinite in the network's dtype.
void UserCall::need_range(double t) const {
    if (dtype_ != DType::float32) {
        return;
    }
    for (const double value : results_) {
        if (std::isfinite(value) && !std::isfinite(static_cast<float>(value))) {
            char text[96];
            std::snprintf(text, sizeof text, ": got %.6g at t = %.6g, needs what ",
                          value, t);
            throw SimulationError(context_.model.operators()[op_]->label + text +
                                  "float32 holds, or dtype = DType::float64");
        }
    }
}

namespace {

/// A member's elements within the command's, and its step functions.
struct Part {
    Index first, size;
    IndexedVector<Index, ProcessStep>* steps;
};

IndexedVector<Index, Part> parts_of(const HostCommand& command,
                                    ProcessStates& processes) {
    IndexedVector<Index, Part> parts;
    Index first = 0;
    for (const HostCommand::Member& member : command.members) {
        parts.push_back({first, member.size, &processes.of(member.op)});
        first += member.size;
    }
    return parts;
}

/// task(i, step) for all i below `tasks` and for each its `steps` steps, on all cores.
/// Rethrows the error of the earliest step, and says which step that was.
template <class Task>
void for_each_side_by_side(Index tasks, HostSteps steps, std::optional<Index>& failed,
                           const Task& make_task) {
    constexpr Index worth_waking = 256;  // steps; fewer are done before others wake
    const auto n = static_cast<std::size_t>(tasks);
    IndexedVector<Index, std::exception_ptr> errors(n);
    IndexedVector<Index, Index> done(n, 0);
#pragma omp parallel for schedule(dynamic) if (tasks > 1 && \
                                               tasks * steps.count > worth_waking)
    for (Index i = 0; i < tasks; ++i) {
        try {
            auto task = make_task(i);
            for (; done[i] < steps.count; ++done[i]) {
                task(done[i]);
            }
        } catch (...) {
            errors[i] = std::current_exception();
        }
    }
    if (tasks == 0) {
        return;
    }
    const auto first = std::ranges::min_element(done);
    if (*first < steps.count) {
        failed = steps.first + *first;
        std::rethrow_exception(errors[first - done.begin()]);
    }
}

}  // namespace

void call_side_by_side(const HostContext& context, const HostCommand& command,
                       const Binder& binder, const ChunkExtent& extent,
                       HostSteps steps) {
    const bool by_item = command.callee().differs_by_item;
    const Index items = by_item ? extent.items : 1;
    const Index first_item = by_item ? extent.first_item : 0;
    std::optional<HostBlock> in;
    if (command.x.present()) {
        in.emplace(context.device, binder.block(command.x).over(steps.count, items),
                   HostAccess::read);
    }
    HostBlock out(context.device, binder.block(command.output).over(steps.count, items),
                  HostAccess::write);
    const IndexedVector<Index, Part> parts = parts_of(command, context.processes);
    const auto make_task = [&](Index task) {
        const Part part = parts[task / items];
        const Index item = task % items;
        ProcessStep& process = (*part.steps)[first_item + item];
        return [&, part, item, x = std::vector<double>(in ? in->row_size() : 0),
                results = std::vector<double>(static_cast<std::size_t>(part.size)),
                process = &process](Index step) mutable {
            if (in) {
                in->read(step, item, x);
            }
            const auto at = static_cast<double>(steps.first + step + 1);
            (*process)(at * context.model.dt(), x, results);
            out.write(step, item, part.first, results);
        };
    };
    for_each_side_by_side(static_cast<Index>(parts.size()) * items, steps,
                          context.failed, make_task);
    out.finish();
}

}  // namespace nengine::engine

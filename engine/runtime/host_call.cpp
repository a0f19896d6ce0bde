#include "engine/runtime/host_call.hpp"

#include <algorithm>
#include <exception>

namespace nengine::engine {

bool calls_user(const Command& command) {
    const auto* process = std::get_if<ProcessCommand>(&command.args);
    return std::holds_alternative<HostCommand>(command.args) ||
           (process != nullptr && process->members.front().process.users_own);
}

bool calls_user(const Plan& plan) {
    bool calls = false;
    for_each_command(
        plan, [&](const Command& command) { calls = calls || calls_user(command); });
    return calls;
}

template <class Real>
UserCall<Real>::UserCall(const HostContext<Real>& context, const Command& command,
                         const ChunkExtent& extent, HostSteps steps)
    : context_(context), steps_(steps) {
    if (const auto* function = std::get_if<HostCommand>(&command.args)) {
        bind(*function, extent);
    } else {
        bind(std::get<ProcessCommand>(command.args), extent);
    }
}

template <class Real>
void UserCall<Real>::bind(const HostCommand& command, const ChunkExtent& extent) {
    op_ = command.op;
    function_ = command.function.call.get();
    const bool by_item = command.x.present();
    logged_ = !by_item || command.function.ordered;
    bind(command.x, command.output, extent, by_item);
}

template <class Real>
void UserCall<Real>::bind(const ProcessCommand& command, const ChunkExtent& extent) {
    op_ = command.members.front().op;
    processes_ = &context_.processes.of(op_);
    const HostProcess& process = command.members.front().process;
    logged_ = !process.has_x || process.ordered;
    bind(command.x, command.output, extent, process.differs_by_item);
}

template <class Real>
void UserCall<Real>::bind(const Operand& x, const Operand& output,
                          const ChunkExtent& extent, bool by_item) {
    first_item_ = by_item ? extent.first_item : 0;
    items_ = by_item ? extent.items : 1;
    // What is one for all items is called in the first tile for the others too.
    const bool again_in_tiles = items_ == 1 && extent.items < context_.minibatch;
    kept_ = logged_ && (context_.keeps_calls || again_in_tiles);
    const auto block = [&](const Operand& operand) {
        return context_.binder.block(operand, extent, steps_.count, items_);
    };
    const auto numbers = [](const Block<Real>& of) {
        return std::vector<double>(static_cast<std::size_t>(of.rows * of.cols));
    };
    if (x.present()) {
        x_.emplace(context_.device, block(x), HostAccess::read);
        arguments_ = numbers(**x_);
    }
    if (output.present()) {
        out_.emplace(context_.device, block(output), HostAccess::write);
        results_ = numbers(**out_);
    }
}

template <class Real>
void UserCall<Real>::call(Index step) {
    for (Index item = 0; item < items_; ++item) {
        call(step, item);
    }
}

template <class Real>
void UserCall<Real>::finish() {
    if (out_) {
        out_->finish();
    }
}

template <class Real>
void UserCall<Real>::call(Index step, Index item) {
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
    for (std::size_t i = 0; i < results_.size(); ++i) {
        (**out_)(step, item, 0, static_cast<Index>(i)) = static_cast<Real>(results_[i]);
    }
}

template <class Real>
void UserCall<Real>::call_now(Index step, Index item) {
    for (std::size_t i = 0; i < arguments_.size(); ++i) {
        arguments_[i] = (**x_)(step, item, 0, static_cast<Index>(i));
    }
    const Index at = steps_.first + step;
    const HostCall& function =
        function_ != nullptr
            ? *function_
            : (*processes_)[static_cast<std::size_t>(first_item_ + item)];
    try {
        function(static_cast<double>(at + 1) * context_.dt, arguments_, results_);
    } catch (...) {
        context_.failed = at;
        throw;
    }
}

namespace {

/// A member's elements within the command's, and its step functions.
struct Part {
    Index first, size;
    std::vector<ProcessStep>* steps;
};

/// task(i, step) for all i below `tasks` and for each its `steps` steps, on all cores.
/// Rethrows the error of the earliest step, and says which step that was.
template <class Task>
void for_each_side_by_side(Index tasks, HostSteps steps, std::optional<Index>& failed,
                           const Task& make_task) {
    constexpr Index worth_waking = 256;  // steps; fewer are done before others wake
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(tasks));
    std::vector<Index> done(static_cast<std::size_t>(tasks), 0);
#pragma omp parallel for schedule(dynamic) if (tasks > 1 && \
                                               tasks * steps.count > worth_waking)
    for (Index i = 0; i < tasks; ++i) {
        const auto at = static_cast<std::size_t>(i);
        try {
            auto task = make_task(i);
            for (; done[at] < steps.count; ++done[at]) {
                task(done[at]);
            }
        } catch (...) {
            errors[at] = std::current_exception();
        }
    }
    if (tasks == 0) {
        return;
    }
    const auto first = std::ranges::min_element(done);
    if (*first < steps.count) {
        failed = steps.first + *first;
        std::rethrow_exception(errors[static_cast<std::size_t>(first - done.begin())]);
    }
}

}  // namespace

template <class Real>
void call_side_by_side(const HostContext<Real>& context, const ProcessCommand& command,
                       const ChunkExtent& extent, HostSteps steps) {
    const bool by_item = command.members.front().process.differs_by_item;
    const Index items = by_item ? extent.items : 1;
    const Index first_item = by_item ? extent.first_item : 0;
    const auto block = [&](const Operand& operand) {
        return context.binder.block(operand, extent, steps.count, items);
    };
    std::optional<HostBlock<Real>> in;
    if (command.x.present()) {
        in.emplace(context.device, block(command.x), HostAccess::read);
    }
    HostBlock<Real> out(context.device, block(command.output), HostAccess::write);
    std::vector<Part> parts;
    Index size = 0;
    for (const ProcessCommand::Member& member : command.members) {
        parts.push_back({size, member.size, &context.processes.of(member.op)});
        size += member.size;
    }
    const auto make_task = [&](Index task) {
        const Part part = parts[static_cast<std::size_t>(task / items)];
        const Index item = task % items;
        std::vector<double> x(
            static_cast<std::size_t>(in ? (*in)->rows * (*in)->cols : 0));
        std::vector<double> results(static_cast<std::size_t>(part.size));
        ProcessStep& process =
            (*part.steps)[static_cast<std::size_t>(first_item + item)];
        return [&, part, item, x = std::move(x), results = std::move(results),
                process = &process](Index t) mutable {
            for (std::size_t i = 0; i < x.size(); ++i) {
                x[i] = (**in)(t, item, 0, static_cast<Index>(i));
            }
            (*process)(static_cast<double>(steps.first + t + 1) * context.dt, x,
                       results);
            for (Index i = 0; i < part.size; ++i) {
                (*out)(t, item, 0, part.first + i) =
                    static_cast<Real>(results[static_cast<std::size_t>(i)]);
            }
        };
    };
    for_each_side_by_side(static_cast<Index>(parts.size()) * items, steps,
                          context.failed, make_task);
    out.finish();
}

template class UserCall<float>;
template class UserCall<double>;
template void call_side_by_side(const HostContext<float>&, const ProcessCommand&,
                                const ChunkExtent&, HostSteps);
template void call_side_by_side(const HostContext<double>&, const ProcessCommand&,
                                const ChunkExtent&, HostSteps);

}  // namespace nengine::engine

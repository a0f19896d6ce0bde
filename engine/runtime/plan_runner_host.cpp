#include <algorithm>
#include <exception>

#include "engine/runtime/plan_runner.hpp"
#include "kernels/elementwise.hpp"

// What a plan calls on the host: functions of the user's, and processes.

namespace nengine {

namespace {

/// The same extents at `data`, without gaps.
template <class Real>
Block<Real> without_gaps(const Block<Real>& block, Real* data) {
    Block<Real> dense = block;
    dense.data = data;
    dense.row_stride = block.cols;
    dense.col_stride = 1;
    dense.batch_stride = block.rows * block.cols;
    dense.time_stride = dense.batch_stride * block.batch;
    return dense;
}

}  // namespace

template <class Real>
std::vector<Real> PlanRunner<Real>::read_block(const Block<Real>& block) {
    const auto n = static_cast<std::size_t>(block.size());
    std::vector<Real> host(n);
    const Buffer staging =
        device_.allocate(n * sizeof(Real), "arguments of a function");
    const Block<Real> dense = without_gaps(block, staging.as<Real>());
    device_.run(
        [&](const auto& exec) { copy(exec, Block<const Real>(block), dense, false); });
    device_.download(host.data(), staging.data(), n * sizeof(Real));
    return host;
}

template <class Real>
void PlanRunner<Real>::write_block(const Block<Real>& block,
                                   const std::vector<Real>& values) {
    const Buffer staging =
        device_.allocate(values.size() * sizeof(Real), "results of a function");
    device_.upload(staging.data(), values.data(), values.size() * sizeof(Real));
    const Block<Real> dense = without_gaps(block, staging.as<Real>());
    device_.run(
        [&](const auto& exec) { copy(exec, Block<const Real>(dense), block, false); });
    device_.synchronize();  // the staging memory goes
}

template <class Real>
void PlanRunner<Real>::call_host(const HostCommand& command,
                                 const ChunkExtent& extent) {
    const Operand& shaped = command.output.present() ? command.output : command.x;
    const bool history = shaped.present() && shaped.in_time == Rows::history;
    const Index steps = history || !shaped.present() ? extent.steps : 1;
    const Index items = command.x.present() ? extent.items : 1;
    if (!command.x.present() && extent.first_item > 0) {
        if (command.output.present()) {
            write_block(binder_.block(command.output, extent, steps, items),
                        shared_.at(&command));
        }
        return;
    }
    Block<Real> out;
    std::vector<Real> x, results;
    std::size_t n_in = 0, n_out = 0;
    if (command.x.present()) {
        const Block<Real> in = binder_.block(command.x, extent, steps, items);
        x = read_block(in);
        n_in = static_cast<std::size_t>(in.rows * in.cols);
    }
    if (command.output.present()) {
        out = binder_.block(command.output, extent, steps, items);
        n_out = static_cast<std::size_t>(out.rows * out.cols);
        results.resize(static_cast<std::size_t>(out.size()));
    }
    std::vector<double> arguments(n_in), values(n_out);
    std::size_t call = 0;
    for (Index t = 0; t < steps; ++t) {
        const double time =
            static_cast<double>(extent.first_step + t + 1) * plan_->model->dt();
        for (Index item = 0; item < items; ++item, ++call) {
            std::copy_n(x.begin() + static_cast<std::ptrdiff_t>(call * n_in), n_in,
                        arguments.begin());
            command.function->call()(time, arguments, values);
            std::transform(values.begin(), values.end(),
                           results.begin() + static_cast<std::ptrdiff_t>(call * n_out),
                           [](double v) { return static_cast<Real>(v); });
        }
    }
    if (command.output.present()) {
        write_block(out, results);
    }
    if (!command.x.present() && extent.items < minibatch_) {
        shared_[&command] = std::move(results);
    }
}

namespace {

/// A member's elements within the command's, and its step functions.
struct Part {
    Index first, size;
    std::vector<ProcessStep>* steps;
};

enum class HostAccess { read, write };

/// The numbers of a call, as the user's functions take them.
struct Arguments {
    std::vector<double> x, values;
};

/// task(i) for all i below `tasks`, each of `steps` steps, on all cores; rethrows the
/// first error in order of i.
template <class Task>
void for_each_side_by_side(Index tasks, Index steps, const Task& task) {
    constexpr Index worth_waking = 256;  // steps; fewer are done before others wake
    std::vector<std::exception_ptr> errors(static_cast<std::size_t>(tasks));
#pragma omp parallel for schedule(dynamic) if (tasks > 1 && \
                                               tasks * steps > worth_waking)
    for (Index i = 0; i < tasks; ++i) {
        try {
            task(i);
        } catch (...) {
            errors[static_cast<std::size_t>(i)] = std::current_exception();
        }
    }
    for (const auto& error : errors) {
        if (error) {
            std::rethrow_exception(error);
        }
    }
}

}  // namespace

/// Numbers that calls read or write, on the host: the block itself where that is
/// possible.
template <class Real>
class PlanRunner<Real>::HostBlock {
public:
    HostBlock(PlanRunner& runner, const Block<Real>& block, HostAccess access)
        : runner_(runner), device_(block), host_(block) {
        if (!runner.device_.is_cuda()) {
            return;
        }
        copy_ = access == HostAccess::read
                    ? runner.read_block(block)
                    : std::vector<Real>(static_cast<std::size_t>(block.size()));
        const Index row = block.rows * block.cols;
        host_.data = copy_.data();
        host_.row_stride = block.cols;
        host_.col_stride = 1;
        host_.batch_stride = row;
        host_.time_stride = row * block.batch;
    }
    const Block<Real>& operator*() const { return host_; }
    const Block<Real>* operator->() const { return &host_; }
    /// Hands on what was written.
    void finish() {
        if (!copy_.empty()) {
            runner_.write_block(device_, copy_);
        }
    }

private:
    PlanRunner& runner_;
    Block<Real> device_, host_;
    std::vector<Real> copy_;
};

template <class Real>
void PlanRunner<Real>::call_processes(const ProcessCommand& command,
                                      const ChunkExtent& extent) {
    const SimProcess& process = *command.members.front().process;
    const bool batched = process.differs_by_item();
    const Index steps = command.output.in_time == Rows::history ? extent.steps : 1;
    const Index items = batched ? extent.items : 1;
    const Index first_item = batched ? extent.first_item : 0;
    const Block<Real> block = binder_.block(command.output, extent, steps, items);
    if (!batched && extent.first_item > 0) {
        write_block(block, shared_.at(&command));
        return;
    }
    std::optional<HostBlock> in;
    if (command.x.present()) {
        in.emplace(*this, binder_.block(command.x, extent, steps, items),
                   HostAccess::read);
    }
    HostBlock out(*this, block, HostAccess::write);
    std::vector<Part> parts;
    Index size = 0;
    for (const ProcessCommand::Member& member : command.members) {
        parts.push_back({size, member.size, &processes_->of(member.op)});
        size += member.size;
    }
    const auto arguments = [&](const Part& part) {
        return Arguments{std::vector<double>(static_cast<std::size_t>(
                             in ? (*in)->rows * (*in)->cols : 0)),
                         std::vector<double>(static_cast<std::size_t>(part.size))};
    };
    const auto call = [&](const Part& part, Index t, Index item, Arguments& args) {
        for (std::size_t i = 0; i < args.x.size(); ++i) {
            args.x[i] = (**in)(t, item, 0, static_cast<Index>(i));
        }
        const double time =
            static_cast<double>(extent.first_step + t + 1) * plan_->model->dt();
        (*part.steps)[static_cast<std::size_t>(first_item + item)](time, args.x,
                                                                   args.values);
        for (Index i = 0; i < part.size; ++i) {
            (*out)(t, item, 0, part.first + i) =
                static_cast<Real>(args.values[static_cast<std::size_t>(i)]);
        }
    };
    if (process.users_own()) {  // on one thread, in the order of time
        Arguments args = arguments(parts.front());
        for (Index t = 0; t < steps; ++t) {
            for (Index item = 0; item < items; ++item) {
                call(parts.front(), t, item, args);
            }
        }
    } else {
        for_each_side_by_side(
            static_cast<Index>(parts.size()) * items, steps, [&](Index task) {
                const Part& part = parts[static_cast<std::size_t>(task / items)];
                Arguments args = arguments(part);
                for (Index t = 0; t < steps; ++t) {
                    call(part, t, task % items, args);
                }
            });
    }
    out.finish();
    if (!batched && extent.items < minibatch_) {
        shared_[&command] = read_block(block);
    }
}

template void PlanRunner<float>::call_host(const HostCommand&, const ChunkExtent&);
template void PlanRunner<double>::call_host(const HostCommand&, const ChunkExtent&);
template void PlanRunner<float>::call_processes(const ProcessCommand&,
                                                const ChunkExtent&);
template void PlanRunner<double>::call_processes(const ProcessCommand&,
                                                 const ChunkExtent&);

}  // namespace nengine

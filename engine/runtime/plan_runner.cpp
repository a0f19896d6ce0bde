#include "engine/runtime/plan_runner.hpp"

#include <algorithm>
#include <chrono>

#include "kernels/elementwise.hpp"
#include "kernels/rows.hpp"

namespace nengine {

template <class Real>
PlanRunner<Real>::PlanRunner(const Device& device, std::shared_ptr<const Plan> plan,
                             const PlannerOptions& options, ChunkSize chunk,
                             ParameterStore<Real>& parameters,
                             const StateStore<Real>& layout)
    : device_(device),
      plan_(std::move(plan)),
      options_(options),
      chunk_(chunk),
      parameters_(parameters),
      memory_(device, *plan_, options, chunk, layout.minibatch(), sizeof(Real)),
      counter_(device.allocate(sizeof(Index), "a step counter")),
      binder_(device_, *plan_, memory_, tables_, counter_.as<Index>()) {
    for (const auto& table : plan_->tables) {
        table_memory_.push_back(upload_table(device_, table));
        tables_.push_back(table_memory_.back().template as<Index>());
    }
    upload_constants();
    make_state_tables(layout);
    make_pack_calls();
    seconds_.assign(plan_->forward.size() + plan_->backward.size(), 0.0);
}

template <class Real>
void PlanRunner<Real>::upload_constants() {
    for (BufferId b = 0; b < static_cast<BufferId>(plan_->buffers.size()); ++b) {
        const BufferKind kind = plan_->buffers[static_cast<std::size_t>(b)].kind;
        if (kind == BufferKind::parameter) {
            memory_.set(b, parameters_.values());
        } else if (kind == BufferKind::gradient) {
            memory_.set(b, parameters_.gradients());
        }
    }
    for (const auto& [buffer, values] : plan_->literals) {
        upload_as(device_, static_cast<Real*>(memory_.data(buffer)), values.data(),
                  values.size());
    }
}

template <class Real>
void PlanRunner<Real>::forward(const ChunkExtent& extent) {
    for (std::size_t s = 0; s < plan_->forward.size(); ++s) {
        run_stage(plan_->forward[s], false, s, extent);
    }
}

template <class Real>
void PlanRunner<Real>::backward(const ChunkExtent& extent) {
    for (std::size_t s = 0; s < plan_->backward.size(); ++s) {
        run_stage(plan_->backward[s], true, s, extent);
    }
}

template <class Real>
void PlanRunner<Real>::run_stage(const Stage& stage, bool backward, std::size_t index,
                                 const ChunkExtent& extent) {
    using Clock = std::chrono::steady_clock;
    const auto start = Clock::now();
    if (stage.kind == StageKind::stepped) {
        run_commands(stage.before, extent);
        run_steps(stage, backward, index, extent);
        run_commands(stage.after, extent);
    } else {
        run_commands(stage.commands, extent);
    }
    seconds_[index + (backward ? plan_->forward.size() : 0)] +=
        std::chrono::duration<double>(Clock::now() - start).count();
}

template <class Real>
void PlanRunner<Real>::run_commands(const std::vector<Command>& commands,
                                    const ChunkExtent& extent) {
    for (const Command& command : commands) {
        if (const auto* host = std::get_if<HostCommand>(&command.args)) {
            call_host(*host, extent);
        } else {
            binder_.bind(command, extent)();
        }
    }
}

template <class Real>
void PlanRunner<Real>::set_counter(Index step) {
    device_.upload(counter_.data(), &step, sizeof(step));
}

template <class Real>
void PlanRunner<Real>::run_steps(const Stage& stage, bool backward, std::size_t index,
                                 const ChunkExtent& extent) {
    if (options_.executor == ExecutorMode::recorded && !stage.has_host) {
        replay_steps(stage, backward, index, extent);
        return;
    }
    for (Index i = 0; i < extent.steps; ++i) {
        const Index step = backward ? extent.steps - 1 - i : i;
        set_counter(step);
        ChunkExtent one = extent;
        one.first_step += step;
        for (const Command& command : stage.commands) {
            if (const auto* host = std::get_if<HostCommand>(&command.args)) {
                call_host(*host, one);
            } else {
                binder_.bind(command, extent)();
            }
        }
    }
}

template <class Real>
void PlanRunner<Real>::replay_steps(const Stage& stage, bool backward,
                                    std::size_t index, const ChunkExtent& extent) {
    Recorded& recorded =
        recorded_[RecordingKey(backward, index, extent.items, extent.first_item)];
    if (recorded.calls.empty()) {
        // Bound from a copy that is gone before the first replay: a call that still
        // looked at it would be found by the address sanitizer.
        const auto commands = std::make_unique<std::vector<Command>>(stage.commands);
        for (const Command& command : *commands) {
            recorded.calls.push_back(binder_.bind(command, extent));
        }
        recorded.calls.push_back(
            [device = device_, counter = counter_.as<Index>(), by = backward ? -1 : 1] {
                device.run([&](const auto& exec) { advance(exec, counter, by); });
            });
        recorded.graph = device_.record([&] {
            for (const Call& call : recorded.calls) {
                call();
            }
        });
    }
    set_counter(backward ? extent.steps - 1 : 0);
    for (Index i = 0; i < extent.steps; ++i) {
        if (recorded.graph != nullptr) {
            recorded.graph->replay();
            continue;
        }
        for (const Call& call : recorded.calls) {
            call();
        }
    }
}

template <class Real>
std::vector<Real> PlanRunner<Real>::read_block(const Block<Real>& block) {
    const auto n = static_cast<std::size_t>(block.size());
    std::vector<Real> host(n);
    const Buffer staging =
        device_.allocate(n * sizeof(Real), "arguments of a function");
    Block<Real> dense = block;
    dense.data = staging.as<Real>();
    dense.row_stride = block.cols;
    dense.col_stride = 1;
    dense.batch_stride = block.rows * block.cols;
    dense.time_stride = dense.batch_stride * block.batch;
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
    Block<Real> dense = block;
    dense.data = staging.as<Real>();
    dense.row_stride = block.cols;
    dense.col_stride = 1;
    dense.batch_stride = block.rows * block.cols;
    dense.time_stride = dense.batch_stride * block.batch;
    device_.run(
        [&](const auto& exec) { copy(exec, Block<const Real>(dense), block, false); });
    device_.synchronize();  // the staging memory goes
}

template <class Real>
void PlanRunner<Real>::call_host(const HostCommand& command,
                                 const ChunkExtent& extent) {
    if (!command.x.present() && extent.first_item > 0) {
        return;  // the first tile has called it, for all
    }
    const Operand& shaped = command.output.present() ? command.output : command.x;
    const bool history = shaped.present() && shaped.in_time == Rows::history;
    const Index steps = history || !shaped.present() ? extent.steps : 1;
    const Index items = command.x.present() ? extent.items : 1;
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
}

template class PlanRunner<float>;
template class PlanRunner<double>;

}  // namespace nengine

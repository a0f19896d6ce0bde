#include "engine/runtime/binder.hpp"

#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/filter_scan.hpp"
#include "kernels/gather.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/reduce.hpp"
#include "kernels/rows.hpp"
#include "kernels/sparse_product.hpp"

namespace nengine {

template <class Real>
Index Binder<Real>::steps_of(const Operand& operand, const ChunkExtent& extent) const {
    switch (operand.in_time) {
        case Rows::history:
            return extent.steps;
        case Rows::all:
            return extent.steps + spec(operand).extra_rows;
        default:
            return 1;
    }
}

template <class Real>
Index Binder<Real>::items_of(const Operand& operand, const ChunkExtent& extent) const {
    return spec(operand).batched ? extent.items : 1;
}

template <class Real>
Block<Real> Binder<Real>::block(const Operand& operand, const ChunkExtent& extent,
                                Index steps, Index items) const {
    const BufferSpec& buffer = spec(operand);
    const Index row = buffer.width * (buffer.batched ? extent.items : 1);
    Index start = operand.offset + operand.shift * row;
    if (operand.in_time == Rows::last) {
        start += extent.steps * row;
    }
    if (buffer.kind == BufferKind::state) {
        start += extent.first_item * buffer.width;
    }
    const bool in_time =
        operand.in_time == Rows::history || operand.in_time == Rows::all;
    return {.data = static_cast<Real*>(memory_.data(operand.buffer)) + start,
            .steps = steps,
            .batch = items,
            .rows = operand.rows,
            .cols = operand.cols,
            .time_stride = in_time ? row : 0,
            .batch_stride = buffer.batched ? buffer.width : 0,
            .row_stride = operand.row_stride,
            .col_stride = operand.col_stride};
}

template <class Real>
Block<Real> Binder<Real>::block(const Operand& operand,
                                const ChunkExtent& extent) const {
    return block(operand, extent, steps_of(operand, extent), items_of(operand, extent));
}

template <class Real>
Block<Real> Binder<Real>::block_like(const Operand& operand, const Operand& like,
                                     const ChunkExtent& extent) const {
    return block(operand, extent, steps_of(like, extent), items_of(like, extent));
}

template <class Real>
Real* Binder<Real>::address(const Operand& operand) const {
    return operand.present()
               ? static_cast<Real*>(memory_.data(operand.buffer)) + operand.offset
               : nullptr;
}

template <class Real>
ParamView<Real> Binder<Real>::param(const Operand& operand) const {
    return {address(operand), operand.col_stride};
}

template <class Real>
Call Binder<Real>::bind(const Command& command, const ChunkExtent& extent) const {
    return std::visit([&](const auto& args) { return operator_call(args, extent); },
                      command.args);
}

template <class Real>
Call Binder<Real>::operator_call(const FillCommand& c,
                                 const ChunkExtent& extent) const {
    return [device = device_, dst = block(c.dst, extent),
            value = static_cast<Real>(c.value)] {
        device.run([&](const auto& exec) { fill(exec, dst, value); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const CopyCommand& c,
                                 const ChunkExtent& extent) const {
    return [device = device_, accumulate = c.accumulate, dst = block(c.dst, extent),
            src = Block<const Real>(block_like(c.src, c.dst, extent))] {
        device.run([&](const auto& exec) { copy(exec, src, dst, accumulate); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const MultiplyCommand& c,
                                 const ChunkExtent& extent) const {
    return [device = device_, accumulate = c.accumulate, y = block(c.y, extent),
            a = Block<const Real>(block_like(c.a, c.y, extent)),
            x = Block<const Real>(block_like(c.x, c.y, extent))] {
        device.run([&](const auto& exec) { multiply(exec, a, x, y, accumulate); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const SumProductCommand& c,
                                 const ChunkExtent& extent) const {
    Block<const Real> b{};
    if (c.b.present()) {
        b = block_like(c.b, c.a, extent);
    }
    return [device = device_, accumulate = c.accumulate, b, dst = block(c.dst, extent),
            a = Block<const Real>(block(c.a, extent))] {
        device.run([&](const auto& exec) { sum_product(exec, a, b, dst, accumulate); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const IndexedSumCommand& c,
                                 const ChunkExtent& extent) const {
    const IndexedSumArgs<Real> args{
        .src = block_like(c.src, c.dst, extent),
        .dst = block(c.dst, extent),
        .offsets = tables_[static_cast<std::size_t>(c.offsets)],
        .sources = tables_[static_cast<std::size_t>(c.sources)],
        .accumulate = c.accumulate};
    return [device = device_, args] {
        device.run([&](const auto& exec) { indexed_sum(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const SparseProductCommand& c,
                                 const ChunkExtent& extent) const {
    const auto table = [&](TableId id) -> const Index* {
        return id == no_table ? nullptr : tables_[static_cast<std::size_t>(id)];
    };
    const SparseProductArgs<Real> args{.x = block_like(c.x, c.y, extent),
                                       .y = block(c.y, extent),
                                       .values = address(c.values),
                                       .offsets = table(c.offsets),
                                       .columns = table(c.columns),
                                       .order = table(c.order),
                                       .accumulate = c.accumulate};
    return [device = device_, args] {
        device.run([&](const auto& exec) { sparse_product(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const SparseGradientCommand& c,
                                 const ChunkExtent& extent) const {
    const SparseGradientArgs<Real> args{
        .x = block_like(c.x, c.dL_dy, extent),
        .dL_dy = block(c.dL_dy, extent),
        .dL_dvalues = address(c.dL_dvalues),
        .rows = tables_[static_cast<std::size_t>(c.rows)],
        .columns = tables_[static_cast<std::size_t>(c.columns)],
        .count = c.dL_dvalues.cols};
    return [device = device_, args] {
        device.run([&](const auto& exec) { sparse_gradient(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const GemmCommand& c,
                                 const ChunkExtent& extent) const {
    const Operand& rows = c.kind == GemmCommand::Kind::backward_x ? c.x : c.y;
    const auto products = gemm_products<Real>(c, block_like(c.a, c.a, extent),
                                              block_like(c.x, rows, extent),
                                              block_like(c.y, rows, extent));
    return [device = device_, products] {
        device.run([&](const auto& exec) {
            for (const GemmArgs<Real>& product : products) {
                gemm(exec, product);
            }
        });
    };
}

template <class Real>
template <class Args>
void Binder<Real>::set_neurons(Args& args, const NeuronOperands& c, const Operand& like,
                               const ChunkExtent& extent) const {
    args.type = c.type;
    args.input = block_like(c.input, like, extent);
    args.gain = param(c.gain);
    args.bias = param(c.bias);
    for (std::size_t p = 0; p < c.params.size(); ++p) {
        args.params[p] = param(c.params[p]);
    }
    args.math = choose_math(
        sizeof(Real) == sizeof(float) ? RealType::float32 : RealType::float64,
        c.max_ratio);
}

template <class Real>
Call Binder<Real>::operator_call(const NeuronCommand& c,
                                 const ChunkExtent& extent) const {
    NeuronScanArgs<Real> args;
    set_neurons(args, c, c.output.present() ? c.output : c.filtered, extent);
    args.dt = static_cast<Real>(plan_.model->dt());
    if (c.output.present()) {
        args.output = block(c.output, extent);
    }
    if (c.filtered.present()) {
        Operand b = c.filter_coefficients;
        b.offset += b.row_stride;
        args.filter = {.a = param(c.filter_coefficients),
                       .b = param(b),
                       .state = block(c.filter_state, extent),
                       .filtered = block(c.filtered, extent)};
    }
    for (std::size_t s = 0; s < c.states.size(); ++s) {
        if (c.states[s].present()) {
            args.states[s] = block(c.states[s], extent);
        }
    }
    return [device = device_, args] {
        device.run([&](const auto& exec) { neuron_scan(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const NeuronRateCommand& c,
                                 const ChunkExtent& extent) const {
    NeuronRateArgs<Real> args;
    set_neurons(args, c, c.output, extent);
    args.output = block(c.output, extent);
    return [device = device_, args] {
        device.run([&](const auto& exec) { neuron_rate(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const NeuronRateBackwardCommand& c,
                                 const ChunkExtent& extent) const {
    NeuronRateBackwardArgs<Real> args;
    set_neurons(args, c, c.dL_doutput, extent);
    args.dL_doutput = block(c.dL_doutput, extent);
    if (c.dL_dinput.present()) {
        args.dL_dinput = block(c.dL_dinput, extent);
    }
    args.accumulate_input = c.accumulate;
    args.dL_dbias = address(c.dL_dbias);
    args.dL_dgain = address(c.dL_dgain);
    return [device = device_, args] {
        device.run([&](const auto& exec) { neuron_rate_backward(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const FilterCommand& c,
                                 const ChunkExtent& extent) const {
    FilterScanArgs<Real> args{
        .form = c.form,
        .order = c.order,
        .coefficients = {address(c.coefficients), c.coefficients.row_stride,
                         c.coefficients.col_stride},
        .input = block_like(c.input, c.output, extent),
        .state = {},
        .output = block(c.output, extent)};
    if (c.state.present()) {
        args.state = block(c.state, extent);
    }
    return [device = device_, args] {
        device.run([&](const auto& exec) { filter_scan(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const FilterBackwardCommand& c,
                                 const ChunkExtent& extent) const {
    FilterBackwardArgs<Real> args{
        .form = c.form,
        .order = c.order,
        .coefficients = {address(c.coefficients), c.coefficients.row_stride,
                         c.coefficients.col_stride},
        .dL_doutput = block(c.dL_doutput, extent),
        .adjoint = {},
        .dL_dinput = block_like(c.dL_dinput, c.dL_doutput, extent),
        .accumulate = c.accumulate};
    if (c.adjoint.present()) {
        args.adjoint = block(c.adjoint, extent);
    }
    return [device = device_, args] {
        device.run([&](const auto& exec) { filter_scan_backward(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const TimeCommand& c,
                                 const ChunkExtent& extent) const {
    // Within a stepped stage the clock is a history of its own: TimeUpdate always
    // folds.
    return [device = device_, time = block(c.time, extent),
            first = extent.first_step + 1, dt = plan_.model->dt()] {
        device.run([&](const auto& exec) { write_time(exec, first, dt, time); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const HostCommand&, const ChunkExtent&) const {
    throw Error("executor: got a host function among kernels");
}

template <class Real>
Call Binder<Real>::operator_call(const ProcessCommand&, const ChunkExtent&) const {
    throw Error("executor: got a process of the host among kernels");
}

template <class Real>
Call Binder<Real>::operator_call(const RandomCommand&, const ChunkExtent&) const {
    throw Error("executor: got random numbers in a step that is recorded");
}

template <class Real>
Call Binder<Real>::operator_call(const RowCommand& c, const ChunkExtent& extent) const {
    const Block<Real> row = block(c.row, extent);
    Block<Real> history = block_like(c.history, c.row, extent);
    history.steps = steps_of(c.history, extent);
    return [device = device_, row, history, counter = step_counter_, c] {
        device.run([&](const auto& exec) {
            if (c.kind == RowCommand::Kind::load) {
                load_row<std::decay_t<decltype(exec)>, Real>(
                    exec, counter, c.shift, history, row, c.accumulate);
            } else {
                store_row<std::decay_t<decltype(exec)>, Real>(
                    exec, counter, c.shift, row, history, c.accumulate);
            }
        });
    };
}

template class Binder<float>;
template class Binder<double>;

}  // namespace nengine

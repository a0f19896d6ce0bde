#include "engine/planner/emit/lowering.hpp"

#include <algorithm>

#include "engine/operators/operators.hpp"

// How operators become commands, forward and backward. Backward sits under forward.

namespace nengine {
namespace {

/// dL/d(slot) += the sum over repetitions of dL/d(out) [* factor]: the gradient of
/// broadcasting.
void broadcast_gradient(BackwardLowering& low, int slot, int factor, int out) {
    const auto product = [&](bool saved) -> std::pair<Operand, Operand> {
        if (factor < 0) {
            // Only the extents of the slot are asked for: its value is not kept.
            const auto both =
                saved ? low.saved_broadcast(slot, out)
                      : low.broadcast({slot, out}, Of::gradient, Of::gradient);
            return {both[1], {}};
        }
        const auto of_gradient = saved ? Of::saved_gradient : Of::gradient;
        const auto of_value = saved ? Of::saved : Of::value;
        const auto all = low.broadcast({factor, out}, of_gradient, of_value);
        return {all[1], all[0]};
    };
    if (low.wants_parameter(slot)) {
        const auto operands = product(true);
        low.defer([&] {
            low.emit(SumProductCommand{operands.first, operands.second,
                                       low.parameter_broadcast(slot, out), true});
        });
    } else if (low.wants(slot)) {
        const auto [dy, other] = product(false);
        const Contribution dx = low.contribute_broadcast(slot, out);
        low.emit(SumProductCommand{dy, other, dx.operand, dx.accumulate});
    }
}

/// Compressed rows: which sources each target sums.
struct IndexTables {
    std::vector<Index> offsets, sources;
};

IndexTables index_tables(const std::vector<Index>& from, const std::vector<Index>& to,
                         Index n) {
    IndexTables tables{std::vector<Index>(static_cast<std::size_t>(n) + 1, 0),
                       std::vector<Index>(from.size())};
    for (const Index t : to) {
        ++tables.offsets[static_cast<std::size_t>(t) + 1];
    }
    for (std::size_t i = 1; i < tables.offsets.size(); ++i) {
        tables.offsets[i] += tables.offsets[i - 1];
    }
    std::vector<Index> next(tables.offsets.begin(), tables.offsets.end() - 1);
    for (std::size_t i = 0; i < to.size(); ++i) {
        Index& at = next[static_cast<std::size_t>(to[i])];
        tables.sources[static_cast<std::size_t>(at++)] = from[i];
    }
    return tables;
}

/// dst[first, last) from the tables of all of dst.
void indexed_copy(Lowering& low, const IndexTables& tables, Index first, Index last) {
    Operand dst = low.flat(Copy::dst);
    dst.offset += first * dst.col_stride;
    dst.cols = last - first;
    std::vector<Index> offsets(tables.offsets.begin() + first,
                               tables.offsets.begin() + last + 1);
    low.emit(IndexedSumCommand{low.flat(Copy::src), dst, low.table(std::move(offsets)),
                               low.table(tables.sources), low.accumulate(Copy::dst)});
}

std::vector<Index> all_indices(Index n) {
    std::vector<Index> indices(static_cast<std::size_t>(n));
    for (Index i = 0; i < n; ++i) {
        indices[static_cast<std::size_t>(i)] = i;
    }
    return indices;
}

NeuronOperands neuron_operands(const SimNeurons& op, const Lowering& low) {
    NeuronOperands args{.type = op.neuron_type(),
                        .max_ratio = op.max_ratio,
                        .input = low.flat(SimNeurons::j)};
    if (op.has_gain()) {
        args.gain = low.flat_broadcast(op.gain_slot());
    }
    if (op.has_bias()) {
        args.bias = low.flat_broadcast(op.bias_slot());
    }
    for (int p = 0; p < neuron_info(op.neuron_type()).n_params; ++p) {
        args.params[static_cast<std::size_t>(p)] =
            low.flat_broadcast(op.first_param() + p);
    }
    if (op.is_rate() && op.smoothing > 0 && op.neuron_type() == NeuronType::lif) {
        // Trained with the soft curve: the same parameters, then the smoothing.
        constexpr std::size_t sigma = 3;
        args.type = NeuronType::soft_lif_rate;
        args.params[sigma] = low.scalar(op.smoothing, args.input.cols);
    }
    return args;
}

}  // namespace

void TimeUpdate::lower(Lowering& low) const {
    low.emit(TimeCommand{low.flat(time)});
}

void Reset::lower(Lowering& low) const {
    low.emit(FillCommand{low.flat(dst), value_});
}

void Copy::lower(Lowering& low) const {
    if (!indexed()) {
        const auto operands = low.broadcast({src, dst});
        low.emit(CopyCommand{operands[0], operands[1], low.accumulate(dst)});
        return;
    }
    const Index n_src = shape_size(low.shape(src)), n_dst = shape_size(low.shape(dst));
    const auto from = src_index_.empty() ? all_indices(n_src) : src_index_;
    const auto to = dst_index_.empty() ? all_indices(n_dst) : dst_index_;
    if (low.accumulate(dst)) {
        indexed_copy(low, index_tables(from, to, n_dst), 0, n_dst);
        return;
    }
    // A copy that sets leaves elements that no index names alone: one command per run
    // of others.
    const IndexTables tables = index_tables(from, to, n_dst);
    const auto named = [&](Index i) {
        const auto k = static_cast<std::size_t>(i);
        return tables.offsets[k] < tables.offsets[k + 1];
    };
    for (Index first = 0, last = 0; first < n_dst; first = last + 1) {
        for (last = first; last < n_dst && named(last);) {
            ++last;
        }
        if (last > first) {
            indexed_copy(low, tables, first, last);
        }
    }
}

void Copy::lower_backward(BackwardLowering& low) const {
    if (!indexed()) {
        broadcast_gradient(low, src, -1, dst);
        return;
    }
    if (!low.wants(src)) {
        return;
    }
    const Index n_src = shape_size(low.shape(src)), n_dst = shape_size(low.shape(dst));
    const auto from = src_index_.empty() ? all_indices(n_src) : src_index_;
    const auto to = dst_index_.empty() ? all_indices(n_dst) : dst_index_;
    const IndexTables tables = index_tables(to, from, n_src);
    const Contribution dx = low.contribute(src, BackwardLowering::Form::flat);
    low.emit(IndexedSumCommand{low.flat(dst, Of::gradient), dx.operand,
                               low.table(tables.offsets), low.table(tables.sources),
                               dx.accumulate});
    low.finish(dx);
}

void ElementwiseInc::lower(Lowering& low) const {
    const auto operands = low.broadcast({a, x, y});
    low.emit(MultiplyCommand{operands[0], operands[1], operands[2], low.accumulate(y)});
}

// dA += dY * X and dX += dY * A, summed over what was repeated.
void ElementwiseInc::lower_backward(BackwardLowering& low) const {
    broadcast_gradient(low, a, x, y);
    broadcast_gradient(low, x, a, y);
}

void DotInc::lower(Lowering& low) const {
    const Operand in = low.dense_vector(x);
    const Lowering::Written out = low.write_dense_vector(y);
    low.emit(GemmCommand{GemmCommand::Kind::forward, low.matrix(a), in, out.operand,
                         out.accumulate});
    low.finish(out);
}

namespace {

/// dX += A^T dY; members that share x add to it one after the other.
void dot_backward_x(BackwardLowering& low) {
    const Operand dy = low.dense_vector(DotInc::y, Of::gradient);
    const Operand weights = low.matrix(DotInc::a);
    const Contribution dx =
        low.contribute(DotInc::x, BackwardLowering::Form::dense_vector);
    const bool shared = dx.operand.count > 1 && dx.operand.group_stride == 0;
    const auto member = [&](Operand operand, Index g) {
        operand.offset += g * operand.group_stride;
        operand.count = shared ? 1 : operand.count;
        return operand;
    };
    for (Index g = 0; g < (shared ? dx.operand.count : 1); ++g) {
        low.emit(GemmCommand{GemmCommand::Kind::backward_x, member(weights, g),
                             member(dx.operand, g), member(dy, g),
                             dx.accumulate || g > 0});
    }
    low.finish(dx);
}

}  // namespace

// dX += A^T dY and dA += dY X^T.
void DotInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        dot_backward_x(low);
    }
    if (low.wants_parameter(a)) {
        low.defer([&] {
            const Operand in = low.dense_vector(x, Of::saved);
            const Operand dy = low.dense_vector(y, Of::saved_gradient);
            low.emit(GemmCommand{GemmCommand::Kind::backward_a, low.parameter_matrix(a),
                                 in, dy, true});
        });
    }
}

namespace {

/// from -> to: the correlation, or its transpose.
ConvCommand conv_command(const ConvShape& shape, bool transposed, const Operand& from,
                         const Operand& w, const Operand& to, bool accumulate) {
    return {.kind = transposed ? LinearMap::backward_data : LinearMap::forward,
            .shape = shape,
            .x = transposed ? to : from,
            .w = w,
            .bias = {},
            .y = transposed ? from : to,
            .accumulate = accumulate};
}

}  // namespace

void ConvInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    ConvCommand command = conv_command(shape_, transposed_, in, low.dense(w),
                                       out.operand, out.accumulate);
    if (has_bias()) {
        command.bias = low.dense(bias);
    }
    low.emit(std::move(command));
    low.finish(out);
}

void ConvInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(conv_command(shape_, !transposed_, dy, low.dense(w), dx.operand,
                              dx.accumulate));
        low.finish(dx);
    }
    const bool dw = low.wants_parameter(w),
               db = has_bias() && low.wants_parameter(bias);
    if (!dw && !db) {
        return;
    }
    low.defer([&] {
        Operand dy = low.dense(y, Of::saved_gradient);
        if (dw) {
            const Operand in = low.dense(x, Of::saved);
            low.emit(ConvCommand{
                .kind = LinearMap::backward_filter,
                .shape = shape_,
                .x = transposed_ ? dy : in,
                .w = low.parameter_dense(w),
                .bias = db ? low.parameter_dense(bias) : Operand{},
                .y = transposed_ ? in : dy,
                .accumulate = true,
                .transposed = transposed_,
            });
            return;
        }
        dy.rows =
            shape_.out_h * shape_.out_w;  // positions: what the bias was repeated over
        dy.cols = dy.row_stride = shape_.out_c;
        low.emit(SumProductCommand{dy, {}, low.parameter_dense(bias), true});
    });
}

void PoolInc::lower(Lowering& low) const {
    const Operand in = low.dense(x);
    const Lowering::Written out = low.write_dense(y);
    low.emit(PoolCommand{LinearMap::forward, shape_, in, out.operand, out.accumulate});
    low.finish(out);
}

void PoolInc::lower_backward(BackwardLowering& low) const {
    if (low.wants(x)) {
        const Operand dy = low.dense(y, Of::gradient);
        const Contribution dx = low.contribute(x, BackwardLowering::Form::dense);
        low.emit(PoolCommand{LinearMap::backward_data, shape_, dx.operand, dy,
                             dx.accumulate});
        low.finish(dx);
    }
}

void SimNeurons::lower(Lowering& low) const {
    if (rate_) {
        low.emit(NeuronRateCommand{neuron_operands(*this, low), low.flat(output)});
        return;
    }
    NeuronCommand command{neuron_operands(*this, low), {}, low.flat(output)};
    for (int s = 0; s < n_states(); ++s) {
        command.states[static_cast<std::size_t>(s)] = low.flat(first_state + s);
    }
    if (has_filter_) {
        const int filtered = filter_slot();
        command.filtered = low.flat(filtered);
        command.filter_coefficients = low.coefficients(filtered + 1);
        command.filter_state = low.planes(filtered + 2);
        if (low.unread(output)) {
            command.output = {};  // stays in registers
        }
    }
    low.emit(std::move(command));
}

// dJ = dOutput * rate'(J); what J is made of (gain, bias) gets its share in the same
// kernel.
void SimNeurons::lower_backward(BackwardLowering& low) const {
    const bool dx_wanted = low.wants(j);
    const bool bias_wanted = has_bias_ && low.wants_parameter(bias_slot());
    const bool gain_wanted = has_gain_ && low.wants_parameter(gain_slot());
    if (!dx_wanted && !bias_wanted && !gain_wanted) {
        return;
    }
    NeuronRateBackwardCommand command{
        neuron_operands(*this, low), low.flat(output, Of::gradient), {}, {}, {}, false};
    Contribution dx;
    if (dx_wanted) {
        dx = low.contribute(j, BackwardLowering::Form::flat);
        command.dL_dinput = dx.operand;
        command.accumulate = dx.accumulate;
    }
    if (bias_wanted) {
        command.dL_dbias = low.parameter_flat(bias_slot());
    }
    if (gain_wanted) {
        command.dL_dgain = low.parameter_flat(gain_slot());
    }
    low.emit(std::move(command));
    if (dx_wanted) {
        low.finish(dx);
    }
}

void SimFilter::lower(Lowering& low) const {
    FilterCommand command{.form = form_,
                          .order = order_,
                          .coefficients = low.coefficients(coefficients),
                          .input = low.flat(input),
                          .output = low.flat(output)};
    if (order_ > 0) {
        command.state = low.planes(state);
    }
    low.emit(std::move(command));
}

void SimFilter::lower_backward(BackwardLowering& low) const {
    if (!low.wants(input)) {
        return;
    }
    const Operand dy = low.flat(output, Of::gradient);
    const Contribution du = low.contribute(input, BackwardLowering::Form::flat);
    low.emit(
        FilterBackwardCommand{form_, order_, low.coefficients(coefficients), dy,
                              order_ > 0 ? low.adjoint(order_, dy.cols) : Operand{},
                              du.operand, du.accumulate});
    low.finish(du);
    low.consume_carried_gradient(output);
}

void HostFunction::lower(Lowering& low) const {
    HostCommand command{.op = low.member(0).order,
                        .function = {.call = call_, .ordered = is_ordered()},
                        .x = {},
                        .output = {}};
    if (has_x()) {
        command.x = low.flat(x_slot());
    }
    if (has_output()) {
        command.output = low.flat(output_slot());
    }
    low.emit(std::move(command));
}

}  // namespace nengine

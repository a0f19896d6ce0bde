#include <algorithm>
#include <cassert>

#include "engine/planner/emit/run_lowering.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"
#include "kernels/reduce.hpp"

namespace nengine::engine {
namespace {

/// @throws BuildError  always: what is wanted of this slot was not contributed
[[noreturn]] void refuse_gradient(const Graph& graph, const Node& node, int slot) {
    const Access& access = node.slot(slot);
    const Version& v = graph.version_of(access);
    const bool parameter = graph.trainable(v);
    const SlotGradient gradient = node.op->slot_gradient(slot);
    const bool promised = parameter ? of_parameters(gradient) : of_values(gradient);
    throw BuildError(
        "training: got a loss whose gradient goes through " +
        std::string(node.op->type()) + " '" + node.op->label + "' to its slot " +
        std::to_string(slot) + ", '" + v.name + "', where " +
        (promised ? "the operator promises one and computes none" : "there is none") +
        "; needs losses that do not, or trainable = false for " +
        (parameter ? "'" + v.name + "'" : "what comes before it"));
}

}  // namespace

RunBackwardLowering::RunBackwardLowering(EmitContext& context, int stage,
                                         std::span<const int> run,
                                         GradientState& gradients,
                                         std::vector<Command>& commands,
                                         std::vector<Command>& before,
                                         std::vector<Command>& after)
    : RunLowering(context, stage, true, run, commands),
      gradients_(gradients),
      contributed_(node().slots.size(), 0),
      before_(before),
      after_(after) {}

bool RunBackwardLowering::wanted(const Node& of, int slot) const {
    const Access& access = of.slot(slot);
    const bool constant =
        context_.graph.version_of(access).kind == VersionKind::constant;
    const bool zero =
        access.role == Role::read && of.op->slot_gradient(slot) == SlotGradient::zero;
    return !zero && (constant ? context_.constants.trainable(access)
                              : context_.storage.wants_gradient(access.version));
}

bool RunBackwardLowering::wants(int slot) const {
    return !constant(slot) && wanted(node(), slot);
}

bool RunBackwardLowering::wants_parameter(int slot) const {
    return constant(slot) && wanted(node(), slot);
}

void RunBackwardLowering::check_contributions() const {
    for (const int slot : contributed_.ids()) {
        const Role role = node().slot(slot).role;
        if (role != Role::read && role != Role::state) {
            continue;
        }
        const bool asked = wanted(node(), slot);
        // Blocks and merge keys see to it: the first member speaks for all.
        assert(std::ranges::all_of(run_, [&](int n) {
            return wanted(context_.graph.node(n), slot) == asked;
        }));
        if (asked && !contributed_[slot]) {
            refuse_gradient(context_.graph, node(), slot);
        }
    }
}

void RunBackwardLowering::fill(VersionId id, bool rows, std::vector<Command>& fills) {
    const Placement& placement = context_.storage.placement(id);
    Place at = context_.storage.gradient(id, stage_, Role::read);
    if (!rows && at.in_time == Rows::fixed && context_.graph.version(id).in_time) {
        at = {context_.storage.gradient_history(placement.block), Rows::all, 0};
        context_.storage.touch(at.buffer, context_.storage.position(stage_, true));
    }
    Operand operand = located(at, placement.offset);
    operand.in_time = at.in_time == Rows::fixed ? Rows::fixed : Rows::all;
    operand.shift = 0;
    operand.cols = context_.graph.version(id).size;
    fills.push_back(
        {.args = FillArgs<Planned>{operand, 0.0}, .label = "zero gradient"});
}

bool RunBackwardLowering::touch_memory(int slot, VersionMarks& touched, bool rows,
                                       bool fill_first, std::vector<Command>& fills) {
    bool fresh = !fill_first;
    for (const int n : run_) {
        const Access& access = context_.graph.node(n).slot(slot);
        fresh = fresh && !touched[access.version] && context_.graph.whole(access);
    }
    for (const int n : run_) {
        const VersionId id = context_.graph.node(n).slot(slot).version;
        char& mark = touched[id];
        if (!fresh && mark == 0) {
            fill(id, rows, fills);
        }
        mark = 1;
    }
    return !fresh;
}

/// Whether the contribution adds to numbers that are there already; makes them zeros if
/// there are none yet and it cannot simply overwrite.
bool RunBackwardLowering::touch(int slot) {
    const Version& v = context_.graph.version_of(node().slot(slot));
    const bool stepped = context_.storage.stepped(stage_);
    const bool carried = v.kind == VersionKind::updated;
    if (!v.in_time) {
        return touch_memory(slot, gradients_.touched, true, stepped,
                            stepped ? before_ : commands_);
    }
    if (!stepped) {
        return touch_memory(slot, gradients_.touched, true, carried, commands_);
    }
    return touch_memory(slot, gradients_.row_touched, true, false, commands_);
}

bool RunBackwardLowering::varies_less(int slot) const {
    const Version& v = context_.graph.version_of(node().slot(slot));
    return (node().in_time && !v.in_time) || (node().batched && !v.batched);
}

Contribution RunBackwardLowering::contribute(int slot, Form form) {
    note(slot);
    const Operand target = form == Form::dense_vector ? vector(slot, Of::gradient)
                                                      : flat(slot, Of::gradient);
    const bool scattered =
        form != Form::flat && target.cols > 1 && target.col_stride != 1;
    if (!varies_less(slot) && !scattered) {
        return {.operand = target, .accumulate = touch(slot)};
    }
    const Version& v = context_.graph.version_of(node().slot(slot));
    const bool history = node().in_time && !context_.storage.stepped(stage_);
    const BufferId temporary =
        context_.storage.add_buffer({.name = v.name + " gradient before its sum",
                                     .kind = BufferKind::work,
                                     .width = target.cols * target.count,
                                     .dtype = context_.graph.dtype(v),
                                     .batched = node().batched,
                                     .history = history});
    context_.storage.touch(temporary, context_.storage.position(stage_, true));
    Operand operand = target;
    operand.buffer = temporary;
    operand.in_time = history ? Rows::history : Rows::fixed;
    operand.shift = 0;
    operand.offset = 0;
    operand.col_stride = 1;
    operand.group_stride = target.count > 1 ? target.cols : 0;
    return {.operand = operand,
            .accumulate = false,
            .reduce_to = target,
            .accumulate_reduced = touch(slot)};
}

void RunBackwardLowering::finish(const Contribution& contribution) {
    if (!contribution.reduce_to.present()) {
        return;
    }
    emit(SumProductArgs<Planned>{as_rows(contribution.operand),
                                 {},
                                 as_rows(contribution.reduce_to),
                                 contribution.accumulate_reduced});
}

Contribution RunBackwardLowering::contribute_broadcast(int slot, int out) {
    note(slot);
    const Operand operand = broadcast({slot, out}, Of::gradient, Of::gradient).front();
    return {.operand = without_repeats(operand),
            .accumulate = touch(slot),
            .sums = varies_less(slot) || repeats(operand)};
}

Operand RunBackwardLowering::shares(int slot, const Operand& out) {
    const Version& v = context_.graph.version_of(node().slot(slot));
    const bool history = node().in_time && out.in_time == Rows::history;
    const BufferId buffer =
        context_.storage.add_buffer({.name = v.name + " gradient before its sum",
                                     .kind = BufferKind::work,
                                     .width = out.size(),
                                     .dtype = context_.graph.dtype(v),
                                     .batched = node().batched,
                                     .history = history});
    context_.storage.touch(buffer, context_.storage.position(stage_, true));
    Operand operand = densely(out);
    operand.buffer = buffer;
    operand.in_time = history ? Rows::history : Rows::fixed;
    operand.shift = 0;
    operand.offset = 0;
    return operand;
}

Contribution RunBackwardLowering::contribute_elements(int slot, int out) {
    note(slot);
    const auto both = broadcast({slot, out}, Of::gradient, Of::gradient);
    if (!varies_less(slot) && !repeats(both[0])) {
        return {.operand = both[0], .accumulate = touch(slot)};
    }
    return {.operand = shares(slot, both[1]),
            .reduce_to = without_repeats(both[0]),
            .accumulate_reduced = touch(slot)};
}

Contribution RunBackwardLowering::contribute_matrices(int slot, int out) {
    note(slot);
    const Operand operand = matrices({slot, out}, Of::gradient, Of::gradient).front();
    return {.operand = without_repeats(operand, 2), .accumulate = touch(slot)};
}

Operand RunBackwardLowering::parameter_flat(int slot) {
    note(slot);
    return context_.constants.gradient_of(constant_vector(slot, Numbers::per_element));
}

Operand RunBackwardLowering::parameter_dense(int slot) {
    note(slot);
    return context_.constants.gradient_of(dense(slot, Of::value));
}

Operand RunBackwardLowering::parameter_matrix(int slot) {
    note(slot);
    return context_.constants.gradient_of(matrix(slot));
}

Operand RunBackwardLowering::parameter_broadcast(int slot, int out) {
    note(slot);
    const Operand operand =
        broadcast({slot, out}, Of::saved_gradient, Of::value).front();
    return without_repeats(context_.constants.gradient_of(operand));
}

Contribution RunBackwardLowering::parameter_elements(int slot, int out) {
    note(slot);
    const auto both = broadcast({slot, out}, Of::saved_gradient, Of::value);
    if (!node().in_time && !node().batched && !repeats(both[0])) {  // nothing to sum
        return {.operand = context_.constants.gradient_of(both[0]), .accumulate = true};
    }
    return {.operand = shares(slot, both[1]),
            .reduce_to = without_repeats(context_.constants.gradient_of(both[0])),
            .accumulate_reduced = true};
}

Operand RunBackwardLowering::parameter_matrices(int slot, int out) {
    note(slot);
    const Operand operand =
        matrices({slot, out}, Of::saved_gradient, Of::value).front();
    return without_repeats(context_.constants.gradient_of(operand), 2);
}

std::vector<Operand> RunBackwardLowering::saved_broadcast(int slot, int out) const {
    return broadcast({slot, out}, Of::saved_gradient, Of::saved);
}

void RunBackwardLowering::defer(const std::function<void()>& emit_all) {
    const std::size_t before = commands_.size();
    emit_all();
    if (context_.storage.stepped(stage_)) {
        const auto first = commands_.begin() + static_cast<std::ptrdiff_t>(before);
        after_.insert(after_.end(), std::make_move_iterator(first),
                      std::make_move_iterator(commands_.end()));
        commands_.erase(first, commands_.end());
    }
}

void RunBackwardLowering::consume_carried_gradient(int slot) {
    const bool carried =
        context_.graph.version_of(node().slot(slot)).kind == VersionKind::updated;
    if (carried && context_.storage.stepped(stage_)) {
        commands_.push_back({.args = FillArgs<Planned>{flat(slot, Of::gradient), 0.0},
                             .label = "zero " + node().op->label});
    }
}

Operand RunBackwardLowering::adjoint(Index planes, Index width) {
    const BufferId buffer =
        context_.storage.add_buffer({.name = node().op->label + " adjoint",
                                     .kind = BufferKind::work,
                                     .width = planes * width,
                                     .dtype = context_.plan.dtype,
                                     .batched = true});
    context_.storage.touch(buffer, context_.storage.position(stage_, true));
    const Operand operand{
        .buffer = buffer, .rows = planes, .cols = width, .row_stride = width};
    auto& fills = context_.storage.stepped(stage_) ? before_ : commands_;
    fills.push_back({.args = FillArgs<Planned>{operand, 0.0}, .label = "zero adjoint"});
    return operand;
}

}  // namespace nengine::engine

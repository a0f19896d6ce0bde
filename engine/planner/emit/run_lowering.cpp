#include "engine/planner/emit/run_lowering.hpp"

#include <algorithm>

#include "engine/planner/emit/aligned_dims.hpp"
#include "kernels/base/error.hpp"
#include "kernels/elementwise.hpp"

namespace nengine::engine {

RunLowering::RunLowering(EmitContext& context, int stage, bool backward,
                         std::span<const int> run, std::vector<Command>& commands)
    : context_(context),
      stage_(stage),
      backward_(backward),
      run_(run),
      commands_(commands) {}

Lowering::Member RunLowering::member(Index i) const {
    const Node& node = context_.graph.node(run_[static_cast<std::size_t>(i)]);
    return {.order = node.order, .op = *node.op};
}

Index RunLowering::member_size(Index i, int slot) const {
    const Node& node = context_.graph.node(run_[static_cast<std::size_t>(i)]);
    return node.slot(slot).view.size();
}

bool RunLowering::constant(int slot) const {
    return context_.graph.version_of(node().slot(slot)).kind == VersionKind::constant;
}

bool RunLowering::unread(int slot) const {
    return std::ranges::all_of(run_, [&](int n) {
        const VersionId id = context_.graph.node(n).slot(slot).version;
        return context_.uses.readers[id].empty() && !context_.uses.tapped[id];
    });
}

Index RunLowering::written_size(int n) const {
    Index size = 0;
    for (const Access& access : context_.graph.node(n).slots) {
        if (access.role != Role::read && access.role != Role::state) {
            return access.view.size();
        }
        size = std::max(size, access.view.size());
    }
    return size;
}

Operand RunLowering::constant_vector(int slot, Numbers numbers) const {
    const bool once = numbers == Numbers::once;
    const ConstantKey key{run_.front(), slot,
                          once ? ConstantKey::Form::once : ConstantKey::Form::repeated};
    const auto found = context_.constant_cache.find(key);
    if (found != context_.constant_cache.end()) {
        context_.storage.touch(found->second.buffer,
                               context_.storage.position(stage_, backward_));
        return found->second;
    }
    std::vector<ConstantUse> uses;
    for (const int n : run_) {
        const Access& access = context_.graph.node(n).slot(slot);
        const bool repeats = access.view.size() == 1 && !once;
        uses.push_back({access, repeats ? written_size(n) : 1});
    }
    return context_.constant_cache[key] = context_.constants.vector(uses);
}

std::pair<BufferId, ElementView> RunLowering::located_constant(int slot) const {
    const ConstantKey key{run_.front(), slot, ConstantKey::Form::located};
    auto found = context_.located_cache.find(key);
    if (found == context_.located_cache.end()) {
        found = context_.located_cache
                    .emplace(key, context_.constants.locate(node().slot(slot)))
                    .first;
    }
    return found->second;
}

/// Where the run's operand lies. Asks for every member, so that every part of a block
/// that mirrors a history is moved.
Place RunLowering::place(int slot, Of of) const {
    if (backward_ && (of == Of::value || of == Of::saved)) {
        check_saved(slot);
    }
    Place first;
    for (auto n = run_.rbegin(); n != run_.rend(); ++n) {
        first = place_of(context_.graph.node(*n).slot(slot), of);
    }
    return first;
}

/// What an operator does not ask for may be gone by the time of its backward pass.
void RunLowering::check_saved(int slot) const {
    const Operator& op = *node().op;
    const std::vector<int> saved = op.saved_slots();
    if (std::ranges::find(saved, slot) == saved.end()) {
        throw BuildError(std::string(op.type()) + " '" + op.label +
                         "': got a backward pass that reads the value of slot " +
                         std::to_string(slot) + ", '" +
                         context_.graph.version_of(node().slot(slot)).name +
                         "', needs it among saved_slots()");
    }
}

Place RunLowering::place_of(const Access& access, Of of) const {
    switch (of) {
        case Of::saved:
            return context_.storage.saved_value(access.version, stage_, backward_);
        case Of::gradient:
            return context_.storage.gradient(access.version, stage_, access.role);
        case Of::saved_gradient:
            return context_.storage.saved_gradient(access.version, stage_);
        default:
            return context_.storage.value(access.version, stage_, access.role,
                                          backward_);
    }
}

Operand RunLowering::located(const Place& at, Index offset) const {
    return {.buffer = at.buffer,
            .in_time = at.in_time,
            .shift = at.shift,
            .offset = offset};
}

Operand RunLowering::flat_broadcast(int slot, Of of) const {
    if (constant(slot)) {
        return constant_vector(slot, Numbers::per_element);
    }
    const Operand operand = flat(slot, of);
    Index elements = 0;
    for (const int n : run_) {
        elements += written_size(n);
    }
    if (operand.cols != elements) {
        refuse_computed(slot, "a constant, or one value for each of " +
                                  std::to_string(elements) + " elements");
    }
    return operand;
}

/// @throws BuildError  always: only what does not change can be repeated
void RunLowering::refuse_computed(int slot, const std::string& needs) const {
    throw BuildError(std::string(node().op->type()) + " '" + node().op->label +
                     "': got '" + context_.graph.version_of(node().slot(slot)).name +
                     "' in slot " + std::to_string(slot) +
                     ", which is computed, needs " + needs);
}

Operand RunLowering::flat(int slot, Of of) const {
    if (constant(slot)) {
        return constant_vector(slot, Numbers::once);
    }
    const Access& access = node().slot(slot);
    const Placement& placement = context_.storage.placement(access.version);
    Operand operand = located(place(slot, of), placement.offset + access.view.offset);
    if (!access.view.collapsible(operand.col_stride)) {
        throw BuildError(std::string(node().op->type()) + " '" + node().op->label +
                         "': got a view with shape " + to_string(shape(slot)) +
                         " and uneven strides, needs evenly spaced elements");
    }
    for (const int n : run_) {
        operand.cols += context_.graph.node(n).slot(slot).view.size();
    }
    return operand;
}

std::vector<Operand> RunLowering::broadcast(const std::vector<int>& slots, Of of_last,
                                            Of of_others) const {
    if (run_.size() == 1) {
        return aligned(slots, of_last, of_others, 0);
    }
    std::vector<Operand> operands;
    for (const int slot : slots) {
        const bool last = operands.size() + 1 == slots.size();
        operands.push_back(flat_broadcast(slot, last ? of_last : of_others));
    }
    return operands;
}

std::vector<Operand> RunLowering::matrices(const std::vector<int>& slots, Of of_last,
                                           Of of_others) const {
    return aligned(slots, of_last, of_others, 2);
}

std::vector<Operand> RunLowering::aligned(const std::vector<int>& slots, Of of_last,
                                          Of of_others, int own) const {
    std::vector<Operand> operands;
    std::vector<ElementView> views;
    for (const int slot : slots) {
        const Access& access = node().slot(slot);
        const Of of = operands.size() + 1 == slots.size() ? of_last : of_others;
        if (constant(slot)) {
            const auto [buffer, view] = located_constant(slot);
            operands.push_back({.buffer = buffer, .offset = view.offset});
            views.push_back(view);
            continue;
        }
        const Placement& placement = context_.storage.placement(access.version);
        operands.push_back(
            located(place(slot, of), placement.offset + access.view.offset));
        views.push_back(access.view);
    }
    const AlignedDims dims(
        views, std::string(node().op->type()) + " '" + node().op->label + "'", own);
    for (std::size_t i = 0; i < operands.size(); ++i) {
        dims.apply(operands[i], i);
    }
    return operands;
}

Operand RunLowering::vector(int slot, Of of) const {
    Operand operand;
    const Access& access = node().slot(slot);
    if (constant(slot)) {
        operand = constant_vector(slot, Numbers::once);
        operand.cols = access.view.size();
        operand.group_stride = operand.col_stride == 0 ? 0 : operand.cols;
        operand.count = members();
        return operand;
    }
    const auto address = [&](int n) {
        const Access& member = context_.graph.node(n).slot(slot);
        return context_.storage.placement(member.version).offset + member.view.offset;
    };
    operand = located(place(slot, of), address(run_.front()));
    access.view.collapsible(operand.col_stride);
    operand.cols = access.view.size();
    operand.count = members();
    operand.group_stride =
        run_.size() > 1 ? address(run_[1]) - address(run_.front()) : 0;
    return operand;
}

bool RunLowering::fills_rows(const Operand& operand) const {
    const auto axes = operand.item_axes(), dense = densely(operand).item_axes();
    for (std::size_t k = 0; k < axes.size(); ++k) {
        if (axes[k].extent > 1 && axes[k].stride != dense[k].stride) {
            return false;
        }
    }
    return operand.count == 1 &&
           context_.plan.buffers[operand.buffer].width == operand.size();
}

Operand RunLowering::matrix(int slot) const {
    const Access& access = node().slot(slot);
    if (!constant(slot)) {
        Operand operand = vector(slot, Of::value);
        operand.rows = access.view.shape[0];
        operand.cols = access.view.shape[1];
        operand.row_stride = access.view.strides[0];
        operand.col_stride = access.view.strides[1];
        return operand;
    }
    const ConstantKey key{run_.front(), slot, ConstantKey::Form::matrices};
    const auto found = context_.constant_cache.find(key);
    if (found != context_.constant_cache.end()) {
        return found->second;
    }
    std::vector<Access> uses;
    for (const int n : run_) {
        uses.push_back(context_.graph.node(n).slot(slot));
    }
    return context_.constant_cache[key] = context_.constants.matrices(uses);
}

Operand RunLowering::planes(int slot) const {
    const Access& access = node().slot(slot);
    const Placement& placement = context_.storage.placement(access.version);
    Operand operand = located(place(slot, Of::value), placement.offset);
    operand.rows = placement.planes;
    operand.row_stride = placement.plane_stride;
    for (const int n : run_) {
        operand.cols += written_size(n);
    }
    return operand;
}

Operand RunLowering::coefficients(int slot) const {
    if (!constant(slot)) {
        refuse_computed(slot, "constants or parameters");
    }
    const ConstantKey key{run_.front(), slot, ConstantKey::Form::coefficients};
    const auto found = context_.constant_cache.find(key);
    if (found != context_.constant_cache.end()) {
        return found->second;
    }
    std::vector<ConstantUse> uses;
    for (const int n : run_) {
        uses.push_back({context_.graph.node(n).slot(slot), written_size(n)});
    }
    return context_.constant_cache[key] = context_.constants.coefficients(uses);
}

Operand RunLowering::next_statistic(int slot) const {
    const Access& access = node().slot(slot);
    const Version& v = context_.graph.version_of(access);
    if (!context_.graph.statistic(v) || !context_.graph.whole(access)) {
        throw BuildError(std::string(node().op->type()) + " '" + node().op->label +
                         "': got '" + v.name + "' in slot " + std::to_string(slot) +
                         ", needs a statistic");
    }
    return context_.constants.gradient_of(context_.constants.dense(access));
}

TableId RunLowering::table(std::vector<Index> values) {
    return context_.plan.tables.push_back(std::move(values));
}

void RunLowering::emit(CommandArgs args) {
    Command command{.args = std::move(args),
                    .label = std::string(node().op->type()) + ' ' + node().op->label,
                    .members = static_cast<int>(run_.size())};
    for (const int n : run_) {
        const Node& member = context_.graph.node(n);
        std::vector<Shape> shapes;
        for (const Access& access : member.slots) {
            shapes.push_back(access.view.shape_list());
            const Version& v = context_.graph.version_of(access);
            command.bytes += v.batched ? static_cast<double>(access.view.size()) : 0.0;
        }
        command.flops += member.op->flops(shapes);
    }
    commands_.push_back(std::move(command));
}

}  // namespace nengine::engine

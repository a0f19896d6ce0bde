#include "engine/operators/pointwise.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "engine/ir/lowering.hpp"
#include "engine/operators/broadcast.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/reset.hpp"
#include "kernels/base/error.hpp"
#include "kernels/pointwise.hpp"

namespace nengine::engine {
namespace {

using kernels::PointwiseProgram;

std::vector<Slot> slots_of(const std::vector<SignalId>& x, SignalId y, bool inc) {
    std::vector<Slot> slots;
    for (const SignalId input : x) {
        slots.push_back({Role::read, input});
    }
    slots.push_back({written(inc), y});
    return slots;
}

std::vector<int> first(int n) {
    std::vector<int> numbers(static_cast<std::size_t>(n));
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
}

/// A program, and which of the graph's inputs are its own: those that it reads.
struct Assembled {
    std::vector<int> inputs;
    std::optional<PointwiseProgram> program;
};

/// The same function of the inputs that it depends on: `used`, which was empty.
PointwiseGraph of_used_inputs(const PointwiseGraph& graph, int n_inputs,
                              std::vector<int>& used) {
    const std::vector<bool> reads = graph.used_inputs(n_inputs);
    PointwiseGraph smaller;
    std::vector<PointwiseValue> inputs;
    for (int k = 0; k < n_inputs; ++k) {
        if (reads[static_cast<std::size_t>(k)]) {
            inputs.push_back(smaller.input(static_cast<int>(used.size())));
            used.push_back(k);
        } else {
            inputs.emplace_back(0.0);
        }
    }
    for (const PointwiseValue& output : graph.call(smaller, inputs)) {
        smaller.add_output(output);
    }
    return smaller;
}

Assembled assemble_used(const PointwiseGraph& graph, int n_inputs) {
    Assembled result;
    const PointwiseGraph smaller = of_used_inputs(graph, n_inputs, result.inputs);
    result.program = assemble(smaller, static_cast<int>(result.inputs.size()));
    return result;
}

/// Whether no element can be in both.
bool apart(const Operand& a, const Operand& b) {
    const auto range = [](const Operand& of) {
        Index low = of.offset, high = of.offset;
        for (const Axis& axis : of.item_axes()) {
            const Index reach = (axis.extent - 1) * axis.stride;
            (reach < 0 ? low : high) += reach;
        }
        return std::pair(low, high);
    };
    const auto [a_low, a_high] = range(a);
    const auto [b_low, b_high] = range(b);
    return a.buffer != b.buffer || a_high < b_low || b_high < a_low;
}

bool all_apart(const std::vector<Contribution>& contributions) {
    const auto target = [](const Contribution& of) {
        return of.reduce_to.present() ? of.reduce_to : of.operand;
    };
    for (std::size_t i = 0; i < contributions.size(); ++i) {
        for (std::size_t k = 0; k < i; ++k) {
            if (!apart(target(contributions[i]), target(contributions[k]))) {
                return false;
            }
        }
    }
    return true;
}

}  // namespace

Pointwise::Pointwise(const std::vector<SignalId>& x, SignalId y_signal, bool inc,
                     PointwiseGraph function)
    : Pointwise(x, y_signal, inc, std::move(function), Fits{}) {
    if (!fits(function_, n_inputs())) {
        throw BuildError("Pointwise: got a function of " + std::to_string(n_inputs()) +
                         " inputs and " + std::to_string(function_.nodes().size()) +
                         " operations, needs what fits into a program");
    }
}

Pointwise::Pointwise(const std::vector<SignalId>& x, SignalId y_signal, bool inc,
                     PointwiseGraph function, Fits)
    : OperatorBase(slots_of(x, y_signal, inc)), function_(std::move(function)) {
    for (int k = 0; k < n_inputs(); ++k) {
        has_gradient_.push_back(has_gradient(function_, k));
    }
    const std::vector<bool> needed =
        engine::gradient(function_, n_inputs(), first(n_inputs()))
            .used_inputs(n_inputs() + 1);
    for (int k = 0; k < n_inputs(); ++k) {
        if (needed[static_cast<std::size_t>(k)]) {
            saved_.push_back(k);
        }
    }
}

bool Pointwise::fits(const PointwiseGraph& function, int n_inputs) {
    bool all = n_inputs < PointwiseProgram::max_inputs &&
               assemble(function, n_inputs).has_value();
    for (int k = 0; k < n_inputs && all; ++k) {
        const int by[] = {k};
        const PointwiseGraph of_input = engine::gradient(function, n_inputs, by);
        all = assemble_used(of_input, n_inputs + 1).program.has_value();
    }
    return all;
}

SlotGradient Pointwise::gradient(int slot) const {
    const bool there =
        slot < n_inputs() && has_gradient_[static_cast<std::size_t>(slot)];
    return there ? SlotGradient::value_and_parameter : SlotGradient::zero;
}

MergeKey Pointwise::merge_key(const std::vector<Shape>& shapes) const {
    // Per element, or one number for all: either packs into one vector per element.
    const Index n = shape_size(shapes.back());
    const bool simple = std::ranges::all_of(shapes, [&](const Shape& shape) {
        return shape.size() <= 1 && (shape_size(shape) == n || shape_size(shape) == 1);
    });
    MergeKey key = simple ? MergeKey{"Pointwise", {}} : shape_key("Pointwise", shapes);
    key.numbers.push_back(n_inputs());
    for (const auto& [op, operands] : function_.nodes()) {
        key.numbers.push_back(static_cast<Index>(op));
        key.numbers.insert(key.numbers.end(), operands.begin(), operands.end());
    }
    key.numbers.push_back(function_.outputs().front());
    return key;
}

OperatorProperties Pointwise::properties() const {
    return {.may_add = true, .writes_anywhere = true, .merging = Merging::elementwise};
}

double Pointwise::flops(const std::vector<Shape>& shapes) const {
    const auto used = function_.used_nodes();
    double operations = 0;
    for (std::size_t n = 0; n < used.size(); ++n) {
        operations += used[n] && operand_count(function_.nodes()[n].op) > 0 ? 1 : 0;
    }
    return operations * elements(shapes, y());
}

void Pointwise::check(const std::vector<Shape>& shapes) const {
    for (int k = 0; k < n_inputs(); ++k) {
        check_broadcast(*this, shapes[static_cast<std::size_t>(k)], shapes.back());
    }
}

Fusion Pointwise::composed_with(const Operator& reader,
                                const ReadsOfResult& reads) const {
    const auto* outer = dynamic_cast<const Pointwise*>(&reader);
    if (outer == nullptr) {
        return {};
    }
    Fusion fusion;
    PointwiseGraph graph;
    std::vector<SignalId> x;
    std::vector<PointwiseValue> inner_inputs, outer_inputs;
    const auto add_input = [&](const Operator& of, Fusion::From from) {
        fusion.slots.push_back(from);
        x.push_back(of.signal(from.slot));
        return graph.input(static_cast<int>(x.size()) - 1);
    };
    for (int k = 0; k < n_inputs(); ++k) {
        inner_inputs.push_back(add_input(*this, {Fusion::From::writer, k}));
    }
    const PointwiseValue result = function_.call(graph, inner_inputs).front();
    for (int k = 0; k < outer->n_inputs(); ++k) {
        const auto& slot = reads.slots[static_cast<std::size_t>(k)];
        outer_inputs.push_back(
            slot.is_result      ? result
            : slot.same_as >= 0 ? inner_inputs[static_cast<std::size_t>(slot.same_as)]
                                : add_input(reader, {Fusion::From::reader, k}));
    }
    graph.add_output(outer->function_.call(graph, outer_inputs).front());
    if (!fits(graph, static_cast<int>(x.size()))) {
        return {};
    }
    fusion.slots.push_back({Fusion::From::reader, outer->y()});
    const bool inc = reader.slots().back().role == Role::inc;
    const auto whole = std::shared_ptr<Pointwise>(
        new Pointwise(x, reader.signal(outer->y()), inc, std::move(graph), Fits{}));
    whole->label = reader.label;
    whole->call_order = reader.call_order;
    fusion.op = whole;
    return fusion;
}

Remaining Pointwise::with_numbers(
    const std::vector<std::optional<double>>& numbers) const {
    PointwiseGraph graph;
    std::vector<PointwiseValue> inputs;
    for (int k = 0; k < n_inputs(); ++k) {
        const auto& number = numbers[static_cast<std::size_t>(k)];
        inputs.push_back(number ? PointwiseValue(*number) : graph.input(k));
    }
    const PointwiseValue result = function_.call(graph, inputs).front();
    const bool inc = slots().back().role == Role::inc;
    const int node = result.node_in(graph);
    graph.add_output(result);
    std::shared_ptr<Operator> op;
    Remaining remaining;
    if (const auto constant = graph.constant_of(node)) {
        if (inc) {
            return {};
        }
        op = std::make_shared<Reset>(signal(y()), *constant);
    } else if (const auto& of = graph.nodes()[static_cast<std::size_t>(node)];
               of.op == PointwiseOp::load) {
        remaining.slots = {static_cast<int>(of.operands[0])};
        op = std::make_shared<Copy>(signal(remaining.slots.front()), signal(y()), inc);
    } else {
        PointwiseGraph smaller = of_used_inputs(graph, n_inputs(), remaining.slots);
        std::vector<SignalId> x;
        for (const int slot : remaining.slots) {
            x.push_back(signal(slot));
        }
        op = std::shared_ptr<Pointwise>(
            new Pointwise(x, signal(y()), inc, std::move(smaller), Fits{}));
    }
    remaining.slots.push_back(y());
    op->label = label;
    remaining.op = std::move(op);
    return remaining;
}

void Pointwise::lower(Lowering& low) const {
    auto [slots, program] = assemble_used(function_, n_inputs());
    slots.push_back(y());
    const auto operands = low.broadcast(slots);
    PointwiseArgs<Planned> args{.program = *program};
    std::copy(operands.begin(), operands.end() - 1, args.inputs.begin());
    args.outputs[0] = operands.back();
    args.accumulate[0] = low.accumulate(y());
    low.emit(args);
}

// dX += dY df/dX, for all X in one program as far as that fits.
void Pointwise::lower_backward(BackwardLowering& low) const {
    std::vector<int> values, parameters;
    for (int k = 0; k < n_inputs(); ++k) {
        if (gradient(k) == SlotGradient::zero) {
            continue;
        }
        if (low.wants_parameter(k)) {
            parameters.push_back(k);
        } else if (low.wants(k)) {
            values.push_back(k);
        }
    }
    if (!values.empty()) {
        lower_gradients(low, values, false);
    }
    if (!parameters.empty()) {
        low.defer([&] { lower_gradients(low, parameters, true); });
    }
}

void Pointwise::lower_gradients(BackwardLowering& low, const std::vector<int>& by,
                                bool of_parameters) const {
    std::vector<Contribution> contributions;
    for (const int slot : by) {
        contributions.push_back(of_parameters ? low.parameter_elements(slot, y())
                                              : low.contribute_elements(slot, y()));
    }
    // What two of them add to is added to one after the other.
    if (all_apart(contributions) &&
        emit_gradients(low, by, contributions, of_parameters)) {
        return;
    }
    for (std::size_t k = 0; k < by.size(); ++k) {
        emit_gradients(low, {by[k]}, {contributions[k]}, of_parameters);
    }
}

/// One command; false: it would be too long.
bool Pointwise::emit_gradients(BackwardLowering& low, const std::vector<int>& by,
                               const std::vector<Contribution>& contributions,
                               bool of_parameters) const {
    const PointwiseGraph graph = engine::gradient(function_, n_inputs(), by);
    auto [slots, program] = assemble_used(graph, n_inputs() + 1);
    if (!program) {
        return false;
    }
    // dL/dy is the last of the graph's inputs, as y is the last slot. Where it is not
    // read it still says the extents.
    if (slots.empty() || slots.back() != y()) {
        slots.push_back(y());
    }
    const auto operands =
        low.broadcast(slots, of_parameters ? Of::saved_gradient : Of::gradient,
                      of_parameters ? Of::saved : Of::value);
    PointwiseArgs<Planned> args{.program = *program};
    std::copy_n(operands.begin(), program->n_inputs, args.inputs.begin());
    for (std::size_t k = 0; k < by.size(); ++k) {
        args.outputs[k] = contributions[k].operand;
        args.accumulate[k] = contributions[k].accumulate;
    }
    low.emit(args);
    for (const Contribution& contribution : contributions) {
        low.finish(contribution);
    }
    return true;
}

}  // namespace nengine::engine

#include "engine/program/pointwise_graph.hpp"

#include <bit>
#include <cassert>

#include "engine/program/pointwise_simplify.hpp"

namespace nengine::engine {
namespace {

struct Operation {
    std::string_view name;
    int n_operands;
};
/// In the order of PointwiseOp.
constexpr Operation operations[] = {
    {"load", 0},
    {"constant", 0},
#define NENGINE_POINTWISE_1(name, ...) {#name, 1},
#define NENGINE_POINTWISE_2(name, ...) {#name, 2},
#define NENGINE_POINTWISE_3(name, ...) {#name, 3},
#include "kernels/pointwise/operations.hpp"
};

constexpr bool computes(PointwiseOp op) {
    return op > PointwiseOp::constant;
}

}  // namespace

int operand_count(PointwiseOp op) {
    return operations[static_cast<std::size_t>(op)].n_operands;
}

std::string_view name_of(PointwiseOp op) {
    return operations[static_cast<std::size_t>(op)].name;
}

int PointwiseValue::node_in(PointwiseGraph& graph) const {
    if (graph_ == nullptr) {
        return graph.constant(constant_).node_in(graph);
    }
    assert(graph_ == &graph);
    return node_;
}

PointwiseValue apply(PointwiseOp op, std::initializer_list<PointwiseValue> operands) {
    for (const PointwiseValue& operand : operands) {
        if (operand.graph() != nullptr) {
            return operand.graph()->apply(op, operands);
        }
    }
    // A graph of its own would do no more than compute it.
    PointwiseGraph alone;
    const PointwiseValue value = alone.apply(op, operands);
    return *alone.constant_of(value.node_in(alone));
}

int PointwiseGraph::add(const Node& node) {
    const auto [at, is_new] = known_.emplace(node, static_cast<int>(nodes_.size()));
    if (is_new) {
        nodes_.push_back(node);
    }
    return at->second;
}

PointwiseValue PointwiseGraph::input(int k) {
    return {*this, add({PointwiseOp::load, {k, -1, -1}})};
}

PointwiseValue PointwiseGraph::constant(double value) {
    return {*this,
            add({PointwiseOp::constant, {std::bit_cast<std::int64_t>(value), -1, -1}})};
}

std::optional<double> PointwiseGraph::constant_of(int node) const {
    const Node& of = nodes_[static_cast<std::size_t>(node)];
    return of.op == PointwiseOp::constant
               ? std::optional(std::bit_cast<double>(of.operands[0]))
               : std::nullopt;
}

PointwiseValue PointwiseGraph::apply(PointwiseOp op,
                                     std::span<const PointwiseValue> operands) {
    Node node{op};
    for (std::size_t k = 0; k < operands.size(); ++k) {
        node.operands[k] = operands[k].node_in(*this);
    }
    if (const auto simpler = simplify(*this, node)) {
        return *simpler;
    }
    return {*this, add(node)};
}

void PointwiseGraph::add_output(const PointwiseValue& value) {
    outputs_.push_back(value.node_in(*this));
}

std::vector<bool> PointwiseGraph::used_nodes() const {
    std::vector<bool> used(nodes_.size(), false);
    for (const int output : outputs_) {
        used[static_cast<std::size_t>(output)] = true;
    }
    // Operands come before what is computed of them.
    for (std::size_t n = nodes_.size(); n-- > 0;) {
        for (int k = 0; used[n] && k < operand_count(nodes_[n].op); ++k) {
            used[static_cast<std::size_t>(
                nodes_[n].operands[static_cast<std::size_t>(k)])] = true;
        }
    }
    return used;
}

std::vector<bool> PointwiseGraph::used_inputs(int n_inputs) const {
    const std::vector<bool> used = used_nodes();
    std::vector<bool> inputs(static_cast<std::size_t>(n_inputs), false);
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
        if (used[n] && nodes_[n].op == PointwiseOp::load) {
            inputs[static_cast<std::size_t>(nodes_[n].operands[0])] = true;
        }
    }
    return inputs;
}

std::vector<PointwiseValue> PointwiseGraph::call(
    PointwiseGraph& in, std::span<const PointwiseValue> inputs) const {
    std::vector<PointwiseValue> values;
    for (const Node& node : nodes_) {
        const auto operand = [&](std::size_t k) {
            return static_cast<std::size_t>(node.operands[k]);
        };
        if (node.op == PointwiseOp::load) {
            values.push_back(inputs[operand(0)]);
        } else if (!computes(node.op)) {
            values.push_back(in.constant(std::bit_cast<double>(node.operands[0])));
        } else {
            std::vector<PointwiseValue> operands;
            for (int k = 0; k < operand_count(node.op); ++k) {
                operands.push_back(values[operand(static_cast<std::size_t>(k))]);
            }
            values.push_back(in.apply(node.op, operands));
        }
    }
    std::vector<PointwiseValue> results;
    for (const int output : outputs_) {
        results.push_back(values[static_cast<std::size_t>(output)]);
    }
    return results;
}

std::string to_string(const PointwiseGraph& graph) {
    const auto text = [&](const auto& self, int n) -> std::string {
        const auto& node = graph.nodes()[static_cast<std::size_t>(n)];
        if (node.op == PointwiseOp::load) {
            return "x" + std::to_string(node.operands[0]);
        }
        if (const auto value = graph.constant_of(n)) {
            return std::to_string(*value);
        }
        std::string operands;
        for (int k = 0; k < operand_count(node.op); ++k) {
            const auto operand = node.operands[static_cast<std::size_t>(k)];
            operands += (k > 0 ? ", " : "") + self(self, static_cast<int>(operand));
        }
        return std::string(name_of(node.op)) + '(' + operands + ')';
    };
    return graph.outputs().empty() ? "" : text(text, graph.outputs().front());
}

}  // namespace nengine::engine

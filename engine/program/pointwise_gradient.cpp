#include "engine/program/pointwise_graph.hpp"

namespace nengine::engine {
namespace {

using Value = PointwiseValue;
using Node = PointwiseGraph::Node;

/// g times the derivative of y = op(a, b, c) by one operand; none where there is none.
/// As the table of operations has them.
std::optional<Value> operand_gradient(PointwiseOp op, int operand, const Value& a,
                                      const Value& b, const Value& c, const Value& y,
                                      const Value& g) {
    const auto zero = std::nullopt;
    static_cast<void>(b);
    static_cast<void>(c);
    // NOLINTBEGIN(bugprone-branch-clone): rows that are alike
    switch (op) {
        case PointwiseOp::load:
        case PointwiseOp::constant:
            break;
#define NENGINE_POINTWISE_1(name, lanes, value, of_a) \
    case PointwiseOp::name:                           \
        return of_a;
#define NENGINE_POINTWISE_2(name, lanes, value, of_a, of_b) \
    case PointwiseOp::name:                                 \
        if (operand == 0) {                                 \
            return of_a;                                    \
        }                                                   \
        return of_b;
#define NENGINE_POINTWISE_3(name, lanes, value, of_a, of_b, of_c) \
    case PointwiseOp::name:                                       \
        if (operand == 0) {                                       \
            return of_a;                                          \
        }                                                         \
        if (operand == 1) {                                       \
            return of_b;                                          \
        }                                                         \
        return of_c;
#include "kernels/pointwise/operations.hpp"
    }
    // NOLINTEND(bugprone-branch-clone)
    return std::nullopt;
}

/// Walks a function's operations backwards.
class Backward {
public:
    Backward(const PointwiseGraph& function, int n_inputs)
        : function_(function), by_node_(function.nodes().size()) {
        std::vector<Value> inputs;
        for (int k = 0; k < n_inputs; ++k) {
            inputs.push_back(result_.input(k));
        }
        // Every node is an output of this copy, so that its value is at hand.
        PointwiseGraph all = function;
        for (std::size_t n = 0; n < function.nodes().size(); ++n) {
            all.add_output({all, static_cast<int>(n)});
        }
        values_ = all.call(result_, inputs);
        values_.erase(values_.begin(),
                      values_.end() - static_cast<std::ptrdiff_t>(by_node_.size()));
        add(function.outputs().front(), result_.input(n_inputs));
    }

    PointwiseGraph run(std::span<const int> by_inputs) {
        std::vector<Value> of_input(by_inputs.size(), Value(0.0));
        for (std::size_t n = by_node_.size(); n-- > 0;) {
            const Node& node = function_.nodes()[n];
            if (!by_node_[n]) {
                continue;
            }
            for (std::size_t k = 0; k < by_inputs.size(); ++k) {
                if (node.op == PointwiseOp::load && node.operands[0] == by_inputs[k]) {
                    of_input[k] = *by_node_[n];
                }
            }
            step(node, values_[n], *by_node_[n]);
        }
        for (const Value& value : of_input) {
            result_.add_output(value);
        }
        return std::move(result_);
    }

private:
    /// Hands g = dL/dy on to what y was computed of.
    void step(const Node& node, const Value& y, const Value& g) {
        const auto operand = [&](std::size_t k) {
            const bool there = static_cast<int>(k) < operand_count(node.op);
            return there ? values_[static_cast<std::size_t>(node.operands[k])]
                         : Value(0.0);
        };
        for (int k = 0; k < operand_count(node.op); ++k) {
            const auto at =
                static_cast<int>(node.operands[static_cast<std::size_t>(k)]);
            if (function_.constant_of(at)) {
                continue;
            }
            if (const auto share = operand_gradient(node.op, k, operand(0), operand(1),
                                                    operand(2), y, g)) {
                add(at, *share);
            }
        }
    }
    void add(int node, const Value& share) {
        auto& sum = by_node_[static_cast<std::size_t>(node)];
        sum = sum ? *sum + share : share;
    }

    const PointwiseGraph& function_;
    PointwiseGraph result_;
    std::vector<Value> values_;  ///< of the function's nodes, in result_
    std::vector<std::optional<Value>> by_node_;  ///< dL/d(node)
};

}  // namespace

PointwiseGraph gradient(const PointwiseGraph& function, int n_inputs,
                        std::span<const int> by_inputs) {
    return Backward(function, n_inputs).run(by_inputs);
}

bool has_gradient(const PointwiseGraph& function, int by_input) {
    // Which nodes lead to the output by something that has a derivative.
    const auto& nodes = function.nodes();
    std::vector<bool> leads(nodes.size(), false);
    leads[static_cast<std::size_t>(function.outputs().front())] = true;
    PointwiseGraph scratch;
    const Value any = scratch.input(0);
    for (std::size_t n = nodes.size(); n-- > 0;) {
        if (!leads[n]) {
            continue;
        }
        if (nodes[n].op == PointwiseOp::load && nodes[n].operands[0] == by_input) {
            return true;
        }
        for (int k = 0; k < operand_count(nodes[n].op); ++k) {
            if (operand_gradient(nodes[n].op, k, any, any, any, any, any)) {
                leads[static_cast<std::size_t>(
                    nodes[n].operands[static_cast<std::size_t>(k)])] = true;
            }
        }
    }
    return false;
}

}  // namespace nengine::engine

#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/pointwise/program.hpp"

namespace nengine::engine {

using kernels::PointwiseOp;
class PointwiseGraph;

/// A number of a graph, or a constant that none has yet. What is computed of values
/// becomes a part of their graph: operators and the functions of
/// kernels/pointwise/operations.hpp, below.
class PointwiseValue {
public:
    PointwiseValue(double constant) : constant_(constant) {}  // NOLINT: 2.0 * x
    PointwiseValue(PointwiseGraph& graph, int node) : graph_(&graph), node_(node) {}

    PointwiseGraph* graph() const { return graph_; }
    /// The node in `graph`, which the constant joins if it is none yet.
    int node_in(PointwiseGraph& graph) const;

private:
    PointwiseGraph* graph_ = nullptr;
    int node_ = -1;
    double constant_ = 0;
};

/// A function of some numbers to some numbers: operations in static single assignment,
/// no two alike. What is known is computed at once, what changes nothing is not kept.
class PointwiseGraph {
public:
    struct Node {
        PointwiseOp op;
        /// Nodes; of a load the input, of a constant its bits.
        std::array<std::int64_t, 3> operands{-1, -1, -1};

        auto operator<=>(const Node&) const = default;
    };

    PointwiseValue input(int k);
    PointwiseValue constant(double value);
    /// The same value again if there is one already.
    PointwiseValue apply(PointwiseOp op, std::span<const PointwiseValue> operands);
    void add_output(const PointwiseValue& value);

    const std::vector<Node>& nodes() const { return nodes_; }
    const std::vector<int>& outputs() const { return outputs_; }
    /// Inputs that outputs depend on, and no others, have true.
    std::vector<bool> used_inputs(int n_inputs) const;
    /// Nodes that outputs depend on.
    std::vector<bool> used_nodes() const;
    std::optional<double> constant_of(int node) const;

    /// Adds this graph's operations to another one, where `inputs` take the place of
    /// this one's; gives its outputs.
    std::vector<PointwiseValue> call(PointwiseGraph& in,
                                     std::span<const PointwiseValue> inputs) const;

private:
    int add(const Node& node);

    std::vector<Node> nodes_;
    std::vector<int> outputs_;
    std::map<Node, int> known_;
};

/// The graph of a function of n numbers, by calling it.
template <int n, class Function>
PointwiseGraph pointwise_graph(const Function& function) {
    PointwiseGraph graph;
    [&]<int... k>(std::integer_sequence<int, k...>) {
        const PointwiseValue inputs[] = {graph.input(k)...};
        graph.add_output(function(inputs[k]...));
    }
    (std::make_integer_sequence<int, n>{});
    return graph;
}

/// "add(exp(x0), 2)", of the first output; for messages.
std::string to_string(const PointwiseGraph& graph);

/// How many operands an operation has.
int operand_count(PointwiseOp op);
/// As in the table of operations: "atan2".
std::string_view name_of(PointwiseOp op);

/// The gradient of one output by some inputs: a graph of the function's inputs and, as
/// the last input, g = dL/d(output). Its outputs are g times the derivatives by
/// `by_inputs`, in their order; 0 where there is none. What the function computes on
/// the way is computed again.
PointwiseGraph gradient(const PointwiseGraph& function, int n_inputs,
                        std::span<const int> by_inputs);
/// Whether the output has a gradient by an input: some path between them is without
/// steps and comparisons.
bool has_gradient(const PointwiseGraph& function, int by_input);

/// The program of a graph; none, if it has too many operands, constants, instructions
/// or values at a time for one.
std::optional<kernels::PointwiseProgram> assemble(const PointwiseGraph& graph,
                                                  int n_inputs);

PointwiseValue apply(PointwiseOp op, std::initializer_list<PointwiseValue> operands);

#define NENGINE_POINTWISE_1(name, ...)                    \
    inline PointwiseValue name(const PointwiseValue& a) { \
        return apply(PointwiseOp::name, {a});             \
    }
#define NENGINE_POINTWISE_2(name, ...)                                             \
    inline PointwiseValue name(const PointwiseValue& a, const PointwiseValue& b) { \
        return apply(PointwiseOp::name, {a, b});                                   \
    }
#define NENGINE_POINTWISE_3(name, ...)                                           \
    inline PointwiseValue name(const PointwiseValue& a, const PointwiseValue& b, \
                               const PointwiseValue& c) {                        \
        return apply(PointwiseOp::name, {a, b, c});                              \
    }
#include "kernels/pointwise/operations.hpp"

inline PointwiseValue operator+(const PointwiseValue& a, const PointwiseValue& b) {
    return add(a, b);
}
inline PointwiseValue operator-(const PointwiseValue& a, const PointwiseValue& b) {
    return subtract(a, b);
}
inline PointwiseValue operator-(const PointwiseValue& a) {
    return negative(a);
}
inline PointwiseValue operator*(const PointwiseValue& a, const PointwiseValue& b) {
    return multiply(a, b);
}
inline PointwiseValue operator/(const PointwiseValue& a, const PointwiseValue& b) {
    return divide(a, b);
}
inline PointwiseValue operator<(const PointwiseValue& a, const PointwiseValue& b) {
    return less(a, b);
}
inline PointwiseValue operator<=(const PointwiseValue& a, const PointwiseValue& b) {
    return less_equal(a, b);
}
inline PointwiseValue operator>(const PointwiseValue& a, const PointwiseValue& b) {
    return less(b, a);
}
inline PointwiseValue operator>=(const PointwiseValue& a, const PointwiseValue& b) {
    return less_equal(b, a);
}
inline PointwiseValue operator==(const PointwiseValue& a, const PointwiseValue& b) {
    return equal(a, b);
}
inline PointwiseValue operator!=(const PointwiseValue& a, const PointwiseValue& b) {
    return not_equal(a, b);
}

}  // namespace nengine::engine

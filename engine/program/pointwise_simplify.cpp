#include "engine/program/pointwise_simplify.hpp"

#include <utility>

#include "kernels/pointwise/math.hpp"

namespace nengine::engine {
namespace {

using Op = PointwiseOp;
using Node = PointwiseGraph::Node;

/// An operation on known numbers.
double compute(Op op, double a, double b, double c) {
    using Real = double;
    using Math = kernels::PointwiseMath<double>;
    static_cast<void>(b);
    static_cast<void>(c);
    // NOLINTBEGIN(bugprone-branch-clone): rows that are alike
    switch (op) {
        case Op::load:
        case Op::constant:
            break;
#define NENGINE_POINTWISE_1(name, lanes, value, ...) \
    case Op::name:                                   \
        return value;
#define NENGINE_POINTWISE_2 NENGINE_POINTWISE_1
#define NENGINE_POINTWISE_3 NENGINE_POINTWISE_1
#include "kernels/pointwise/operations.hpp"
    }
    // NOLINTEND(bugprone-branch-clone)
    return 0;
}

/// The operands of an operation, as the rules see them.
class Operands {
public:
    Operands(PointwiseGraph& graph, const Node& node) : graph_(graph), node_(node) {}

    PointwiseValue value(int k) const { return {graph_, at(k)}; }
    std::optional<double> constant(int k) const { return graph_.constant_of(at(k)); }
    bool is(int k, double number) const { return constant(k) == number; }
    bool equal(int k, int other) const { return at(k) == at(other); }
    /// The operand of operand k, if that is an operation `op` of one.
    std::optional<PointwiseValue> inside(int k, Op op) const {
        const Node& of = graph_.nodes()[static_cast<std::size_t>(at(k))];
        return of.op == op ? std::optional(PointwiseValue{
                                 graph_, static_cast<int>(of.operands[0])})
                           : std::nullopt;
    }
    std::optional<double> known() const {
        double number[3] = {};
        for (int k = 0; k < operand_count(node_.op); ++k) {
            const auto of_operand = constant(k);
            if (!of_operand) {
                return std::nullopt;
            }
            number[k] = *of_operand;
        }
        return compute(node_.op, number[0], number[1], number[2]);
    }

private:
    int at(int k) const {
        return static_cast<int>(node_.operands[static_cast<std::size_t>(k)]);
    }

    PointwiseGraph& graph_;
    const Node& node_;
};

std::optional<PointwiseValue> simplify_power(const Operands& x) {
    if (x.is(1, 2.0)) {
        return square(x.value(0));
    }
    if (x.is(1, -1.0)) {
        return reciprocal(x.value(0));
    }
    return x.is(1, 1.0) ? std::optional(x.value(0)) : std::nullopt;
}

std::optional<PointwiseValue> simplify_product(const Operands& x) {
    for (const int k : {0, 1}) {
        if (x.is(k, 1.0)) {
            return x.value(1 - k);
        }
        if (x.is(k, -1.0)) {
            return negative(x.value(1 - k));
        }
    }
    return x.equal(0, 1) ? std::optional(square(x.value(0))) : std::nullopt;
}

std::optional<PointwiseValue> simplify_where(const Operands& x) {
    if (x.equal(1, 2)) {
        return x.value(1);
    }
    const auto condition = x.constant(0);
    return condition ? std::optional(x.value(*condition != 0.0 ? 1 : 2)) : std::nullopt;
}

std::optional<PointwiseValue> simplify_known_operation(Op op, const Operands& x) {
    const auto operand_if = [&](bool holds, int k) {
        return holds ? std::optional(x.value(k)) : std::nullopt;
    };
    switch (op) {
        case Op::identity:
            return x.value(0);
        case Op::subtract:
            return operand_if(x.is(1, 0.0), 0);
        case Op::multiply:
            return simplify_product(x);
        case Op::divide:
            return operand_if(x.is(1, 1.0), 0);
        case Op::negative:
            return x.inside(0, Op::negative);
        case Op::pow:
            return simplify_power(x);
        case Op::where:
            return simplify_where(x);
        default:
            return std::nullopt;
    }
}

constexpr bool commutes(Op op) {
    return op == Op::add || op == Op::multiply || op == Op::equal ||
           op == Op::not_equal;
}

}  // namespace

std::optional<PointwiseValue> simplify(PointwiseGraph& graph, Node& node) {
    const Operands operands(graph, node);
    if (const auto number = operands.known()) {
        // What has no gradient keeps it by being a constant.
        return graph.constant(*number);
    }
    if (const auto simpler = simplify_known_operation(node.op, operands)) {
        return simpler;
    }
    if (commutes(node.op) && node.operands[0] > node.operands[1]) {
        std::swap(node.operands[0], node.operands[1]);
    }
    return std::nullopt;
}

}  // namespace nengine::engine

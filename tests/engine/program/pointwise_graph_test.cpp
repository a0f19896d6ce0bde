#include "engine/program/pointwise_graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "tests/reference/pointwise_operations.hpp"
#include "tests/support/check_property.hpp"

namespace nengine::test {

using namespace engine;
using kernels::PointwiseInstruction;
using kernels::PointwiseProgram;
using Value = PointwiseValue;

namespace {

double reference(PointwiseOp op, const reference::PointwiseReference::Operands& x) {
    return reference::pointwise_references().at(std::string(name_of(op))).value(x);
}

/// Runs a program on single numbers.
std::vector<double> run(const PointwiseProgram& program,
                        const std::vector<double>& inputs) {
    std::vector<double> r(PointwiseProgram::max_registers,
                          std::numeric_limits<double>::quiet_NaN());
    std::vector<double> outputs(static_cast<std::size_t>(program.n_outputs),
                                std::numeric_limits<double>::quiet_NaN());
    for (int i = 0; i < program.size; ++i) {
        const PointwiseInstruction& in = program.code[static_cast<std::size_t>(i)];
        EXPECT_LT(in.to, program.n_registers);
        EXPECT_EQ(i < program.prologue, in.op == PointwiseOp::constant);
        r[in.to] = in.op == PointwiseOp::load ? inputs.at(in.a)
                   : in.op == PointwiseOp::constant
                       ? program.constants[in.a]
                       : reference(in.op, {r[in.a], r[in.b], r[in.c]});
        if (in.out != PointwiseInstruction::no_output) {
            outputs.at(in.out) = r[in.to];
        }
    }
    return outputs;
}

std::size_t operations(const PointwiseGraph& graph) {
    std::size_t n = 0;
    const auto used = graph.used_nodes();
    for (std::size_t i = 0; i < used.size(); ++i) {
        n += used[i] && operand_count(graph.nodes()[i].op) > 0 ? 1U : 0U;
    }
    return n;
}

TEST(PointwiseGraph, ComputesWhatIsKnown) {
    const auto f = pointwise_graph<1>(
        [](auto x) { return x + exp(Value(0.0)) * (2.0 - Value(0.5)); });

    EXPECT_EQ(to_string(f), "add(x0, 1.500000)");
}

TEST(PointwiseGraph, LeavesOutWhatChangesNothing) {
    const auto same = [](const auto& f) {
        return to_string(pointwise_graph<1>(f)) == "x0";
    };

    EXPECT_TRUE(same([](auto x) { return x * 1.0; }));
    EXPECT_TRUE(same([](auto x) { return 1.0 * x; }));
    EXPECT_TRUE(same([](auto x) { return x / 1.0; }));
    EXPECT_TRUE(same([](auto x) { return x - 0.0; }));
    EXPECT_TRUE(same([](auto x) { return -(-x); }));
    EXPECT_TRUE(same([](auto x) { return pow(x, 1.0); }));
    EXPECT_TRUE(same([](auto x) { return where(x > 0.0, x, x); }));
    EXPECT_TRUE(same([](auto x) { return where(Value(1.0) < 2.0, x, -x); }));
    EXPECT_TRUE(same([](auto x) { return identity(x); }));
    // Infinity times 0 is no 0, and -0 plus 0 is 0.
    EXPECT_FALSE(same([](auto x) { return x + 0.0; }));
    EXPECT_FALSE(same([](auto x) { return x * 0.0 + x; }));
}

TEST(PointwiseGraph, ComputesEqualOperationsOnce) {
    const auto f =
        pointwise_graph<2>([](auto a, auto b) { return (a + b) * exp(b + a); });

    EXPECT_EQ(operations(f), 3U);
}

TEST(PointwiseGraph, KnowsWhichInputsHaveAGradient) {
    const auto f = pointwise_graph<3>([](auto a, auto b, auto c) {
        return where(a > 0.0, b, floor(b)) + stop_gradient(c);
    });

    EXPECT_FALSE(has_gradient(f, 0));
    EXPECT_TRUE(has_gradient(f, 1));
    EXPECT_FALSE(has_gradient(f, 2));
}

TEST(PointwiseGraph, AGradientReadsOnlyTheInputsThatItNeeds) {
    const auto f = pointwise_graph<2>([](auto a, auto b) { return a + tanh(b); });
    const int by[] = {0}, by_b[] = {1};

    EXPECT_EQ(gradient(f, 2, by).used_inputs(3),
              (std::vector<bool>{false, false, true}));
    EXPECT_EQ(gradient(f, 2, by_b).used_inputs(3),
              (std::vector<bool>{false, true, true}));
}

TEST(AssemblePointwise, WritesOutputsThatAreInputsConstantsOrEachOther) {
    PointwiseGraph graph;
    const Value x = graph.input(0), y = exp(x);
    for (const Value& value : {x, y, y, graph.constant(4), x}) {
        graph.add_output(value);
    }

    const auto program = assemble(graph, 1);

    ASSERT_TRUE(program.has_value());
    EXPECT_EQ(run(*program, {0.0}), (std::vector<double>{0, 1, 1, 4, 0}));
}

/// The sum of products of all pairs of some values: each stays until the end.
Value all_pairs(const std::vector<Value>& values) {
    Value sum = 0.0;
    for (const Value& a : values) {
        for (const Value& b : values) {
            sum = sum + a * b;
        }
    }
    return sum;
}

TEST(AssemblePointwise, ReadsInputsAgainWhereRegistersAreFew) {
    // Values that take all registers but a few, and inputs that all of them need.
    PointwiseGraph graph;
    constexpr int n = 8, kept = PointwiseProgram::max_registers - 4;
    std::vector<Value> values;
    for (int k = 0; k < kept; ++k) {
        values.push_back(exp(graph.input(k % n) + graph.input((k + 1) % n)));
    }
    Value sum = values[0];
    for (int k = 1; k < kept; ++k) {
        sum = sum * graph.input(k % n) + values[static_cast<std::size_t>(k)];
    }
    graph.add_output(sum);

    const auto program = assemble(graph, n);

    ASSERT_TRUE(program.has_value());
    // exp(0) in each value, of which the inputs leave the last one.
    EXPECT_EQ(run(*program, std::vector<double>(n, 0.0)), std::vector<double>{1.0});
}

TEST(AssemblePointwise, SaysWhatIsTooLongForAProgram) {
    PointwiseGraph long_one, wide_one;
    Value x = long_one.input(0);
    for (int i = 0; i < PointwiseProgram::max_instructions; ++i) {
        x = exp(x);
    }
    long_one.add_output(x);
    std::vector<Value> values;
    for (int k = 0; k < 40; ++k) {
        values.push_back(exp(wide_one.input(0) + 0.5 * k));
    }
    wide_one.add_output(all_pairs(values));

    EXPECT_FALSE(assemble(long_one, 1).has_value());
    EXPECT_FALSE(assemble(wide_one, 1).has_value());
    EXPECT_FALSE(assemble(wide_one, PointwiseProgram::max_inputs + 1).has_value());
}

// ----- random functions

constexpr PointwiseOp all_operations[] = {
#define NENGINE_POINTWISE_1(name, ...) PointwiseOp::name,
#define NENGINE_POINTWISE_2(name, ...) PointwiseOp::name,
#define NENGINE_POINTWISE_3(name, ...) PointwiseOp::name,
#include "kernels/pointwise/operations.hpp"
};

/// An operation on values that are there before it.
struct Step {
    int operation;
    std::array<int, 3> operands;
};
using Steps = std::vector<Step>;

constexpr int n_inputs = 3;
constexpr double constants[] = {0, 1, -1, 2, 0.5};

/// All values of a function: inputs, constants, and a result per step.
template <class T, class Apply>
std::vector<T> trace(const Steps& steps, std::vector<T> values, const Apply& apply) {
    for (const Step& step : steps) {
        const auto pick = [&](std::size_t k) {
            return values[static_cast<std::size_t>(step.operands[k]) % values.size()];
        };
        values.push_back(
            apply(all_operations[step.operation], pick(0), pick(1), pick(2)));
    }
    return values;
}

PointwiseGraph graph_of(const Steps& steps) {
    PointwiseGraph graph;
    std::vector<Value> values;
    for (int k = 0; k < n_inputs; ++k) {
        values.push_back(graph.input(k));
    }
    values.insert(values.end(), std::begin(constants), std::end(constants));
    const auto all = trace(steps, values, [&](PointwiseOp op, auto a, auto b, auto c) {
        const Value operands[] = {a, b, c};
        return graph.apply(
            op, std::span(operands, static_cast<std::size_t>(operand_count(op))));
    });
    graph.add_output(all.back());
    return graph;
}

std::vector<double> values_of(const Steps& steps, const std::vector<double>& inputs) {
    std::vector<double> values = inputs;
    values.insert(values.end(), std::begin(constants), std::end(constants));
    return trace(steps, values, [](PointwiseOp op, double a, double b, double c) {
        return reference(op, {a, b, c});
    });
}

double value_of(const Steps& steps, const std::vector<double>& inputs) {
    return values_of(steps, inputs).back();
}

auto any_steps() {
    const auto place = rc::gen::inRange(0, 64);
    const auto step = rc::gen::container<std::vector<int>>(3, place);
    return rc::gen::nonEmpty(rc::gen::container<Steps>(rc::gen::map(
        rc::gen::pair(rc::gen::inRange(0, static_cast<int>(std::size(all_operations))),
                      step),
        [](const std::pair<int, std::vector<int>>& drawn) {
            return Step{drawn.first,
                        {drawn.second[0], drawn.second[1], drawn.second[2]}};
        })));
}

std::ostream& operator<<(std::ostream& out, const Step& step) {
    return out << name_of(all_operations[step.operation]) << '(' << step.operands[0]
               << ", " << step.operands[1] << ", " << step.operands[2] << ')';
}

const std::vector<std::vector<double>>& points() {
    static const std::vector<std::vector<double>> some{
        {0.3, -0.7, 1.4}, {-1.2, 0.45, 0.8}, {2.1, 1.3, -0.35}};
    return some;
}

bool same(double a, double b) {
    return (std::isnan(a) && std::isnan(b)) || a == b ||
           std::abs(a - b) <= 1e-9 * (1e-3 + std::abs(a) + std::abs(b));
}

TEST(RandomPointwise, AProgramComputesWhatItsOperationsSay) {
    check_property("a program computes what its operations say", 2000, [] {
        const Steps steps = *any_steps();
        const auto program = assemble(graph_of(steps), n_inputs);
        RC_PRE(program.has_value());
        for (const auto& x : points()) {
            RC_ASSERT(same(run(*program, x).front(), value_of(steps, x)));
        }
    });
}

/// The derivative by input k, where the function is smooth.
std::optional<double> difference(const Steps& steps, std::vector<double> x,
                                 std::size_t k) {
    const double at = x[k];
    const auto value = [&](double offset) {
        x[k] = at + offset;
        return value_of(steps, x);
    };
    const auto central = [&](double h) { return (value(h) - value(-h)) / (2 * h); };
    constexpr double h = 1e-4;
    const double middle = value(0), coarse = central(h), fine = central(h / 2);
    const double result = (4 * fine - coarse) / 3;
    const double scale = 1e-2 + std::abs(result);
    const double turn = (value(h) - 2 * middle + value(-h)) / h;  // at a kink
    const bool smooth = std::abs(result) < 1e4 && std::abs(middle) < 1e3 &&
                        std::abs(coarse - fine) <= 1e-5 * scale &&
                        std::abs(turn) <= 1e-2 * scale;
    return smooth ? std::optional(result) : std::nullopt;
}

TEST(RandomPointwise, AGradientIsThatOfDifferences) {
    check_property("a gradient is that of differences", 2000, [] {
        const Steps steps = *any_steps();
        const int by[] = {0, 1, 2};
        const auto program =
            assemble(gradient(graph_of(steps), n_inputs, by), n_inputs + 1);
        const bool stops = std::ranges::any_of(steps, [](const Step& step) {
            return all_operations[step.operation] == PointwiseOp::stop_gradient;
        });
        RC_PRE(program.has_value() && !stops);
        for (const auto& x : points()) {
            // Of what is not finite on the way, 0 times is no 0.
            const auto all = values_of(steps, x);
            if (!std::ranges::all_of(all, [](double v) { return std::abs(v) < 1e6; })) {
                continue;
            }
            const auto got = run(*program, {x[0], x[1], x[2], 1.0});
            for (std::size_t k = 0; k < 3; ++k) {
                // Powers and roots of 0 have no derivative there, whatever 0 comes
                // from.
                if (!std::isfinite(got[k]) && std::ranges::count(all, 0.0) > 1) {
                    continue;
                }
                if (const auto want = difference(steps, x, k)) {
                    RC_ASSERT(std::abs(got[k] - *want) <=
                              1e-5 * (1e-1 + std::abs(*want)));
                }
            }
        }
    });
}

}  // namespace
}  // namespace nengine::test

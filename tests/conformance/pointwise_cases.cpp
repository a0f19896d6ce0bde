#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reset.hpp"
#include "tests/conformance/operator_cases.hpp"
#include "tests/reference/pointwise_operations.hpp"

namespace nengine::test {

using namespace engine;
namespace {

using Value = PointwiseValue;

constexpr PointwiseOp operations[] = {
#define NENGINE_POINTWISE_1(name, ...) PointwiseOp::name,
#define NENGINE_POINTWISE_2(name, ...) PointwiseOp::name,
#define NENGINE_POINTWISE_3(name, ...) PointwiseOp::name,
#include "kernels/pointwise/operations.hpp"
};
/// So many of them in each case.
constexpr std::size_t at_once = 8;

/// Each of some operations, of inputs and a parameter brought to where it is compared.
void every_operation(ModelMaker& m, std::size_t first) {
    const SignalId x = m.input("x", 6), still = m.input("still", 6, true);
    const SignalId w = m.parameter("w", {6});
    for (std::size_t i = first; i < std::min(first + at_once, std::size(operations));
         ++i) {
        const std::string name(name_of(operations[i]));
        const auto& known = reference::pointwise_references().at(name);
        const double half = (known.high - known.low) / 2;
        const double middle = (known.high + known.low) / 2;
        const auto in_range = [&](const Value& a) { return middle + half * a; };
        const SignalId y = m.signal(name, {6});
        const auto function = pointwise_graph<3>([&](auto a, auto b, auto c) {
            // All vary, and all lead to the parameter, which is c; but what has no
            // gradient by decree, as differences do not know.
            const bool stops = operations[i] == PointwiseOp::stop_gradient;
            const Value operands[] = {in_range(0.6 * a + (stops ? 0.0 : 0.3) * c),
                                      in_range(0.5 * c + 0.4 * b), in_range(0.9 * c)};
            const auto n = static_cast<std::size_t>(known.n_operands);
            return a.graph()->apply(operations[i], std::span(operands, n));
        });
        m.add(Pointwise({x, still, w}, y, false, function), name);
        m.probe(y);
    }
}

/// Broadcast, strided, held, set and added; merged by chance.
void pointwise(ModelMaker& m) {
    const SignalId x = m.input("x", 5), still = m.input("still", 5, true);
    const SignalId a = m.signal("a", {5}), b = m.signal("b", {5}),
                   c = m.signal("c", {3, 5}), d = m.signal("d", {3});
    const auto swish = pointwise_graph<1>([](auto u) { return u * sigmoid(u); });
    const auto mix =
        pointwise_graph<3>([](auto u, auto v, auto w) { return exp(u) * v - w * w; });
    m.add(Pointwise({x}, a, false, swish), "a");
    m.add(Reset(b, 0.5), "b");
    m.add(Pointwise({m.parameter("gain", {}), x, still}, b, true, mix), "b");
    m.add(Pointwise({x, m.parameter("rows", {3, 1}), m.parameter("bias", {5})}, c,
                    false, mix),
          "c");
    m.add(Pointwise({m.slice(x, 4, 3, -2)}, d, false, swish), "d");
    // One value in two operands, and parts of it that overlap.
    m.add(Pointwise({a, a, m.slice(a, 2, 1)}, b, true, mix), "same");
    m.add(
        Pointwise({m.slice(a, 0, 3), m.slice(a, 1, 3), m.slice(a, 2, 3)}, d, true, mix),
        "overlapping");
    for (const SignalId y : {a, b, c, d}) {
        m.probe(y);
    }
    m.probe(m.lowpass("slow", c));
}

/// Equal functions of parts that lie side by side, and of neighbours that overlap.
void pointwise_of_parts(ModelMaker& m) {
    const SignalId x = m.input("x", 9);
    const SignalId y = m.signal("y", {8}), z = m.signal("z", {4});
    const auto f = pointwise_graph<2>([](auto u, auto v) { return tanh(u) * cos(v); });
    for (Index i = 0; i < 4; ++i) {
        const auto name = "part" + std::to_string(i);
        m.add(Pointwise({m.slice(x, 2 * i, 2), m.parameter(name, {2})},
                        m.slice(y, 2 * i, 2), false, f),
              name);
    }
    for (Index i = 0; i < 4; ++i) {
        m.add(Pointwise({m.slice(y, i, 1), m.slice(y, i + 1, 1)}, m.slice(z, i, 1),
                        false, f),
              "neighbours" + std::to_string(i));
    }
    m.probe(y);
    m.probe(z);
}

void pointwise_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 3), w = m.parameter("w", {3}),
                   y = m.signal("y", {3}), z = m.signal("z", {2, 3});
    const SignalId before = m.signal("before", {3});
    m.add(Pointwise({x, before, w}, y, false,
                    pointwise_graph<3>([](auto u, auto h, auto k) {
                        return where(u > 0.0, tanh(k * h + u), 0.5 * h);
                    })),
          "cell");
    m.add(Pointwise({m.parameter("rows", {2, 1}), before}, z, false,
                    pointwise_graph<2>([](auto u, auto h) { return u * softplus(h); })),
          "rows");
    const SignalId slow = m.lowpass("slow", y);
    m.add(Copy(slow, before, false), "back");
    m.probe(y);
    m.probe(z, 2);
}

/// Functions that feed one another: in a chain, on two ways, seen by others, of what
/// varies less.
void pointwise_chains(ModelMaker& m) {
    const SignalId x = m.input("x", 4), still = m.input("still", 4, true);
    const SignalId w = m.parameter("w", {4});
    const auto add = [&](const std::string& name, const std::vector<SignalId>& from,
                         const PointwiseGraph& function) {
        const SignalId y = m.signal(name, {4});
        m.add(Pointwise(from, y, false, function), name);
        return y;
    };
    const auto squash = pointwise_graph<1>([](auto u) { return tanh(u); });
    const auto mix = pointwise_graph<2>([](auto u, auto v) { return u * v + sin(u); });
    const SignalId a = add("a", {x}, squash), b = add("b", {a, x}, mix);
    const SignalId c = add("c", {a, w}, mix), d = add("d", {b, c}, mix);
    const SignalId once = add("once", {w}, squash),
                   held = add("held", {still, once}, mix);
    const SignalId seen = add("seen", {d, held}, mix), e = add("e", {seen, d}, mix);
    const SignalId slow = m.lowpass("slow", e);
    // Within the loop, of what is updated there.
    const SignalId looped = m.signal("looped", {4});
    m.add(Reset(looped), "looped");
    const SignalId f = add("f", {m.lowpass("back", looped), x}, mix);
    m.add(Pointwise({f, slow}, looped, true, mix), "looped");
    for (const SignalId y : {seen, e, slow, looped}) {
        m.probe(y);
    }
}

/// Tensors of six axes whose operands repeat along several of them: sums, products and
/// copies as well.
void pointwise_of_many_axes(ModelMaker& m) {
    const Shape all{2, 3, 1, 2, 2, 2};
    const SignalId x = m.input("x", 48);
    const SignalId tensor = m.model->add_reshape(x, all);
    const SignalId y = m.signal("y", all), product = m.signal("product", all),
                   copy = m.signal("copy", all);
    const SignalId a = m.parameter("a", {3, 1, 1, 2, 1}),
                   b = m.parameter("b", {2, 1, 1, 2, 1, 2});
    m.add(Pointwise({tensor, a, b}, y, false,
                    pointwise_graph<3>(
                        [](auto u, auto v, auto w) { return exp(u * v) - w; })),
          "y");
    m.add(ElementwiseInc(a, tensor, product, false), "product");
    m.add(ElementwiseInc(b, y, product), "product");
    m.add(Copy(a, copy, false), "copy");
    m.add(Copy(tensor, copy, true), "copy");
    // The same tensor with its axes turned round.
    m.add(Pointwise({m.model->add_view(x, "turned", all, 0, {1, 2, 6, 6, 12, 24})},
                    copy, true, pointwise_graph<1>([](auto u) { return sin(u); })),
          "turned");
    for (const SignalId probed : {y, product, copy}) {
        m.probe(probed, 2);
    }
}

}  // namespace

std::vector<OperatorCase> pointwise_cases() {
    std::vector<OperatorCase> cases{
        {"Pointwise", "Pointwise", pointwise},
        {"PointwiseOfParts", "Pointwise", pointwise_of_parts},
        {"PointwiseInALoop", "Pointwise", pointwise_in_a_loop},
        {"PointwiseChains", "Pointwise", pointwise_chains},
        {"PointwiseOfManyAxes", "Pointwise", pointwise_of_many_axes}};
    for (std::size_t first = 0; first < std::size(operations); first += at_once) {
        cases.push_back({"PointwiseOperationsFrom" + std::to_string(first), "Pointwise",
                         [first](ModelMaker& m) { every_operation(m, first); }});
    }
    return cases;
}

}  // namespace nengine::test

#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/reduce.hpp"
#include "engine/operators/reset.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// Over each of several axes, of what varies, is held and is a parameter; of products
/// with one zero and with two.
void reduce(ModelMaker& m, Reduce::Kind kind) {
    const SignalId x = m.input("x", 24), still = m.input("still", 6, true);
    const SignalId tensor = m.model->add_reshape(x, {2, 3, 4});
    const SignalId w = m.parameter("w", {2, 3, 4});
    const SignalId mixed = m.signal("mixed", {2, 3, 4});
    m.add(Copy(tensor, mixed, false), "mixed");
    m.add(Copy(w, mixed, true), "mixed");
    const auto add = [&](const std::string& name, SignalId from, Shape to, bool inc) {
        const SignalId y = m.signal(name, std::move(to));
        if (inc) {
            m.add(Reset(y, 0.25), name);
        }
        m.add(Reduce(kind, from, y, inc), name);
        m.probe(y);
    };
    add("rows", mixed, {2, 3, 1}, false);
    add("middle", mixed, {2, 1, 4}, false);
    add("ends", mixed, {1, 3, 1}, true);
    add("all", mixed, {1, 1, 1}, false);
    add("none", mixed, {2, 3, 4}, false);
    add("parameter", w, {1, 3, 1}, false);
    const SignalId grid = m.model->add_reshape(still, {2, 3});
    add("held", grid, {2, 1}, true);
    // The same numbers with their axes turned round, and a state's.
    add("turned", m.model->add_view(mixed, "turned", {4, 3, 2}, 0, {1, 4, 12}),
        {4, 1, 1}, false);
    const SignalId slow = m.lowpass("slow", mixed);
    add("filtered", m.model->add_reshape(slow, {4, 6}), {1, 6}, false);
    // Equal numbers share a gradient.
    const SignalId equal = m.signal("equal", {2, 3});
    m.add(Copy(m.parameter("one", {2, 1}), equal, false), "equal");
    add("ties", equal, {2, 1}, false);
}

void reduce_zeros(ModelMaker& m) {
    const SignalId x = m.input("x", 9);
    const SignalId w = m.parameter("w", {9});
    const SignalId factors = m.constant("factors", {9}, {1, 2, 3, 0, 2, 3, 0, 0, 3});
    const SignalId scaled = m.signal("scaled", {9}), y = m.signal("y", {3, 1});
    m.add(Reset(scaled), "scaled");
    m.add(ElementwiseInc(factors, x, scaled), "scaled");
    m.add(ElementwiseInc(factors, w, scaled), "scaled");
    m.add(Reduce(Reduce::Kind::product, m.model->add_reshape(scaled, {3, 3}), y), "y");
    m.probe(y);
}

void arg_reduce(ModelMaker& m) {
    const SignalId x = m.input("x", 24), still = m.input("still", 6, true);
    const SignalId tensor = m.model->add_reshape(x, {2, 3, 4});
    const auto add = [&](const std::string& name, ArgReduce::Of of, SignalId from,
                         Shape to) {
        const SignalId y = m.signal(name, std::move(to));
        m.add(ArgReduce(of, from, y), name);
        m.probe(y);
    };
    add("rows", ArgReduce::Of::largest, tensor, {2, 3, 1});
    add("middle", ArgReduce::Of::smallest, tensor, {2, 1, 4});
    add("held", ArgReduce::Of::largest, still, {1});
    add("turned", ArgReduce::Of::largest,
        m.model->add_view(x, "turned", {4, 6}, 0, {1, 4}), {1, 6});
    // Of equal numbers the first.
    const SignalId equal = m.signal("equal", {2, 3});
    m.add(Copy(m.constant("one", {2, 1}), equal, false), "equal");
    add("ties", ArgReduce::Of::largest, equal, {2, 1});
}

/// Stacks that broadcast, transposed and turned views, what is held, parameters, sums.
void mat_mul(ModelMaker& m) {
    const SignalId x = m.input("x", 24), z = m.input("z", 8),
                   still = m.input("still", 8, true);
    const SignalId a = m.model->add_reshape(x, {2, 3, 4});
    const SignalId b = m.model->add_reshape(z, {4, 2});
    const auto add = [&](const std::string& name, SignalId left, SignalId right,
                         Shape to, bool inc = false) {
        const SignalId y = m.signal(name, std::move(to));
        if (inc) {
            m.add(Reset(y, 0.25), name);
        }
        m.add(MatMul(left, right, y, inc), name);
        m.probe(y, 2);
        return y;
    };
    const SignalId w = m.parameter("w", {4, 2}), v = m.parameter("v", {2, 2, 3});
    add("plain", m.model->add_reshape(z, {2, 4}), b, {2, 2});
    const SignalId stack = add("stack", a, b, {2, 3, 2});
    add("weights", a, w, {2, 3, 2}, true);
    add("held", m.model->add_reshape(still, {2, 4}), w, {2, 2});
    add("weights_first", v, stack, {2, 2, 2});
    // Scores: each row with each, by a transposed view.
    const SignalId turned = m.model->add_view(x, "turned", {2, 4, 3}, 0, {12, 1, 4});
    const SignalId scores = add("scores", a, turned, {2, 3, 3});
    add("both_turned", turned, m.model->add_view(z, "z_turned", {3, 2}, 0, {1, 4}),
        {2, 4, 2});
    // Neither rows nor columns are dense.
    add("apart", m.model->add_view(x, "apart", {3, 2}, 1, {8, 3}),
        m.model->add_view(z, "z_apart", {2, 2}, 1, {4, 2}), {3, 2});
    const SignalId wide = m.signal("wide", {3, 8});
    m.add(Reset(wide), "wide");
    m.add(MatMul(a, b, m.model->add_view(wide, "wide.even", {2, 3, 2}, 0, {4, 8, 2}),
                 true),
          "wide");
    m.probe(wide);
    // One of a kind for several: both repeat.
    add("repeated", m.model->add_reshape(z, {1, 1, 4, 2}),
        m.model->add_reshape(still, {1, 2, 2, 2}), {2, 2, 4, 2});
    add("of_updated", m.model->add_reshape(m.lowpass("slow", scores), {2, 3, 3}), stack,
        {2, 3, 2});
}

void mat_mul_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 4), w = m.parameter("w", {2, 2}, -0.5, 0.5);
    const SignalId h = m.signal("h", {2, 2}), y = m.signal("y", {2, 2});
    m.add(Copy(m.model->add_reshape(x, {2, 2}), y, false), "y");
    m.add(MatMul(h, w, y, true), "back");
    const SignalId slow = m.lowpass("slow", m.model->add_reshape(y, {4}), 0.5);
    m.add(Copy(m.model->add_reshape(slow, {2, 2}), h, false), "h");
    m.probe(y);
}

}  // namespace

std::vector<OperatorCase> tensor_cases() {
    std::vector<OperatorCase> cases{{"ReduceZeros", "Reduce", reduce_zeros},
                                    {"ArgReduce", "ArgReduce", arg_reduce},
                                    {"MatMul", "MatMul", mat_mul},
                                    {"MatMulInALoop", "MatMul", mat_mul_in_a_loop}};
    const std::pair<const char*, Reduce::Kind> kinds[] = {
        {"Sum", Reduce::Kind::sum},
        {"Product", Reduce::Kind::product},
        {"Max", Reduce::Kind::max},
        {"Min", Reduce::Kind::min}};
    for (const auto& [name, kind] : kinds) {
        cases.push_back({std::string("Reduce") + name, "Reduce",
                         [kind = kind](ModelMaker& m) { reduce(m, kind); }});
    }
    return cases;
}

}  // namespace nengine::test

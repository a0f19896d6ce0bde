#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/cumulative_sum.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/gather.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/pointwise.hpp"
#include "engine/operators/reduce.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/softmax.hpp"
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

/// Numbers near whole ones in [-2, 1], of a signal in [-1, 1].
SignalId whole_numbers(ModelMaker& m, const std::string& name, SignalId of) {
    const SignalId index = m.signal(name, m.model->signal(of).shape);
    const auto function = [](auto u) { return floor(u * 1.5) + 0.25; };
    m.add(Pointwise({of}, index, false, pointwise_graph<1>(function)), name);
    return index;
}

/// Along each axis, by what varies, is held and is constant, from values, states,
/// constants and parameters, as they lie and turned.
void gather(ModelMaker& m) {
    const SignalId tensor = m.model->add_reshape(m.input("x", 24), {2, 3, 4});
    const SignalId still = m.model->add_reshape(m.input("still", 6, true), {2, 3});
    const SignalId numbers = whole_numbers(m, "numbers", m.input("z", 6));
    const SignalId held = whole_numbers(m, "held", m.input("z_still", 2, true));
    const SignalId fixed = m.constant("fixed", {3}, {1, -1, 1});
    const SignalId w = m.parameter("w", {2, 3, 4}), row = m.parameter("row", {1, 2});
    const SignalId grid = m.model->add_reshape(numbers, {2, 3}),
                   single = m.model->add_view(numbers, "single", {}, 4, {});
    const SignalId mixed = m.signal("mixed", {2, 3, 4});
    m.add(Copy(tensor, mixed, false), "mixed");
    m.add(Copy(w, mixed, true), "mixed");
    const auto add = [&](const std::string& name, SignalId from, SignalId index,
                         int axis, Shape to, bool inc = false) {
        const SignalId y = m.signal(name, std::move(to));
        if (inc) {
            m.add(Reset(y, 0.25), name);
        }
        m.add(Gather(from, index, y, axis, inc), name);
        m.probe(y);
    };
    add("first", mixed, grid, 0, {2, 3, 3, 4});
    add("middle", mixed, numbers, 1, {2, 6, 4}, true);
    add("last", mixed, grid, 2, {2, 3, 2, 3});
    add("single", mixed, single, 1, {2, 4});
    add("of_held", still, numbers, 1, {2, 6});
    add("by_held", mixed, held, 2, {2, 3, 2});
    add("all_held", still, held, 0, {2, 3});
    add("by_constant", mixed, fixed, 1, {2, 3, 4});
    add("of_constant", m.constant("table", {3, 5}), grid, 0, {2, 3, 5});
    add("of_parameter", w, numbers, 2, {2, 3, 6});
    add("rows_of_parameter", w, held, 0, {2, 3, 4}, true);
    add("turned", m.model->add_view(mixed, "turned", {4, 3, 2}, 3, {-1, 4, 12}),
        m.model->add_view(numbers, "numbers.turned", {3, 2}, 5, {-1, -3}), 1,
        {4, 3, 2, 2});
    add("of_one", row, m.constant("zeros", {2, 2}, {0, -1, 0, 0}), 0, {2, 2, 2});
    add("filtered", m.model->add_reshape(m.lowpass("slow", mixed), {4, 6}), held, 0,
        {2, 6});
    const SignalId wide = m.signal("wide", {6, 4});
    m.add(Reset(wide), "wide");
    m.add(Gather(still, held, m.model->add_view(wide, "wide.odd", {2, 2}, 5, {12, 2}),
                 1, true),
          "wide");
    m.probe(wide);
}

void gather_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 4), w = m.parameter("w", {3, 4});
    const SignalId numbers = whole_numbers(m, "numbers", m.input("z", 4));
    const SignalId h = m.signal("h", {4}), y = m.signal("y", {4});
    m.add(Copy(x, y, false), "y");
    m.add(Gather(h, numbers, y, 0, true), "back");
    m.add(Gather(w, m.model->add_view(numbers, "one", {}, 1, {}), y, 0, true), "w");
    m.add(Copy(m.lowpass("slow", y, 0.5), h, false), "h");
    m.probe(y);
}

void cumulative_sum(ModelMaker& m, CumulativeSum::Options options) {
    const SignalId tensor = m.model->add_reshape(m.input("x", 24), {2, 3, 4});
    const SignalId still = m.model->add_reshape(m.input("still", 6, true), {2, 1, 3});
    const SignalId w = m.parameter("w", {2, 3, 4});
    const SignalId mixed = m.signal("mixed", {2, 3, 4});
    m.add(Copy(tensor, mixed, false), "mixed");
    m.add(Copy(w, mixed, true), "mixed");
    const auto add = [&](const std::string& name, SignalId from, int axis,
                         bool inc = false) {
        const SignalId y = m.signal(name, m.model->signal(from).shape);
        if (inc) {
            m.add(Reset(y, 0.25), name);
        }
        m.add(CumulativeSum(from, y, axis, options, inc), name);
        m.probe(y);
    };
    add("first", mixed, 0);
    add("middle", mixed, 1, true);
    add("last", mixed, 2);
    add("held", still, 2);
    add("of_one", still, 1, true);
    add("of_constant", m.constant("numbers", {3, 2}), 0);
    add("of_parameter", w, 1);
    add("turned", m.model->add_view(mixed, "turned", {4, 3, 2}, 3, {-1, 4, 12}), 1);
    add("filtered", m.lowpass("slow", mixed), 0);
}

void softmax(ModelMaker& m, bool logarithm) {
    const SignalId tensor = m.model->add_reshape(m.input("x", 24), {2, 3, 4});
    const SignalId still = m.model->add_reshape(m.input("still", 6, true), {2, 1, 3});
    const SignalId w = m.parameter("w", {2, 3, 4});
    const SignalId mixed = m.signal("mixed", {2, 3, 4});
    m.add(Copy(tensor, mixed, false), "mixed");
    m.add(Copy(w, mixed, true), "mixed");
    const auto add = [&](const std::string& name, SignalId from, int axis) {
        const SignalId y = m.signal(name, m.model->signal(from).shape);
        m.add(Softmax(from, y, axis, logarithm), name);
        m.probe(y);
        return y;
    };
    add("first", mixed, 0);
    // What others add to a result is none of its gradient's business.
    m.add(Copy(w, add("middle", mixed, 1), true), "and w");
    add("last", mixed, 2);
    add("held", still, 2);
    add("of_one", still, 1);
    add("of_constant", m.constant("numbers", {3, 2}), 0);
    add("of_parameter", w, 1);
    add("turned", m.model->add_view(mixed, "turned", {4, 3, 2}, 3, {-1, 4, 12}), 0);
    add("filtered", m.model->add_reshape(m.lowpass("slow", mixed), {6, 4}), 1);
    const SignalId wide = m.signal("wide", {3, 8});
    const SignalId part = m.model->add_view(mixed, "part", {3, 4}, 4, {4, 1});
    m.add(Copy(part, m.model->add_view(wide, "wide.even", {3, 4}, 0, {8, 2}), false),
          "wide");
    m.add(Softmax(part, m.model->add_view(wide, "wide.odd", {3, 4}, 1, {8, 2}), 1,
                  logarithm),
          "wide");
    m.probe(wide);
}

void softmax_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 6), w = m.parameter("w", {3, 2});
    const SignalId h = m.signal("h", {3, 2}), y = m.signal("y", {3, 2});
    const SignalId back = m.signal("back", {3, 2}), of_w = m.signal("of_w", {3, 2});
    m.add(Copy(m.model->add_reshape(x, {3, 2}), y, false), "y");
    m.add(Softmax(h, back, 0, true), "back");
    m.add(Copy(back, y, true), "y");
    m.add(Softmax(w, of_w, 1, false), "of_w");
    m.add(Copy(of_w, y, true), "y");
    const SignalId slow = m.lowpass("slow", m.model->add_reshape(y, {6}), 0.5);
    m.add(Copy(m.model->add_reshape(slow, {3, 2}), h, false), "h");
    m.probe(y);
}

void cumulative_sum_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 6), w = m.parameter("w", {3, 2});
    const SignalId h = m.signal("h", {3, 2}), y = m.signal("y", {3, 2});
    m.add(Copy(m.model->add_reshape(x, {3, 2}), y, false), "y");
    m.add(CumulativeSum(h, y, 0, {.exclusive = true}, true), "back");
    m.add(CumulativeSum(w, y, 1, {}, true), "w");
    const SignalId slow = m.lowpass("slow", m.model->add_reshape(y, {6}), 0.5);
    m.add(Copy(m.model->add_reshape(slow, {3, 2}), h, false), "h");
    m.probe(y);
}

}  // namespace

std::vector<OperatorCase> tensor_cases() {
    std::vector<OperatorCase> cases{
        {"ReduceZeros", "Reduce", reduce_zeros},
        {"ArgReduce", "ArgReduce", arg_reduce},
        {"MatMul", "MatMul", mat_mul},
        {"MatMulInALoop", "MatMul", mat_mul_in_a_loop},
        {"Gather", "Gather", gather},
        {"GatherInALoop", "Gather", gather_in_a_loop},
        {"CumulativeSumInALoop", "CumulativeSum", cumulative_sum_in_a_loop},
        {"Softmax", "Softmax", [](ModelMaker& m) { softmax(m, false); }},
        {"LogSoftmax", "Softmax", [](ModelMaker& m) { softmax(m, true); }},
        {"SoftmaxInALoop", "Softmax", softmax_in_a_loop}};
    for (const bool exclusive : {false, true}) {
        for (const bool reverse : {false, true}) {
            cases.push_back(
                {std::string("CumulativeSum") + (exclusive ? "Exclusive" : "") +
                     (reverse ? "Reverse" : ""),
                 "CumulativeSum", [=](ModelMaker& m) {
                     cumulative_sum(m, {.exclusive = exclusive, .reverse = reverse});
                 }});
        }
    }
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

#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sparse_dot_inc.hpp"
#include "engine/operators/time_update.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

void time_update(ModelMaker& m) {
    const SignalId time = m.signal("time", {});
    m.add(TimeUpdate(time), "time");
    const SignalId flat = m.model->add_reshape(time, {1});
    const SignalId y = m.signal("y", {3});
    m.add(DotInc(m.parameter("w", {3, 1}), flat, y, false), "y");
    m.probe(flat);
    m.probe(y, 2.5);
    m.probe(m.lowpass("slow", y));
}

void reset(ModelMaker& m) {
    const SignalId x = m.input("x", 5);
    const SignalId a = m.signal("a", {5}), b = m.signal("b", {3}),
                   c = m.signal("c", {3}), sum = m.signal("sum", {5});
    m.add(Reset(a, 0.5), "a");
    m.add(Reset(b, 1e-9), "b");
    m.add(Reset(c, 2e-9), "c");
    m.add(Reset(sum), "sum");
    m.add(Copy(x, a, true), "a");
    m.add(Copy(m.slice(x, 1, 2), m.slice(b, 0, 2), true), "b");
    // The last element of b is only reset; what reads it alone must still see that.
    m.add(ElementwiseInc(m.parameter("w", {}), m.slice(b, 2, 1), m.slice(sum, 4, 1)),
          "sum");
    m.add(Copy(c, m.slice(sum, 0, 3), true), "sum");
    m.probe(a);
    m.probe(b);
    m.probe(c, 2);
    m.probe(sum);
}

/// Half of each signal is reset alone, the other half is set.
void reset_of_parts(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId y = m.signal("y", {6});
    m.add(Reset(m.slice(y, 0, 3, 2), 0.25), "even");
    m.add(Copy(x, m.slice(y, 5, 3, -2), false), "odd");
    m.probe(y);
    m.probe(m.lowpass("slow", y));
}

void copy(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 3, true);
    const SignalId y = m.signal("y", {9}), matrix = m.signal("matrix", {4, 3});
    m.add(Reset(y), "y");
    m.add(Copy(m.slice(x, 6, 3, -3), m.slice(y, 0, 3, 4), true), "y");
    m.add(Copy(m.slice(x, 0, 4), m.slice(y, 8, 4, -1), true), "y");
    m.add(Copy(still, m.slice(y, 2, 3), true), "y");
    m.add(Copy(still, matrix, false), "matrix");
    m.add(Copy(m.parameter("column", {4, 1}), matrix, true), "matrix");
    m.probe(y);
    m.probe(matrix, 2);
    m.probe(m.slice(y, 7, 3, -2));
}

void copy_by_index(ModelMaker& m) {
    const SignalId x = m.input("x", 5), w = m.parameter("w", {4});
    const SignalId picked = m.signal("picked", {6}), placed = m.signal("placed", {5}),
                   summed = m.signal("summed", {3}), fixed = m.signal("fixed", {3});
    m.add(Copy(x, picked, false, {4, 4, 0, 1, 3, 2}), "picked");
    m.add(Copy(x, placed, false, {}, {4, 2, 0, 1, 3}), "placed");
    m.add(Reset(summed, 0.5), "summed");
    m.add(Copy(x, summed, true, {0, 1, 2, 0, 3}, {2, 2, 0, 2, 0}), "summed");
    m.add(Copy(w, fixed, false, {3, 0, 3}, {2, 1, 0}), "fixed");
    for (const std::string name : {"one", "another"}) {
        const SignalId spread = m.signal(name + ".spread", {3});
        m.add(Copy(m.constant(name, {1}), spread, false, {0, 0, 0}), name);
        m.probe(spread);
    }
    m.probe(picked);
    m.probe(placed);
    m.probe(summed);
    m.probe(fixed);
}

void copy_in_a_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 3), y = m.signal("y", {3});
    m.add(Reset(y), "y");
    m.add(Copy(x, y, true), "y");
    const SignalId slow = m.lowpass("slow", y);
    m.add(Copy(m.slice(slow, 2, 3, -1), y, true), "back");
    m.add(Copy(slow, y, true, {0, 2, 2}, {1, 1, 0}), "back");
    m.probe(y);
    m.probe(slow, 2.5);
}

void elementwise(ModelMaker& m) {
    const SignalId x = m.input("x", 5), still = m.input("still", 5, true);
    const SignalId scaled = m.signal("scaled", {5}), gained = m.signal("gained", {5}),
                   product = m.signal("product", {5}),
                   matrix = m.signal("matrix", {3, 5});
    m.add(Reset(scaled), "scaled");
    m.add(ElementwiseInc(m.parameter("factor", {}), x, scaled), "scaled");
    m.add(ElementwiseInc(m.parameter("gain", {5}), x, gained, false), "gained");
    m.add(ElementwiseInc(x, still, product, false), "product");
    m.add(ElementwiseInc(m.slice(x, 1, 1), gained, product), "product");
    m.add(ElementwiseInc(m.parameter("rows", {3, 1}), x, matrix, false), "matrix");
    for (const SignalId y : {scaled, gained, product, matrix}) {
        m.probe(y);
    }
}

/// Two equal operators whose parts lie in one signal, and one with a loop.
void elementwise_of_parts(ModelMaker& m) {
    const SignalId x = m.input("x", 6), y = m.signal("y", {6}), z = m.signal("z", {2});
    m.add(Reset(y), "y");
    m.add(ElementwiseInc(m.parameter("a", {3}), m.slice(x, 0, 3), m.slice(y, 0, 3)),
          "a");
    m.add(ElementwiseInc(m.parameter("b", {3}), m.slice(x, 5, 3, -1), m.slice(y, 3, 3)),
          "b");
    m.add(Reset(z), "z");
    const SignalId slow = m.lowpass("slow", z);
    m.add(Copy(m.slice(x, 0, 2), z, true), "z");
    m.add(ElementwiseInc(m.parameter("back", {}, 0, 0.5), slow, z), "back");
    m.probe(y);
    m.probe(z);
}

void dot(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 3, true);
    const SignalId a = m.signal("a", {5}), b = m.signal("b", {5}),
                   c = m.signal("c", {9});
    const SignalId kernel = m.parameter("kernel", {7, 5});
    m.add(Reset(a, 0.5), "a");
    m.add(DotInc(m.parameter("wa", {5, 7}), x, a), "a");
    m.add(DotInc(m.parameter("wa_still", {5, 3}), still, a), "a");
    m.add(DotInc(m.model->add_view(kernel, "kernel'", {5, 7}, 0, {1, 5}), x, b, false),
          "b");
    m.add(Reset(c), "c");
    m.add(DotInc(m.parameter("wc", {4, 7}), x, m.slice(c, 3, 4)), "c");
    m.add(DotInc(m.constant("fixed", {4, 5}), b, m.slice(c, 5, 4)), "c");
    for (const SignalId y : {a, b, c}) {
        m.probe(y);
    }
}

void dot_of_strided(ModelMaker& m) {
    const SignalId x = m.input("x", 7), still = m.input("still", 7, true);
    const SignalId y = m.signal("y", {4}), z = m.signal("z", {6}),
                   u = m.signal("u", {3});
    m.add(DotInc(m.parameter("wy", {4, 3}), m.slice(x, 6, 3, -2), y, false), "y");
    m.add(DotInc(m.parameter("wy2", {4, 4}), m.slice(still, 0, 4, 2), y), "y");
    m.add(Reset(z), "z");
    m.add(DotInc(m.parameter("wz", {3, 7}), x, m.slice(z, 5, 3, -2)), "z");
    m.add(DotInc(m.constant("wu", {3, 4}),
                 m.constant("ones", {4}, std::vector<double>{2, 2, 2, 2}), u, false),
          "u");
    m.add(DotInc(m.parameter("wu2", {3, 4}),
                 m.constant("halves", {4}, std::vector<double>{.5, .5, .5, .5}), u),
          "u");
    for (const SignalId probed : {y, z, u}) {
        m.probe(probed);
    }
}

/// Matrices that a simplifying planner may look at: the identity, one that is nearly
/// it, zeros; and factors of one and zero.
void dot_of_special(ModelMaker& m) {
    const SignalId x = m.input("x", 3), out = m.signal("out", {3});
    const auto matrix = [&](const std::string& name, std::vector<double> values) {
        const SignalId y = m.signal(name, {3});
        m.add(Reset(y), name);
        m.add(DotInc(m.constant(name + ".w", {3, 3}, std::move(values)), x, y), name);
        m.probe(y);
        m.add(Copy(y, out, true), name + ".out");
    };
    m.add(Reset(out), "out");
    matrix("identity", {1, 0, 0, 0, 1, 0, 0, 0, 1});
    matrix("nearly", {1, 0, 0, 0, 1, 0, 0, 1e-3, 1});
    matrix("scaled", {2, 0, 0, 0, 2, 0, 0, 0, 2});
    matrix("any", {0.1, 0.2, 0.3, -0.4, 0.5, -0.6, 0.7, 0.8, 0.9});
    matrix("zeros", std::vector<double>(9, 0.0));
    const auto factor = [&](const std::string& name, std::vector<double> values) {
        const SignalId y = m.signal(name, {3});
        m.add(ElementwiseInc(m.constant(name + ".f", {3}, std::move(values)), x, y,
                             false),
              name);
        m.probe(y);
    };
    factor("ones", {1, 1, 1});
    factor("nearly_ones", {1, 1, 0.5});
    factor("zero_factors", {0, 0, 0});
    // A parameter that starts at such a value does not stay there.
    const SignalId trained = m.parameter("trained", {3, 3}, 0, 0);
    m.add(DotInc(trained, x, out), "trained");
    m.probe(out);
}

/// Parameters that operators other than products read directly.
void parameters_everywhere(ModelMaker& m) {
    const SignalId x = m.input("x", 3), p = m.parameter("p", {3});
    const SignalId y = m.signal("y", {2}), z = m.signal("z", {3});
    m.add(Copy(p, z, false), "z");
    m.add(DotInc(m.parameter("w", {2, 3}), z, y, false), "y");
    m.add(DotInc(m.parameter("v", {2, 3}), p, y), "direct");
    const SignalId pooled = m.signal("pooled", {1});
    m.add(
        PoolInc(
            m.parameter("image", {4}), pooled,
            {.images = 1, .in_h = 2, .in_w = 2, .channels = 1, .out_h = 1, .out_w = 1},
            false),
        "pool");
    m.add(ElementwiseInc(pooled, m.slice(x, 0, 2), y), "scaled");
    m.probe(y);
    m.probe(m.lowpass("slow", p));
}

/// Independent equal products, and two loops of equal shape.
/// Members that read one number each of the same constant.
void dot_of_constant_numbers(ModelMaker& m) {
    const SignalId x = m.constant("x", {3});
    for (Index i = 0; i < 3; ++i) {
        const auto name = "w" + std::to_string(i);
        const SignalId row = m.signal("y" + std::to_string(i), {4});
        m.add(DotInc(m.parameter(name, {4, 1}), m.slice(x, i, 1), row, false), name);
        m.probe(m.lowpass("slow" + std::to_string(i), row));
    }
}

void dot_merged(ModelMaker& m) {
    const SignalId x = m.input("x", 4);
    for (int i = 0; i < 3; ++i) {
        const std::string name = "part" + std::to_string(i);
        const SignalId y = m.signal(name, {3}), z = m.signal(name + ".z", {2});
        m.add(Reset(y), name);
        m.add(DotInc(m.parameter(name + ".w", {3, 4}, -0.5, 0.5), x, y), name);
        const SignalId slow = m.lowpass(name + ".slow", y, 0.6 + 0.1 * i);
        if (i > 0) {
            m.add(DotInc(m.parameter(name + ".back", {3, 3}, -0.3, 0.3), slow, y),
                  name + ".back");
        }
        m.add(DotInc(m.parameter(name + ".out", {2, 3}), y, z, false), name + ".out");
        m.probe(z);
        m.probe(slow);
    }
}

/// Unsorted, repeated and missing places; set and added; held, strided, constant,
/// looped.
void sparse_dot(ModelMaker& m) {
    const SparsePattern pattern{4, 5, {3, 0, 1, 3, 0, 3}, {4, 1, 0, 0, 1, 2}};
    const SignalId scale = m.parameter("scale", {});
    const auto layer = [&](const std::string& name, SignalId x, SignalId y, bool inc) {
        const SignalId scaled = m.signal(name + ".scaled", {5});
        m.add(ElementwiseInc(scale, x, scaled, false), name + ".scaled");
        m.add(SparseDotInc(m.parameter(name, {6}), scaled, y, pattern, inc), name);
    };
    const SignalId x = m.input("x", 5), held = m.input("held", 5, true);
    const SignalId a = m.signal("a", {4}), b = m.signal("b", {9}),
                   c = m.signal("c", {4}), d = m.signal("d", {4}),
                   e = m.signal("e", {5});
    layer("a", x, a, false);
    m.add(Reset(b, 0.5), "b");
    layer("b", held, m.slice(b, 8, 4, -2), true);
    m.add(
        SparseDotInc(m.constant("values", {6}), m.slice(b, 0, 5, 2), c, pattern, false),
        "c");
    m.add(SparseDotInc(m.parameter("d", {6}), m.constant("fixed", {5}), d, pattern,
                       false),
          "d");
    m.add(Copy(x, e, false), "e");
    const SignalId f = m.signal("f", {4});
    layer("f", e, f, false);
    m.add(Copy(m.lowpass("slow", f, 0.5), m.slice(e, 1, 4), true), "back");
    for (const SignalId y : {a, b, c, d, f}) {
        m.probe(y);
    }
}

/// Increments without a set: what learned weights and their deltas are.
void accumulators(ModelMaker& m) {
    const SignalId x = m.input("x", 3);
    const SignalId sum = m.signal("sum", {3}, {1, 2, 3}), y = m.signal("y", {2});
    m.add(ElementwiseInc(m.constant("rate", {}, 0.1, 0.1), x, sum), "sum");
    m.add(DotInc(m.constant("w", {2, 3}), sum, y, false), "y");
    m.probe(sum);
    m.probe(y, 2);
}

}  // namespace

std::vector<OperatorCase> linear_cases() {
    return {{"TimeUpdate", "TimeUpdate", time_update},
            {"Reset", "Reset", reset},
            {"ResetOfParts", "Reset", reset_of_parts},
            {"Copy", "Copy", copy},
            {"CopyByIndex", "Copy", copy_by_index},
            {"CopyInALoop", "Copy", copy_in_a_loop},
            {"ElementwiseInc", "ElementwiseInc", elementwise},
            {"ElementwiseIncOfParts", "ElementwiseInc", elementwise_of_parts},
            {"Accumulators", "ElementwiseInc", accumulators},
            {"DotInc", "DotInc", dot},
            {"DotIncOfStridedViews", "DotInc", dot_of_strided},
            {"DotIncMerged", "DotInc", dot_merged},
            {"DotIncOfConstantNumbers", "DotInc", dot_of_constant_numbers},
            {"DotIncOfSpecialMatrices", "DotInc", dot_of_special},
            {"SparseDotInc", "SparseDotInc", sparse_dot},
            {"ParametersEverywhere", "DotInc", parameters_everywhere}};
}

}  // namespace nengine::test

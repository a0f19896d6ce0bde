#include "engine/operators/arg_reduce.hpp"
#include "engine/operators/cumulative_sum.hpp"
#include "engine/operators/gather.hpp"
#include "engine/operators/mat_mul.hpp"
#include "engine/operators/moments.hpp"
#include "engine/operators/reduce.hpp"
#include "engine/operators/softmax.hpp"
#include "tests/conformance/slot_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

using Form = std::shared_ptr<const Operator>;

Form reduce(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4, 1});
    m.probe(y);
    return add_tested(m, Reduce(Reduce::Kind::max, slots.value("x", {4, 3}), y));
}

Form reduce_sum(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {1, 3});
    m.probe(y);
    return add_tested(m, Reduce(Reduce::Kind::sum, slots.value("x", {4, 3}), y));
}

Form arg_reduce(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {4, 1});
    m.probe(y);
    return add_tested(m,
                      ArgReduce(ArgReduce::Of::largest, slots.value("x", {4, 3}), y));
}

Form mat_mul(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {2, 4, 2});
    m.probe(y);
    return add_tested(m,
                      MatMul(slots.value("a", {4, 3}), slots.value("b", {2, 3, 2}), y));
}

/// Rows, which several name, and some nobody.
Form gather(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {2, 3, 2});
    m.probe(y);
    return add_tested(m, Gather(slots.value("x", {5, 2}),
                                slots.value("index", {2, 3}, 0.3, 2.7), y, 0));
}

Form gather_columns(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {3, 4});
    m.probe(y);
    return add_tested(
        m, Gather(slots.value("x", {3, 5}), slots.value("index", {4}, -4, -1), y, 1));
}

Form cumulative_sum(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {2, 4, 3});
    m.probe(y);
    return add_tested(m, CumulativeSum(slots.value("x", {2, 4, 3}), y, 1, {}));
}

Form cumulative_sum_of_later_ones(ModelMaker& m, Slots& slots) {
    const SignalId y = m.signal("y", {3, 4});
    m.probe(y);
    return add_tested(m, CumulativeSum(slots.value("x", {3, 4}), y, 1,
                                       {.exclusive = true, .reverse = true}));
}

Form softmax(ModelMaker& m, Slots& slots, bool logarithm) {
    const SignalId y = m.signal("y", {3, 5});
    m.probe(y);
    return add_tested(m, Softmax(slots.value("x", {3, 5}), y, 1, logarithm));
}

Form moments(ModelMaker& m, Slots& slots) {
    const SignalId mean = m.signal("mean", {3, 1}), variance = m.signal("v", {3, 1});
    m.probe(mean);
    m.probe(variance);
    return add_tested(m, Moments(slots.value("x", {3, 5}), mean, variance));
}

Form moments_of_items(ModelMaker& m, Slots& slots) {
    const SignalId mean = m.signal("mean", {5}), variance = m.signal("v", {5});
    m.probe(mean);
    return add_tested(m, Moments(slots.value("x", {5}), mean, variance));
}

}  // namespace

std::vector<SlotCase> slot_tensor_cases() {
    return {{"ArgReduce", "ArgReduce", arg_reduce},
            {"MatMul", "MatMul", mat_mul},
            {"Gather", "Gather", gather},
            {"GatherColumns", "Gather", gather_columns},
            {"CumulativeSum", "CumulativeSum", cumulative_sum},
            {"CumulativeSumOfLaterOnes", "CumulativeSum", cumulative_sum_of_later_ones},
            {"ReduceSum", "Reduce", reduce_sum},
            {"ReduceMax", "Reduce", reduce},
            {"Moments", "Moments", moments},
            {"MomentsOfItems", "Moments", moments_of_items},
            {"Softmax", "Softmax",
             [](ModelMaker& m, Slots& slots) { return softmax(m, slots, false); }},
            {"LogSoftmax", "Softmax",
             [](ModelMaker& m, Slots& slots) { return softmax(m, slots, true); }}};
}

}  // namespace nengine::test

#include "engine/operators/dot_inc.hpp"
#include "engine/operators/sim_learning.hpp"
#include "engine/operators/weight_inc.hpp"
#include "engine/operators/weight_inc_dot.hpp"
#include "tests/conformance/slot_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

using Form = std::shared_ptr<const Operator>;

constexpr Index n_rows = 3, n_columns = 4;

/// A rule that writes the factors of its change, or the change as a whole.
Form rule(ModelMaker& m, Slots& slots, LearningKind kind, bool whole) {
    using enum LearningKind;
    LearningSignals s{.pre = slots.value("pre", {n_columns}),
                      .signal = slots.value("signal", {n_rows})};
    const bool decays = kind == oja || kind == voja;
    if (kind == bcm) {
        s.theta = slots.value("theta", {n_rows});
    } else if (kind == voja) {
        s.scale = slots.constant("scale", {n_rows}, 0.5, 2);
        s.gate = slots.value("gate", {1});
    } else if (kind == rls) {
        s.inv_gamma = m.signal("inv_gamma", {n_columns, n_columns});
    }
    if (whole) {
        s.delta = m.signal("delta", {n_rows, n_columns});
        s.weights = decays ? slots.value("weights", {n_rows, n_columns}) : no_signal;
        m.probe(s.delta);
    } else {
        s.row = m.signal("row", {n_rows});
        s.col = m.signal("col", {n_columns});
        s.decay = decays ? m.signal("decay", {n_rows}) : no_signal;
        m.probe(s.row);
        m.probe(s.col);
    }
    return add_tested(m, SimLearning(kind, s, 5.0, 0.3));
}

WeightInc change(ModelMaker& m, Slots& slots, SignalId weights) {
    WeightInc op(weights, slots.value("row", {n_rows}), slots.value("col", {n_columns}),
                 slots.value("decay", {n_rows}));
    m.add(op, "op");
    op.label = "op";
    return op;
}

Form weight_inc(ModelMaker& m, Slots& slots) {
    const SignalId weights = m.signal("weights", {n_rows, n_columns});
    m.probe(weights);
    return std::make_shared<WeightInc>(change(m, slots, weights));
}

/// What the fuse pass makes of a change and a product.
Form weight_inc_dot(ModelMaker& m, Slots& slots) {
    const SignalId weights = m.signal("weights", {n_rows, n_columns}),
                   y = m.signal("y", {n_rows});
    const WeightInc added = change(m, slots, weights);
    DotInc product(weights, slots.value("x", {n_columns}), y, false);
    product.label = "op";
    m.add(product, "op");
    m.probe(y);
    return std::make_shared<WeightIncDot>(added, product);
}

}  // namespace

std::vector<SlotCase> slot_learning_cases() {
    std::vector<SlotCase> cases{{"WeightInc", "WeightInc", weight_inc},
                                {"WeightIncDot", "WeightIncDot", weight_inc_dot}};
    using enum LearningKind;
    const std::pair<LearningKind, std::string> kinds[] = {
        {pes, "PES"}, {bcm, "BCM"}, {oja, "Oja"}, {voja, "Voja"}, {rls, "RLS"}};
    for (const auto& [kind, name] : kinds) {
        for (const bool whole : {false, true}) {
            cases.push_back({name + (whole ? "Delta" : "Factors"), "Sim" + name,
                             [kind = kind, whole](ModelMaker& m, Slots& slots) {
                                 return rule(m, slots, kind, whole);
                             }});
        }
    }
    return cases;
}

}  // namespace nengine::test

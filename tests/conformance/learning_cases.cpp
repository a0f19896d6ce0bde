#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/elementwise_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_learning.hpp"
#include "engine/operators/weight_inc.hpp"
#include "tests/conformance/operator_cases.hpp"

namespace nengine::test {

using namespace engine;
namespace {

/// Where a rule's results go.
enum class Form {
    factors,  ///< applied by WeightInc
    delta,    ///< Nengo's way: the whole change, added by a copy
    both      ///< factors, and delta to be seen
};

/// Weights [m, n] between x and y, learned by one rule.
struct Learned {
    SignalId y;
    SignalId weights;
    LearningSignals rule;
};

constexpr Index m_rows = 3;

SignalId named(ModelMaker& m, const std::string& name, Shape shape) {
    return m.signal(name, std::move(shape));
}

/// What the rule `kind` reads, beside pre and signal.
void add_extras(ModelMaker& m, LearningKind kind, const std::string& name, Index n,
                LearningSignals& rule, SignalId gate) {
    if (kind == LearningKind::bcm) {
        rule.theta = m.lowpass(name + ".theta", rule.signal, 0.95, Role::set);
    } else if (kind == LearningKind::voja) {
        rule.scale = m.constant(name + ".scale", {m_rows}, 0.5, 2);
        rule.gate = gate;
    } else if (kind == LearningKind::rls) {
        std::vector<double> identity(static_cast<std::size_t>(n * n), 0.0);
        for (Index i = 0; i < n; ++i) {
            identity[static_cast<std::size_t>(i * n + i)] = 0.5;
        }
        rule.inv_gamma = m.signal(name + ".inv_gamma", {n, n}, identity);
    }
}

/// The change of weights, in one of its forms.
void add_change(ModelMaker& m, LearningKind kind, Form form, const std::string& name,
                Learned& learned, Index n) {
    LearningSignals& rule = learned.rule;
    const bool decays = kind == LearningKind::oja || kind == LearningKind::voja;
    if (form != Form::delta) {
        rule.row = named(m, name + ".row", {m_rows});
        rule.col = named(m, name + ".col", {n});
        rule.decay = decays ? named(m, name + ".decay", {m_rows}) : no_signal;
        m.add(WeightInc(learned.weights, rule.row, rule.col, rule.decay),
              name + ".weights");
    }
    if (form != Form::factors) {
        rule.delta = named(m, name + ".delta", {m_rows, n});
        rule.weights = decays ? learned.weights : no_signal;
    }
    if (form == Form::delta) {
        m.add(Copy(rule.delta, learned.weights, true), name + ".weights");
    }
    m.add(SimLearning(kind, rule, 5.0, 0.3), name + ".rule");
}

/// y = weights x, where the rule's signal is what y differs from a target by, or y
/// itself; filtered or as it is.
Learned learned(ModelMaker& m, LearningKind kind, Form form, const std::string& name,
                SignalId x, SignalId target, SignalId gate) {
    const Index n = m.model->signal(x).size();
    Learned result{m.signal(name + ".y", {m_rows}), no_signal, {}};
    result.weights = m.signal(name + ".w", {m_rows, n},
                              Draw(name.size()).numbers(m_rows * n, -0.5, 0.5));
    m.add(Reset(result.y), name + ".y");
    m.add(DotInc(result.weights, x, result.y), name);
    result.rule.pre = m.lowpass(name + ".pre", x, 0.7, Role::set);
    const bool error = kind == LearningKind::pes || kind == LearningKind::rls;
    if (error) {
        const SignalId difference = m.signal(name + ".error", {m_rows});
        m.add(Copy(result.y, difference, false), name + ".error");
        m.add(
            ElementwiseInc(m.constant(name + ".minus", {}, -1, -1), target, difference),
            name + ".error");
        result.rule.signal = m.lowpass(name + ".slow", difference, 0.6);
    } else {
        result.rule.signal = m.lowpass(name + ".post", result.y, 0.6, Role::set);
    }
    add_extras(m, kind, name, n, result.rule, gate);
    add_change(m, kind, form, name, result, n);
    return result;
}

/// Two equal rules that merge, and one of another size; everything is probed, or only
/// what comes out.
void rule(ModelMaker& m, LearningKind kind, Form form, bool all) {
    const SignalId x = m.input("x", 4), wide = m.input("wide", 9),
                   target = m.input("target", m_rows), gate = m.input("gate", 1);
    int counter = 0;
    for (const SignalId from : {x, x, wide}) {
        const Learned made = learned(m, kind, form, "rule" + std::to_string(counter++),
                                     from, target, gate);
        m.probe(m.lowpass("slow" + std::to_string(counter), made.y, 0.5));
        if (!all) {
            continue;
        }
        m.probe(made.weights, 2);
        for (const SignalId seen : {made.rule.row, made.rule.col, made.rule.decay,
                                    made.rule.delta, made.rule.inv_gamma}) {
            if (seen != no_signal) {
                m.probe(seen);
            }
        }
    }
}

/// Nothing that the rule reads depends on the weights: its factors fold.
void open_loop(ModelMaker& m) {
    const SignalId x = m.input("x", 5), error = m.input("error", m_rows);
    for (int i = 0; i < 2; ++i) {
        const std::string name = "rule" + std::to_string(i);
        const SignalId weights = m.signal(name + ".w", {m_rows, 5}),
                       y = m.signal(name + ".y", {m_rows});
        LearningSignals rule{.pre = m.lowpass(name + ".pre", x, 0.7, Role::set),
                             .signal = error,
                             .row = m.signal(name + ".row", {m_rows}),
                             .col = m.signal(name + ".col", {5})};
        m.add(WeightInc(weights, rule.row, rule.col), name);
        m.add(DotInc(weights, x, y, false), name);
        m.add(SimLearning(LearningKind::pes, rule, 20.0), name);
        m.probe(y);
    }
}

/// Two rules on one matrix: both changes are those of the weights before either.
void two_rules(ModelMaker& m) {
    const SignalId x = m.input("x", 4), target = m.input("target", m_rows),
                   gate = m.input("gate", 1);
    Learned made = learned(m, LearningKind::oja, Form::delta, "oja", x, target, gate);
    LearningSignals more{.pre = made.rule.pre,
                         .signal = made.rule.signal,
                         .scale = m.constant("scale", {m_rows}, 0.5, 2),
                         .gate = gate,
                         .weights = made.weights,
                         .delta = m.signal("voja.delta", {m_rows, 4})};
    m.add(Copy(more.delta, made.weights, true), "voja.weights");
    m.add(SimLearning(LearningKind::voja, more, 7.0), "voja");
    m.probe(made.weights);
    m.probe(made.y);
}

/// Weights whose rows are columns in memory.
void transposed(ModelMaker& m) {
    const SignalId x = m.input("x", 4), error = m.input("error", m_rows);
    const SignalId base = m.signal("base", {4, m_rows});
    const SignalId weights =
        m.model->add_view(base, "weights", {m_rows, 4}, 0, {1, m_rows});
    const SignalId y = m.signal("y", {m_rows});
    LearningSignals rule{.pre = x,
                         .signal = error,
                         .row = m.signal("row", {m_rows}),
                         .col = m.signal("col", {4}),
                         .decay = m.signal("decay", {m_rows})};
    m.add(WeightInc(weights, rule.row, rule.col, rule.decay), "weights");
    m.add(DotInc(weights, x, y, false), "y");
    m.add(SimLearning(LearningKind::oja, rule, 20.0, 0.5), "oja");
    m.probe(y);
    m.probe(base, 3);
}

}  // namespace

std::vector<OperatorCase> learning_cases() {
    using enum LearningKind;
    std::vector<OperatorCase> cases{{"LearningInOpenLoop", "SimPES", open_loop},
                                    {"LearningByTwoRules", "SimOja", two_rules},
                                    {"LearningTransposed", "SimOja", transposed},
                                    {"WeightInc", "WeightInc", open_loop}};
    const std::pair<LearningKind, std::string> kinds[] = {
        {pes, "PES"}, {bcm, "BCM"}, {oja, "Oja"}, {voja, "Voja"}, {rls, "RLS"}};
    for (const auto& [kind, name] : kinds) {
        const auto add = [&, k = kind, of = name](const char* what, Form form,
                                                  bool all) {
            cases.push_back(
                {of + what, "Sim" + of, [=](ModelMaker& m) { rule(m, k, form, all); }});
        };
        add("", Form::factors, false);
        add("Probed", Form::factors, true);
        add("AsDelta", Form::delta, false);
        add("WithDelta", Form::both, true);
    }
    return cases;
}

}  // namespace nengine::test

#include <cmath>

#include "engine/ir/host_call.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/host_function.hpp"
#include "engine/operators/sim_learning.hpp"
#include "engine/operators/sim_process.hpp"
#include "engine/operators/weight_inc.hpp"
#include "tests/support/random_generator.hpp"

// Units of random models: what learns, and what the host computes.

namespace nengine::test {

using namespace engine;

/// y = W x with W learned by a rule: from its factors, or as Nengo adds the whole
/// change.
void Generator::learning() {
    using enum LearningKind;
    const Source x = any_source();
    const Index rows = draw_.between(1, 6);
    const auto kind = draw_.one_of<LearningKind>({pes, pes, bcm, oja, voja, rls});
    const bool decays = kind == oja || kind == voja, error = kind == pes || kind == rls;
    const std::string name = fresh("learned");
    const SignalId y = signal(name, {rows});
    const double bound = 1 / (x.scale * std::sqrt(static_cast<double>(x.size)));
    const SignalId weights = signal(name + ".weights", {rows, x.size},
                                    draw_.numbers(rows * x.size, -bound, bound));
    add(DotInc(weights, x.signal, y, false), name);
    LearningSignals rule{.pre = lowpass(x.signal, x.size, Role::set, name + ".pre"),
                         .signal = lowpass(y, rows, Role::update, name + ".post")};
    if (error) {
        const SignalId e = signal(name + ".error", {rows});
        product(any_source(), e, rows, 1, false, name + ".error");
        if (draw_.chance(0.7)) {
            add(Copy(rule.signal, e, true), name + ".error");
        }
        rule.signal = e;
    } else if (kind == bcm) {
        rule.theta = lowpass(rule.signal, rows, Role::set, name + ".theta");
    } else if (kind == voja) {
        rule.scale = constant(name + ".scale", {rows}, 0.5, 1);
        rule.gate = signal(name + ".gate", {1});
        product(any_source(), rule.gate, 1, 1, false, name + ".gate");
    }
    const Index n = x.size;
    if (kind == rls) {
        std::vector<double> start(static_cast<std::size_t>(n * n), 0.0);
        for (Index i = 0; i < n; ++i) {
            start[static_cast<std::size_t>(i * n + i)] = 0.05 * bound * bound;
        }
        rule.inv_gamma = signal(name + ".inv_gamma", {n, n}, start);
        seen_.push_back(model_->add_reshape(rule.inv_gamma, {n * n}));
    }
    const bool factors = draw_.chance(0.7), delta = !factors || draw_.chance(0.2);
    if (factors) {
        rule.row = signal(name + ".row", {rows});
        rule.col = signal(name + ".col", {n});
        rule.decay = decays ? signal(name + ".decay", {rows}) : no_signal;
        add(WeightInc(weights, rule.row, rule.col, rule.decay), name + ".change");
        seen_.push_back(rule.row);
    }
    if (delta) {
        rule.delta = signal(name + ".delta", {rows, n});
        rule.weights = decays ? weights : no_signal;
        seen_.push_back(model_->add_reshape(rule.delta, {rows * n}));
    }
    if (!factors) {
        add(Copy(rule.delta, weights, true), name + ".change");
    }
    add(SimLearning(kind, rule, 50 * bound * bound, draw_.uniform(0.1, 1)),
        name + ".rule");
    seen_.push_back(model_->add_reshape(weights, {rows * n}));
    offer(y, rows, 1);
}

void Generator::function_of_x() {
    const Source x = any_source();
    const Index size = draw_.between(1, 4);
    const SignalId y = signal(fresh("function"), {size});
    using enum HostFunction::Order;
    const double scale = x.scale;
    add(HostFunction(
            [scale](double t, std::span<const double> in, std::span<double> out) {
                for (std::size_t i = 0; i < out.size(); ++i) {
                    out[i] = std::sin(in[i % in.size()] / scale + 10 * t +
                                      static_cast<double>(in.size()));
                }
            },
            y, x.signal, draw_.chance(0.4) ? pure : automatic),
        "function");
    offer(y, size, 1);
}

/// A process with an input and a memory, seen at once or one step later.
void Generator::process_of_x() {
    const Source x = any_source();
    const Index size = draw_.between(1, 4);
    const SignalId y = signal(fresh("process"), {size});
    const double scale = x.scale;
    const Role role = draw_.chance(0.5) ? Role::update : Role::set;
    add(SimProcess(
            [scale](Index item) -> ProcessStep {
                return [scale, sum = static_cast<double>(item)](
                           double t, std::span<const double> in,
                           std::span<double> out) mutable {
                    for (std::size_t i = 0; i < out.size(); ++i) {
                        sum = 0.9 * sum + 0.1 * in[i % in.size()] / scale;
                        out[i] = std::sin(sum + 10 * t);
                    }
                };
            },
            y, x.signal,
            {.role = role,
             .per_item = draw_.chance(0.5),
             .users_own = draw_.chance(0.3)}),
        "process");
    offer(y, size, 1);
    if (role == Role::update) {
        filtered_.push_back(sources_.back());
    }
}

}  // namespace nengine::test

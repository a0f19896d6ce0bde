#include "api/builder/build_parameter_rules.hpp"

#include <map>
#include <optional>

#include "api/expressions/trace.hpp"
#include "api/numerics/named.hpp"
#include "api/numerics/text.hpp"
#include "engine/trace/term_writer.hpp"

namespace nengine {
namespace {

using engine::SignalId;

/// A model of functions of a network's parameters.
class RulesModel {
public:
    explicit RulesModel(const engine::Model& network)
        : network_(network), writer_(*model_, "parameters") {
        for (const SignalId s : network.signal_ids()) {
            const engine::Signal& signal = network.signal(s);
            if (signal.trainable && !signal.is_view()) {
                const SignalId same = add_signal(signal.name, signal.shape);
                model_->signal(same).parameter = signal.parameter;
                model_->signal(same).trainable = true;
                trained_[s] = same;
            }
        }
    }

    bool trains(SignalId parameter) const { return trained_.contains(parameter); }

    /// A parameter of the network, as an expression.
    Expression of(SignalId parameter) {
        const engine::Signal& signal = network_.signal(parameter);
        const engine::TermPtr term = engine::input_term(signal.name, signal.shape);
        if (trains(parameter)) {
            writer_.bind(term, trained_.at(parameter));
            return Expression(term);
        }
        const SignalId input = add_signal(signal.name, {signal.size()});
        model_->inputs.push_back({.name = signal.name, .signal = input});
        given.push_back(parameter);
        writer_.bind(term, input);
        return Expression(term);
    }

    /// Adds a value, as a probe.
    void add_value(const std::string& name, const Expression& value) {
        const SignalId signal = add_signal(name, {value.size()});
        writer_.write_to(value.term(), signal);
        model_->probes.push_back({.name = name, .signal = signal});
    }

    std::shared_ptr<const engine::Model> model() const { return model_; }

    std::vector<SignalId> given;  ///< by input

private:
    SignalId add_signal(const std::string& name, Shape shape) {
        engine::Signal signal;
        signal.name = name;
        signal.shape = std::move(shape);
        return model_->add_signal(std::move(signal));
    }

    const engine::Model& network_;
    std::shared_ptr<engine::Model> model_ = std::make_shared<engine::Model>(0.001);
    engine::TermWriter writer_;
    std::map<SignalId, SignalId> trained_;
};

Expression called(const detail::ParameterFunction& function, const Expression& w,
                  const std::string& where, std::int64_t size) {
    return named(where, [&] {
        const Expression value = function(w);
        detail::need_one_item(value);
        if (value.size() != size) {
            throw ShapeError("", "a result of shape " + shape_text(value.shape()),
                             size == 1 ? "one number" : shape_text(w.shape()));
        }
        return value;
    });
}

void add_penalty(engine::ParameterRules& to, const engine::Model& network,
                 const std::vector<ParameterRule>& rules) {
    RulesModel model(network);
    std::optional<Expression> total;
    for (const ParameterRule& rule : rules) {
        if (rule.regularizer) {
            const Expression value =
                reshape(called(rule.regularizer, model.of(rule.parameter),
                               rule.described + ": regularizer '" +
                                   rule.regularizer.name() + '\'',
                               1),
                        {});
            total = total ? *total + value : value;
        }
    }
    if (total) {
        model.add_value("regularization", *total);
        to.penalty = model.model();
        to.given = model.given;
    }
}

void add_constraints(engine::ParameterRules& to, const engine::Model& network,
                     const std::vector<ParameterRule>& rules) {
    RulesModel model(network);
    for (const ParameterRule& rule : rules) {
        if (rule.constraint && model.trains(rule.parameter)) {
            const Expression w = model.of(rule.parameter);
            model.add_value(rule.described, called(rule.constraint, w,
                                                   rule.described + ": constraint '" +
                                                       rule.constraint.name() + '\'',
                                                   w.size()));
            to.constrained.push_back(rule.parameter);
            to.constraint = model.model();
        }
    }
}

}  // namespace

std::shared_ptr<const engine::ParameterRules> build_parameter_rules(
    const engine::Model& network, const std::vector<ParameterRule>& rules) {
    auto result = std::make_shared<engine::ParameterRules>();
    add_penalty(*result, network, rules);
    add_constraints(*result, network, rules);
    return result->penalty || result->constraint ? result : nullptr;
}

}  // namespace nengine

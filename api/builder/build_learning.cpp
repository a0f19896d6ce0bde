#include "api/builder/build_state.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/reset.hpp"
#include "engine/operators/sim_learning.hpp"
#include "engine/operators/weight_inc.hpp"

namespace nengine {

namespace {

using namespace detail;

/// The object that holds what a rule changes.
const ObjectData* changed_object(const ConnectionData& connection,
                                 const LearningRuleType& rule) {
    return modifies(rule) == Modifies::encoders ? connection.post.object().get()
                                                : &connection;
}

std::string base_of(const ConnectionData& connection, std::size_t rule) {
    const auto& rules = connection.learning_rules.all();
    const auto& [name, type] = rules[rule];
    return detail::name(connection) + '.' +
           (!name.empty()       ? name
            : rules.size() == 1 ? rule_name(type)
                                : rule_name(type) + std::to_string(rule));
}

/// Builds one rule of a connection.
class RuleBuilder {
public:
    RuleBuilder(BuildState& state, const ConnectionData& connection,
                const BuiltConnectionParts& parts, std::size_t rule)
        : state_(state),
          connection_(connection),
          connection_parts_(parts),
          rule_(rule),
          type_(connection.learning_rules.all()[rule].second),
          base_(base_of(connection, rule)) {}

    void build() {
        std::visit([this](const auto& rule) { read(rule); }, type_);
        apply();
        state_.add(engine::SimLearning(kind_, signals_, rate_, beta_), base_);
    }

private:
    BuiltRuleParts& parts() { return state_.built.rules.at(&connection_)[rule_]; }
    BuiltEnsembleParts& post_ensemble() {
        return state_.ensemble(*connection_.post.object());
    }
    const Shape& shape(engine::SignalId signal) const {
        return state_.model->signal(signal).shape;
    }
    engine::SignalId seen(const std::string& attribute, engine::SignalId signal) {
        parts().signals[attribute] = signal;
        return signal;
    }
    engine::SignalId filtered(const Synapse& synapse, engine::SignalId signal,
                              const std::string& what) {
        return filter_signal(state_, synapse, signal, base_ + '.' + what,
                             engine::Role::set);
    }

    /// The neurons that the weights come from: all of an ensemble's, or the slice.
    engine::SignalId activities() { return connection_parts_.in; }
    /// All of the pre neurons, in the ensemble's order whatever the slice says: Nengo's
    /// rule but for PES.
    engine::SignalId all_activities() { return connection_parts_.source; }

    engine::SignalId error() {
        return seen("error", rule_input(state_, connection_, rule_));
    }

    void read(const PES& rule) {
        kind_ = kernels::LearningKind::pes;
        rate_ = rule.learning_rate;
        if (rate_ >= 1.0) {
            state_.built.warnings.push_back(
                describe(connection_) +
                ": got a PES learning rate of 1 or more: learning may not be stable");
        }
        signals_.pre =
            seen("activities", filtered(rule.pre_synapse, activities(), "activities"));
        signals_.signal = weights_to_neurons(connection_) ? encoded(error()) : error();
    }

    /// What the error asks of each post neuron.
    engine::SignalId encoded(engine::SignalId error) {
        const auto& key = connection_.post.key();
        if (key && (std::holds_alternative<std::vector<std::int64_t>>(key->value()) ||
                    std::holds_alternative<std::vector<bool>>(key->value()))) {
            throw BuildError(describe(connection_) +
                             ": learning rule PES: got a list of positions of " +
                             describe(connection_.post) +
                             ", needs a slice: PES encodes the error into neurons");
        }
        const Positions at = view_positions(connection_.post, Side::in);
        const engine::SignalId encoders = post_ensemble().encoders_signal;
        if (encoders == engine::no_signal) {  // direct mode: the error is what comes in
            return at.is_all ? error
                             : spread(error, at,
                                      engine::shape_size(shape(post_ensemble().in)));
        }
        const Index neurons = shape(encoders)[0], dimensions = shape(encoders)[1];
        const engine::SignalId local = state_.signal(base_ + ".local_error", neurons);
        if (connection_.post.is_neurons()) {
            state_.add(engine::DotInc(encoders, error, local, false),
                       base_ + ".encode");
            return slice_signal(state_, local, at, base_ + ".local_error.slice");
        }
        const engine::SignalId whole =
            at.is_all ? error : spread(error, at, dimensions);
        state_.add(engine::DotInc(encoders, whole, local, false), base_ + ".encode");
        return local;
    }

    /// The error of some dimensions as one of all; the others have none.
    engine::SignalId spread(engine::SignalId error, const Positions& at,
                            Index dimensions) {
        const engine::SignalId whole =
            state_.signal(base_ + ".whole_error", dimensions);
        state_.add(engine::Reset(whole), base_ + ".whole_error");
        state_.add(
            engine::Copy(error,
                         state_.model->add_slice(whole, at.first, at.count, at.step),
                         true),
            base_ + ".whole_error");
        return whole;
    }

    void read(const RLS& rule) {
        kind_ = kernels::LearningKind::rls;
        rate_ = rule.learning_rate;
        signals_.pre = seen("pre_filtered", filtered(rule.pre_synapse, all_activities(),
                                                     "pre_filtered"));
        signals_.signal = error();
        const Index n = state_.model->signal(signals_.pre).size();
        std::vector<double> start(static_cast<std::size_t>(n * n), 0.0);
        for (Index i = 0; i < n; ++i) {
            start[static_cast<std::size_t>(i * n + i)] =
                rule.learning_rate * state_.dt / static_cast<double>(n);
        }
        signals_.inv_gamma =
            seen("inv_gamma",
                 state_.variable(base_ + ".inv_gamma", {n, n}, std::move(start)));
    }

    /// Filtered activities on both ends, of BCM and Oja.
    template <class Rule>
    void read_both(const Rule& rule) {
        rate_ = rule.learning_rate;
        signals_.pre = seen("pre_filtered", filtered(rule.pre_synapse, all_activities(),
                                                     "pre_filtered"));
        signals_.signal = seen("post_filtered",
                               filtered(rule.post_synapse.value_or(rule.pre_synapse),
                                        post_ensemble().neurons_out, "post_filtered"));
    }

    void read(const BCM& rule) {
        kind_ = kernels::LearningKind::bcm;
        read_both(rule);
        signals_.theta = seen("theta", filtered(rule.theta_synapse,
                                                post_ensemble().neurons_out, "theta"));
    }

    void read(const Oja& rule) {
        kind_ = kernels::LearningKind::oja;
        read_both(rule);
        beta_ = rule.beta;
    }

    void read(const Voja& rule) {
        kind_ = kernels::LearningKind::voja;
        rate_ = rule.learning_rate;
        const BuiltEnsembleParts& post = post_ensemble();
        signals_.pre = post.in;
        signals_.signal =
            seen("post_filtered",
                 filtered(rule.post_synapse, post.neurons_out, "post_filtered"));
        signals_.gate = rule_input(state_, connection_, rule_);
        const Vector scale = post.gain / post.radius;
        signals_.scale =
            state_.constant(base_ + ".scale", {scale.size()}, values_of(scale));
        seen("scaled_encoders", post.encoders_signal);
    }

    /// Adds the change to its target: from its factors where this is the only rule,
    /// else as a whole, because other rules' changes are of the weights before this
    /// one's.
    void apply() {
        const engine::SignalId target = modifies(type_) == Modifies::encoders
                                            ? post_ensemble().encoders_signal
                                            : connection_parts_.weights;
        engine::Signal& weights = state_.model->signal(target);
        weights.learned = true;
        weights.trainable = false;
        const Shape size = weights.shape;
        const bool alone = state_.rules_on.at(changed_object(connection_, type_)) == 1;
        const bool decays =
            kind_ == kernels::LearningKind::oja || kind_ == kernels::LearningKind::voja;
        if (alone) {
            signals_.row = state_.signal(base_ + ".row", size[0]);
            signals_.col = state_.signal(base_ + ".col", size[1]);
            signals_.decay =
                decays ? state_.signal(base_ + ".decay", size[0]) : engine::no_signal;
            state_.add(
                engine::WeightInc(target, signals_.row, signals_.col, signals_.decay),
                base_ + ".change");
        }
        if (!alone || state_.probed_deltas.contains({&connection_, rule_})) {
            signals_.delta = seen("delta", state_.variable(base_ + ".delta", size, {}));
            signals_.weights = decays ? target : engine::no_signal;
        }
        if (!alone) {
            state_.add(engine::Copy(signals_.delta, target, true), base_ + ".change");
        }
    }

    BuildState& state_;
    const ConnectionData& connection_;
    const BuiltConnectionParts& connection_parts_;
    std::size_t rule_;
    const LearningRuleType& type_;
    std::string base_;
    kernels::LearningKind kind_{};
    engine::LearningSignals signals_;
    double rate_ = 0, beta_ = 0;
};

std::vector<BuiltRuleParts>& rules_of(BuildState& state,
                                      const ConnectionData& connection) {
    auto& rules = state.built.rules[&connection];
    rules.resize(connection.learning_rules.all().size());
    return rules;
}

}  // namespace

void survey_learning(BuildState& state, const NetworkData& network) {
    for (const auto& connection : network.connections) {
        for (const auto& [name, rule] : connection->learning_rules.all()) {
            ++state.rules_on[changed_object(*connection, rule)];
            if (as_node(connection->post) == nullptr) {
                state.ensembles_with_input.insert(connection->post.object().get());
            }
        }
    }
    for (const auto& probe : network.probes) {
        if (as_learning_rule(probe->target) != nullptr &&
            probe_attribute(*probe) == "delta") {
            state.probed_deltas.emplace(probe->target.object().get(),
                                        *probe->target.learning_rule());
        }
    }
}

engine::SignalId rule_input(BuildState& state, const ConnectionData& connection,
                            std::size_t rule) {
    BuiltRuleParts& parts = rules_of(state, connection)[rule];
    if (parts.in == engine::no_signal) {
        const auto& type = connection.learning_rules.all()[rule].second;
        const std::string base = base_of(connection, rule);
        const bool gate = std::holds_alternative<Voja>(type);
        parts.in = state.signal(base + (gate ? ".learning" : ".error"),
                                rule_size_in(connection, rule));
        state.add(engine::Reset(parts.in, gate ? 1.0 : 0.0), base);
    }
    return parts.in;
}

void build_learning_rules(BuildState& state, const ConnectionData& connection,
                          const BuiltConnectionParts& parts) {
    rules_of(state, connection);
    for (std::size_t i = 0; i < connection.learning_rules.all().size(); ++i) {
        RuleBuilder(state, connection, parts, i).build();
    }
}

}  // namespace nengine

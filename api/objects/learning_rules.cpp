#include "nengine/learning_rules.hpp"

#include <set>

#include "api/numerics/text.hpp"
#include "api/objects/objects.hpp"

namespace nengine {

using namespace detail;

LearningRule::LearningRule()
    : LearningRule(
          empty_object<ConnectionData>("LearningRule", ObjectView(), ObjectView())) {}
LearningRule::operator bool() const {
    return !data_->is_empty;
}
LearningRule::LearningRule(std::shared_ptr<ConnectionData> connection,
                           std::optional<std::size_t> index)
    : data_(std::move(connection)), index_(index) {}

LearningRule LearningRule::at(std::size_t index) const {
    need_object(*data_, "LearningRule::at");
    if (index >= data_->learning_rules.all().size()) {
        throw ValidationError(describe(*data_) + ": got learning rule " +
                              std::to_string(index) + ", needs one below " +
                              std::to_string(data_->learning_rules.all().size()));
    }
    return LearningRule(data_, index);
}

LearningRule LearningRule::at(const std::string& name) const {
    need_object(*data_, "LearningRule::at");
    std::string known;
    const auto& rules = data_->learning_rules.all();
    for (std::size_t i = 0; i < rules.size(); ++i) {
        if (!name.empty() && rules[i].first == name) {
            return LearningRule(data_, i);
        }
        known += (i > 0 ? ", '" : "'") + rules[i].first + '\'';
    }
    throw ValidationError(describe(*data_) + ": got learning rule '" + name +
                          "', needs one of " + (known.empty() ? "none" : known));
}

ObjectView LearningRule::operator[](Key key) const {
    return {ObjectView(*this), std::move(key)};
}

std::int64_t LearningRule::size_in() const {
    return whole_size(ObjectView(*this), Side::in);
}

Connection LearningRule::connection() const {
    return Connection(data_);
}

ObjectView::ObjectView(const LearningRule& rule) : object_(rule.data_) {
    need_object(*object_, "learning rule");
    const std::size_t count = rule.data_->learning_rules.all().size();
    if (count == 0 || (count > 1 && !rule.index_)) {
        throw ValidationError(describe(*rule.data_) + ": got " + std::to_string(count) +
                              " learning rules, needs one, or learning_rule.at(...) to "
                              "choose");
    }
    rule_ = rule.index_.value_or(0);
}

namespace detail {

namespace {

/// The synapses that a rule filters with.
std::vector<Synapse> synapses_of(const PES& rule) {
    return {rule.pre_synapse};
}
std::vector<Synapse> synapses_of(const RLS& rule) {
    return {rule.pre_synapse};
}
std::vector<Synapse> synapses_of(const BCM& rule) {
    return {rule.pre_synapse, rule.post_synapse.value_or(rule.pre_synapse),
            rule.theta_synapse};
}
std::vector<Synapse> synapses_of(const Oja& rule) {
    return {rule.pre_synapse, rule.post_synapse.value_or(rule.pre_synapse)};
}
std::vector<Synapse> synapses_of(const Voja& rule) {
    return {rule.post_synapse};
}

void check_numbers(const LearningRuleType& type, const std::string& where) {
    std::visit(
        [&](const auto& rule) {
            need_not_negative(rule.learning_rate, where + ": learning_rate");
            for (const Synapse& synapse : synapses_of(rule)) {
                check_synapse(synapse, where);
            }
        },
        type);
    if (const auto* oja = std::get_if<Oja>(&type)) {
        need_not_negative(oja->beta, where + ": beta");
    }
}

/// The rule changes what is between pre and post.
void check_weights_rule(const ConnectionData& connection, const std::string& where) {
    if (as_ensemble(connection.pre) == nullptr &&
        as_neurons(connection.pre) == nullptr) {
        throw ValidationError(where + ": got pre " + describe(connection.pre) +
                              ", needs an ensemble or neurons");
    }
    if (as_ensemble(connection.pre) != nullptr &&
        decoded_ensemble(connection.pre) == nullptr) {
        throw ValidationError(where + ": got pre " + describe(connection.pre) +
                              " in direct mode, needs neurons");
    }
    if (as_learning_rule(connection.post) != nullptr) {
        throw ValidationError(where + ": got post " + describe(connection.post) +
                              ", needs an ensemble, neurons or a node");
    }
    if (connection.transform.is_none() && as_ensemble(connection.pre) == nullptr) {
        throw ValidationError(where +
                              ": got a connection without weights, needs a transform");
    }
}

void check_dense(const ConnectionData& connection, const std::string& where) {
    if (connection.transform.is_structured()) {
        throw BuildError(where +
                         ": got a sparse transform or a convolution, needs a matrix");
    }
}

/// From neurons there is a number for each pair of elements; decoders always have them.
void check_matrix(const ConnectionData& connection, const std::string& where) {
    const auto* array = std::get_if<Array>(&connection.transform.value());
    if (as_neurons(connection.pre) != nullptr && array != nullptr &&
        array->rank() != 2) {
        throw BuildError(where + ": got a transform of shape " +
                         shape_text(array->shape) + ", needs a matrix for learning");
    }
}

void check_neuron_weights(const ConnectionData& connection, const std::string& where) {
    if (solves_for_weights(connection)) {
        return;
    }
    const auto* pre = as_neurons(connection.pre);
    const auto* post = as_neurons(connection.post);
    if (post == nullptr) {
        throw ValidationError(where + ": got post " + describe(connection.post) +
                              ", needs neurons, or a solver with weights = true");
    }
    const auto* array = std::get_if<Array>(&connection.transform.value());
    if (array != nullptr && array->rank() != 2) {
        throw ValidationError(where + ": got a transform of shape " +
                              shape_text(array->shape) +
                              ", needs a matrix [all post neurons, all pre neurons]");
    }
    if (pre == nullptr ||
        view_positions(connection.pre, Side::out).count != pre->n_neurons ||
        view_positions(connection.post, Side::in).count != post->n_neurons) {
        throw ValidationError(where +
                              ": got a part of the neurons or decoders, needs a "
                              "matrix [all post neurons, all pre neurons]");
    }
}

void check_rls(const ConnectionData& connection, const std::string& where) {
    if (weights_to_neurons(connection)) {
        throw ValidationError(where +
                              ": got weights to neurons, needs decoders, or a "
                              "matrix to a node or an ensemble");
    }
    const auto* neurons = as_neurons(connection.pre);
    if (neurons != nullptr &&
        view_positions(connection.pre, Side::out).count != neurons->n_neurons) {
        throw ValidationError(where + ": got a part of the neurons, needs all of them");
    }
}

void check_encoder_rule(const ConnectionData& connection, const std::string& where) {
    if (decoded_ensemble(connection.post) == nullptr) {
        throw ValidationError(where + ": got post " + describe(connection.post) +
                              ", needs an ensemble with neurons");
    }
    if (solves_for_weights(connection)) {
        throw ValidationError(where +
                              ": got a solver with weights = true, needs a "
                              "connection that goes through the encoders");
    }
}

}  // namespace

const ConnectionData* as_learning_rule(const ObjectView& view) {
    return view.learning_rule()
               ? static_cast<const ConnectionData*>(view.object().get())
               : nullptr;
}

Modifies modifies(const LearningRuleType& rule) {
    if (std::holds_alternative<PES>(rule) || std::holds_alternative<RLS>(rule)) {
        return Modifies::decoders;
    }
    return std::holds_alternative<Voja>(rule) ? Modifies::encoders : Modifies::weights;
}

std::string rule_name(const LearningRuleType& rule) {
    static constexpr const char* names[] = {"PES", "RLS", "BCM", "Oja", "Voja"};
    return names[rule.index()];
}

const LearningRuleType& rule_of(const ConnectionData& connection, std::size_t rule) {
    const auto& rules = connection.learning_rules.all();
    if (rule >= rules.size()) {
        throw ValidationError(describe(connection) + ": got " +
                              std::to_string(rules.size()) + " learning rules, needs " +
                              std::to_string(rule + 1) +
                              " for what is connected to them or probes them");
    }
    return rules[rule].second;
}

std::int64_t rule_size_in(const ConnectionData& connection, std::size_t rule) {
    switch (modifies(rule_of(connection, rule))) {
        case Modifies::encoders:
            return 1;
        case Modifies::weights:
            return 0;
        default:
            break;
    }
    if (const auto* neurons = as_neurons(connection.post)) {
        return neurons->dimensions;
    }
    return view_positions(connection.post, Side::in).count;
}

std::vector<std::string> rule_attributes(const LearningRuleType& rule) {
    static const std::vector<std::string> names[] = {
        {"error", "activities", "delta"},
        {"pre_filtered", "error", "delta", "inv_gamma"},
        {"theta", "pre_filtered", "post_filtered", "delta"},
        {"pre_filtered", "post_filtered", "delta"},
        {"post_filtered", "scaled_encoders", "delta"}};
    return names[rule.index()];
}

bool solves_for_weights(const ConnectionData& connection) {
    return decoded_ensemble(connection.pre) != nullptr &&
           as_ensemble(connection.post) != nullptr &&
           std::visit([](const auto& solver) { return solver.weights; },
                      connection.solver);
}

bool weights_to_neurons(const ConnectionData& connection) {
    return as_neurons(connection.post) != nullptr || solves_for_weights(connection);
}

void check_learning_rules(const ConnectionData& connection) {
    std::set<std::string> names;
    for (const auto& [name, rule] : connection.learning_rules.all()) {
        const auto where = describe(connection) + ": learning rule " + rule_name(rule);
        if (!name.empty() && !names.insert(name).second) {
            throw ValidationError(where + ": got the name '" + name +
                                  "' twice, needs different names");
        }
        check_numbers(rule, where);
        if (modifies(rule) == Modifies::encoders) {
            check_encoder_rule(connection, where);
            check_dense(connection, where);
            continue;
        }
        check_weights_rule(connection, where);
        if (modifies(rule) == Modifies::weights) {
            check_neuron_weights(connection, where);
        }
        check_dense(connection, where);
        check_matrix(connection, where);
        if (std::holds_alternative<RLS>(rule)) {
            check_rls(connection, where);
        }
    }
}

}  // namespace detail
}  // namespace nengine

#include "api/builder/nengo_order/outline_builder.hpp"

// The operators of learning rules.

namespace nengine::outline {

void Builder::learn(const Connection& connection, const Rule& rule, Signal weights) {
    const Signal delta = list_.add_signal();
    std::map<std::string, Signal> signals = {{"delta", delta}};
    const bool encoders = rule.kind == Rule::Kind::voja;
    copy_inc(delta, encoders ? of(connection.post).weights : weights);
    switch (rule.kind) {
        case Rule::Kind::pes:
        case Rule::Kind::rls:
            learn_from_error(connection, rule, delta, signals);
            break;
        case Rule::Kind::bcm:
        case Rule::Kind::oja:
            learn_unsupervised(connection, rule, weights, delta, signals);
            break;
        case Rule::Kind::voja:
            learn_encoders(connection, rule, delta, signals);
            break;
    }
    objects_.at(connection.id).rules.push_back(std::move(signals));
}

/// The error per neuron, where what is learned are weights of neurons.
Signal Builder::encoded_error(const Connection& connection, Signal error) {
    if (!connection.post.neurons && !has_full_weights(connection)) {
        return error;
    }
    const Signal local = new_reset();
    const Signal all = of(connection.post).weights;
    multiply(Op::dot_inc, list_.add_view(all, 0, 1), error, local);
    return local;
}

void Builder::learn_from_error(const Connection& connection, const Rule& rule,
                               Signal delta, std::map<std::string, Signal>& signals) {
    const Signal neurons = of(connection.pre).neurons_out;
    if (rule.kind == Rule::Kind::rls) {
        const Signal filtered = rule_filter(rule.pre_synapse, connection, neurons);
        const Signal error = new_reset();
        const Signal inv_gamma = list_.add_signal();
        list_.add(Op::sim_rls,
                  {.reads = {filtered, error}, .updates = {delta, inv_gamma}});
        signals.insert({{"in", error},
                        {"error", error},
                        {"pre_filtered", filtered},
                        {"inv_gamma", inv_gamma}});
        return;
    }
    const Signal error = new_reset();
    const Signal pre =
        connection.pre.neurons ? sliced(neurons, connection.pre.part) : neurons;
    const Signal activities = rule_filter(rule.pre_synapse, connection, pre);
    const Signal local = encoded_error(connection, error);
    list_.add(Op::sim_pes, {.reads = {activities, local}, .updates = {delta}});
    signals.insert({{"in", error}, {"error", error}, {"activities", activities}});
}

void Builder::learn_unsupervised(const Connection& connection, const Rule& rule,
                                 Signal weights, Signal delta,
                                 std::map<std::string, Signal>& signals) {
    const Signal post_out = of(connection.post).neurons_out;
    const Signal pre =
        rule_filter(rule.pre_synapse, connection, of(connection.pre).neurons_out);
    const Signal post = rule_filter(rule.post_synapse, connection, post_out);
    signals.insert({{"pre_filtered", pre}, {"post_filtered", post}});
    if (rule.kind == Rule::Kind::oja) {
        list_.add(Op::sim_oja, {.reads = {pre, post, weights}, .updates = {delta}});
        return;
    }
    const Signal theta = rule_filter(rule.theta_synapse, connection, post_out);
    list_.add(Op::sim_bcm, {.reads = {pre, post, theta}, .updates = {delta}});
    signals["theta"] = theta;
}

void Builder::learn_encoders(const Connection& connection, const Rule& rule,
                             Signal delta, std::map<std::string, Signal>& signals) {
    const ObjectSignals& post = of(connection.post);
    const Signal filtered =
        rule_filter(rule.post_synapse, connection, post.neurons_out);
    const Signal learning = new_reset();
    list_.add(Op::sim_voja, {.reads = {post.in, filtered, post.weights, learning},
                             .updates = {delta}});
    signals.insert({{"in", learning},
                    {"post_filtered", filtered},
                    {"scaled_encoders", post.weights}});
}

}  // namespace nengine::outline

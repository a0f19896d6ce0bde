#include "api/builder/step_order.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "api/builder/numerics/random_state.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

namespace outline {

namespace {

using Op = NengoOperator;
using Signal = OperatorList::Signal;
using Role = OrderedProcess::Role;

constexpr Signal no_signal_yet = OperatorList::none;

/// The signals of one object by Nengo's names. Of an ensemble, `neurons` are those of
/// its neurons.
struct ObjectSignals {
    Signal in = no_signal_yet, out = no_signal_yet;
    Signal neurons_in = no_signal_yet, neurons_out = no_signal_yet;
    Signal weights = no_signal_yet;  ///< of an ensemble: the scaled encoders
    bool decoded = false;            ///< an ensemble of neurons
    std::map<std::string, Signal> neuron_states = {};
    std::vector<std::map<std::string, Signal>> rules = {};
};

enum class Mode { set, inc, update };

/// Lists the operators of each object as Nengo's builder does.
class Builder {
public:
    Builder() : time_(list_.add_signal()) {
        list_.add(Op::time_update, {.sets = {list_.add_signal(), time_}});
    }

    void operator()(const Ensemble& ensemble);
    void operator()(const Node& node);
    void operator()(const Connection& connection);
    void operator()(const Probe& probe);

    StepOrder order() const {
        StepOrder result;
        for (const int op : execution_order(list_)) {
            const auto type = list_.operators()[static_cast<std::size_t>(op)].type;
            result.operators.push_back(type);
            if (type == Op::sim_process) {
                result.processes.push_back(processes_.at(op));
            }
        }
        return result;
    }

private:
    using MaybeSignal = std::optional<Signal>;

    const ObjectSignals& of(const View& view) const { return objects_.at(view.object); }
    bool is_decoded(const Connection& connection) const {
        return !connection.pre.neurons && of(connection.pre).decoded;
    }
    bool has_full_weights(const Connection& connection) const {
        return connection.full_weights && is_decoded(connection);
    }

    void reset(Signal signal) { list_.add(Op::reset, {.sets = {signal}}); }
    Signal new_reset() {
        const Signal signal = list_.add_signal();
        reset(signal);
        return signal;
    }
    void copy(Signal from, Signal to) {
        list_.add(Op::copy, {.sets = {to}, .reads = {from}});
    }
    void copy_inc(Signal from, Signal to) {
        list_.add(Op::copy, {.incs = {to}, .reads = {from}});
    }
    void multiply(Op op, Signal weights, Signal x, Signal y) {
        list_.add(op, {.incs = {y}, .reads = {weights, x}});
    }

    void process(const Process& process, Role role, Id owner, Mode mode,
                 MaybeSignal input, Signal output) {
        OperatorList::Uses uses;
        (mode == Mode::set   ? uses.sets
         : mode == Mode::inc ? uses.incs
                             : uses.updates)
            .push_back(output);
        uses.reads.push_back(time_);
        if (input) {
            uses.reads.push_back(*input);
        }
        const int op = list_.add(Op::sim_process, std::move(uses));
        processes_.emplace(op, OrderedProcess{owner, role, process.seed});
    }
    /// The output of a filter, or its input without one.
    Signal filtered(const MaybeProcess& synapse, Role role, Id owner, Mode mode,
                    Signal input) {
        if (!synapse) {
            return input;
        }
        const Signal output = list_.add_signal();
        process(*synapse, role, owner, mode, input, output);
        return output;
    }

    Signal view(Signal whole, const Part& part) {
        const Index last = part.first + (part.count - 1) * part.step;
        return list_.add_view(whole, std::min(part.first, last),
                              std::max(part.first, last) + 1);
    }
    /// The components of a source: what lies apart is copied together.
    Signal sliced(Signal whole, const Part& part) {
        if (part.kind == Part::Kind::all) {
            return whole;
        }
        const bool is_list = part.kind == Part::Kind::list;
        const Signal source = is_list ? whole : view(whole, part);
        if (!is_list && part.step == 1) {
            return source;
        }
        const Signal together = list_.add_signal();
        copy(source, together);
        return together;
    }
    /// The components of a target: a list is known to the operator that writes.
    Signal target(Signal whole, const Part& part) {
        return part.kind == Part::Kind::range ? view(whole, part) : whole;
    }

    Signal source(const Connection& connection);
    Signal weighted(const Connection& connection, Signal x, Signal& weights);
    /// What arrives, after transform and synapse.
    Signal carried(const Connection& connection, Role role, Id owner, Signal& weights) {
        const Signal value = weighted(connection, source(connection), weights);
        return filtered(connection.synapse, role, owner, Mode::update, value);
    }
    void deliver(const Connection& connection, Signal value);
    void deliver_to_neurons(const Connection& connection, Signal value);
    void learn(const Connection& connection, const Rule& rule, Signal weights);
    void learn_from_error(const Connection& connection, const Rule& rule, Signal delta,
                          std::map<std::string, Signal>& signals);
    Signal encoded_error(const Connection& connection, Signal error);
    void learn_unsupervised(const Connection& connection, const Rule& rule,
                            Signal weights, Signal delta,
                            std::map<std::string, Signal>& signals);
    void learn_encoders(const Connection& connection, const Rule& rule, Signal delta,
                        std::map<std::string, Signal>& signals);
    Signal rule_filter(const MaybeProcess& synapse, const Connection& connection,
                       Signal input) {
        return filtered(synapse, Role::rule_synapse, connection.id, Mode::set, input);
    }
    void record_decoded(const Probe& probe);
    Signal probed(const Probe& probe) const;

    OperatorList list_;
    Signal time_;
    std::unordered_map<Id, ObjectSignals> objects_;
    std::unordered_map<int, OrderedProcess> processes_;  ///< by operator
};

void Builder::operator()(const Ensemble& ensemble) {
    ObjectSignals& signals = objects_[ensemble.id];
    signals.decoded = !ensemble.direct;
    signals.in = new_reset();
    signals.neurons_in = list_.add_signal();
    if (ensemble.direct) {
        reset(signals.neurons_in);
        signals.neurons_out = signals.neurons_in;
    } else {
        copy(list_.add_signal(), signals.neurons_in);
        signals.neurons_out = list_.add_signal();
        Signal input = signals.neurons_in;
        const auto neurons = [&](const auto& states, Signal output) {
            OperatorList::Uses uses = {.sets = {output}, .reads = {input}};
            for (const auto& state : states) {
                const Signal signal = list_.add_signal();
                signals.neuron_states[state] = signal;
                uses.sets.push_back(signal);
            }
            list_.add(Op::sim_neurons, std::move(uses));
            input = output;
        };
        if (ensemble.has_base_type) {
            const Signal rate = list_.add_signal();
            neurons(ensemble.base_states, rate);
            signals.neuron_states["rate_out"] = rate;
        }
        neurons(ensemble.states, signals.neurons_out);
    }
    signals.out = signals.neurons_out;
    if (ensemble.noise) {
        process(*ensemble.noise, Role::noise, ensemble.id, Mode::inc, std::nullopt,
                signals.neurons_in);
    }
    signals.weights = list_.add_signal();
    multiply(Op::dot_inc, signals.weights, signals.in, signals.neurons_in);
}

void Builder::operator()(const Node& node) {
    ObjectSignals& signals = objects_[node.id];
    if (node.has_input) {
        signals.in = new_reset();
    }
    if (node.kind == Node::Kind::passthrough && node.has_input) {
        signals.out = signals.in;
        return;
    }
    signals.out = list_.add_signal();
    if (node.kind == Node::Kind::process) {
        process(node.process, Role::node_output, node.id, Mode::set,
                node.has_input ? MaybeSignal(signals.in) : std::nullopt, signals.out);
    } else if (node.kind == Node::Kind::function) {
        OperatorList::Uses uses = {.reads = {time_}};
        if (node.has_input) {
            uses.reads.push_back(signals.in);
        }
        if (node.has_output) {
            uses.sets.push_back(signals.out);
        }
        list_.add(Op::sim_py_func, std::move(uses));
    }
}

/// What a connection's transform multiplies: of an ensemble all its neurons' output.
Signal Builder::source(const Connection& connection) {
    const ObjectSignals& pre = of(connection.pre);
    if (connection.pre.neurons) {
        return sliced(pre.neurons_out, connection.pre.part);
    }
    if (is_decoded(connection)) {
        return pre.out;
    }
    const Signal x = sliced(pre.out, connection.pre.part);
    if (!connection.has_function) {
        return x;
    }
    const Signal value = list_.add_signal();
    list_.add(Op::sim_py_func, {.sets = {value}, .reads = {x}});
    return value;
}

Signal Builder::weighted(const Connection& connection, Signal x, Signal& weights) {
    using Transform = Connection::Transform;
    const bool decoded = is_decoded(connection);
    if (connection.transform == Transform::none && !decoded) {
        return x;
    }
    const Signal value = new_reset();
    weights = list_.add_signal();
    Op op = Op::dot_inc;  // decoders and a number or a vector make a matrix
    switch (connection.transform) {
        case Transform::elementwise:
            op = decoded ? Op::dot_inc : Op::elementwise_inc;
            break;
        case Transform::sparse:
            op = Op::sparse_dot_inc;
            break;
        case Transform::convolution:
            op = Op::conv_inc;
            break;
        case Transform::convolution_transpose:
            op = Op::conv_transpose_inc;
            break;
        default:
            break;
    }
    multiply(op, weights, x, value);
    return value;
}

/// What arrives at neurons is multiplied by their gains.
void Builder::deliver_to_neurons(const Connection& connection, Signal value) {
    const Signal gains = list_.add_signal();
    const Signal neurons_in = of(connection.post).neurons_in;
    if (connection.post.part.kind != Part::Kind::list) {
        multiply(Op::elementwise_inc, gains, value,
                 target(neurons_in, connection.post.part));
        return;
    }
    const Signal listed = new_reset();
    copy_inc(listed, neurons_in);
    multiply(Op::elementwise_inc, gains, value, listed);
}

void Builder::deliver(const Connection& connection, Signal value) {
    const ObjectSignals& post = of(connection.post);
    if (has_full_weights(connection)) {
        copy_inc(value, post.neurons_in);
    } else if (connection.post.neurons) {
        deliver_to_neurons(connection, value);
    } else {
        const Signal in =
            connection.post.rule
                ? post.rules[static_cast<std::size_t>(*connection.post.rule)].at("in")
                : post.in;
        copy_inc(value, target(in, connection.post.part));
    }
}

void Builder::operator()(const Connection& connection) {
    Signal weights = no_signal_yet;
    const Signal value =
        carried(connection, Role::connection_synapse, connection.id, weights);
    const ObjectSignals& pre = of(connection.pre);
    ObjectSignals signals;
    signals.in = connection.pre.neurons ? pre.neurons_out : pre.out;
    signals.out = value;
    signals.weights = weights;
    objects_[connection.id] = std::move(signals);
    deliver(connection, value);
    for (const Rule& rule : connection.rules) {
        learn(connection, rule, weights);
    }
}

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

/// A probe of a represented value is a connection into the probe.
void Builder::record_decoded(const Probe& probe) {
    const Signal in = new_reset();
    Signal weights = no_signal_yet;
    const Connection hidden = {.pre = probe.target, .synapse = probe.synapse};
    copy_inc(carried(hidden, Role::probe_synapse, probe.id, weights), in);
    list_.add(Op::sim_probe, {.reads = {in}});
}

Signal Builder::probed(const Probe& probe) const {
    const ObjectSignals& signals = of(probe.target);
    const std::string& attribute = probe.attribute;
    if (probe.target.rule) {
        return signals.rules[static_cast<std::size_t>(*probe.target.rule)].at(
            attribute);
    }
    if (attribute == "weights" || attribute == "scaled_encoders") {
        return signals.weights;
    }
    if (attribute == "input") {
        return probe.target.neurons ? signals.neurons_in : signals.in;
    }
    if (attribute == "output") {
        return probe.target.neurons ? signals.neurons_out : signals.out;
    }
    return signals.neuron_states.at(attribute);
}

void Builder::operator()(const Probe& probe) {
    if (probe.attribute == "decoded_output") {
        record_decoded(probe);
        return;
    }
    Signal value = sliced(probed(probe), probe.target.part);
    if (probe.synapse) {
        const Signal output =
            filtered(probe.synapse, Role::probe_synapse, probe.id, Mode::update, value);
        value = list_.add_signal();
        copy(output, value);
    }
    list_.add(Op::sim_probe, {.reads = {value}});
}

}  // namespace

}  // namespace outline

StepOrder step_order(const outline::Network& network) {
    outline::Builder builder;
    for (const auto& object : network) {
        std::visit(builder, object);
    }
    return builder.order();
}

std::vector<std::uint32_t> process_seeds(const std::vector<OrderedProcess>& processes,
                                         std::uint32_t simulator_seed) {
    RandomState rng(simulator_seed);
    std::vector<std::uint32_t> seeds;
    seeds.reserve(processes.size());
    for (const auto& process : processes) {
        seeds.push_back(process.own_seed ? *process.own_seed : rng.draw_seed());
    }
    return seeds;
}

}  // namespace nengine

#include "api/builder/nengo_order/step_order.hpp"

#include "api/builder/nengo_order/outline_builder.hpp"
#include "api/numerics/random_state.hpp"

namespace nengine {

namespace outline {

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
        function(Role::node_output, node.id, std::move(uses));
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
    function(Role::connection_function, connection.id, {.sets = {value}, .reads = {x}});
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

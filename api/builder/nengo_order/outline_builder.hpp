#pragma once

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/builder/nengo_order/step_order.hpp"

namespace nengine::outline {

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
                result.processes.push_back(calls_.at(op));
            }
            if (type == Op::sim_process || type == Op::sim_py_func) {
                result.calls.push_back(calls_.at(op));
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
        calls_.emplace(op, OrderedProcess{owner, role, process.seed});
    }
    void function(Role role, Id owner, OperatorList::Uses uses) {
        const int op = list_.add(Op::sim_py_func, std::move(uses));
        calls_.emplace(op, OrderedProcess{owner, role, std::nullopt});
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
    std::unordered_map<int, OrderedProcess> calls_;  ///< by operator
};

}  // namespace nengine::outline

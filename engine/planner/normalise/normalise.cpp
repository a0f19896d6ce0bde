#include "engine/planner/normalise/normalise.hpp"

#include <algorithm>

#include "engine/operators/copy.hpp"
#include "engine/operators/reset.hpp"
#include "engine/planner/graph/dependencies.hpp"
#include "kernels/base/error.hpp"

namespace nengine::engine {
namespace {

/// The strongest role that operators have on a base signal decides what it is.
VersionKind kind_of(const std::vector<Role>& roles) {
    const auto has = [&](Role role) { return std::ranges::count(roles, role) > 0; };
    if (has(Role::state)) {
        return VersionKind::state;
    }
    if (has(Role::update)) {
        return VersionKind::updated;
    }
    if (has(Role::set)) {
        return VersionKind::transient;
    }
    return has(Role::inc) ? VersionKind::accumulated : VersionKind::constant;
}

IndexedVector<SignalId, std::vector<Role>> written_roles(
    const Model& model, const IndexedVector<int, char>& dropped) {
    IndexedVector<SignalId, std::vector<Role>> roles(model.signal_count());
    for (const int i : model.operators().ids()) {
        if (dropped[i]) {
            continue;
        }
        for (const Slot& slot : model.operators()[i]->slots()) {
            if (slot.role != Role::read) {
                roles[model.base(slot.signal)].push_back(slot.role);
            }
        }
    }
    return roles;
}

/// Elements of a transient version that nothing sets start each step from zero, as
/// those of a signal that is only ever zero would.
void set_the_rest(Graph& graph) {
    const Uses uses = find_uses(graph);
    for (const VersionId id : graph.versions.ids()) {
        const Version& version = graph.version(id);
        if (version.kind != VersionKind::transient) {
            continue;
        }
        Index covered = 0;  // sets do not overlap
        for (const Use& use : uses.writers[id]) {
            const Node& node = graph.node(use.node);
            if (node.slot(use.slot).role == Role::set && !node.properties().sets_some) {
                covered += node.slot(use.slot).view.size();
            }
        }
        if (covered < version.size) {
            const Signal& signal = graph.model->signal(version.signal);
            if (std::ranges::any_of(signal.initial, [](double x) { return x != 0; })) {
                throw BuildError(
                    "signal '" + signal.name +
                    "': got operators that set only part of it and initial "
                    "values, needs zeros, or a reset of the rest");
            }
            const int order = graph.node(uses.writers[id].front().node).order;
            graph.nodes.push_back(
                {.op = std::make_shared<Reset>(version.signal, 0.0),
                 .slots = {{Role::set, id, ElementView::dense({version.size})}},
                 .order = order});
        }
    }
}

/// A parameter as a value of the step: a copy of what `view` names.
VersionId add_parameter_copy(Graph& graph, VersionId parameter, const ElementView& view,
                             int order) {
    Version copied = graph.version(parameter);
    copied.kind = VersionKind::transient;
    copied.size = view.size();
    const SignalId signal = copied.signal;
    const VersionId id = graph.add_version(std::move(copied));
    auto copy = std::make_shared<Copy>(signal, signal, false);
    copy->label = graph.version(id).name;
    graph.nodes.push_back(
        {.op = copy,
         .slots = {{Role::read, parameter, view},
                   {Role::set, id, ElementView::dense(view.shape_list())}},
         .order = order});
    return id;
}

/// Where an operator has a gradient for values alone, it reads a parameter as one: a
/// copy. What it has no gradient for stays: a copy would not help.
void copy_parameters(Graph& graph) {
    for (const int n : graph.nodes.ids()) {
        for (const int s : graph.node(n).slots.ids()) {
            const Node& node = graph.node(n);
            const Access access = node.slot(s);
            if (access.role != Role::read ||
                node.op->slot_gradient(s) != SlotGradient::value ||
                !graph.trainable(graph.version_of(access))) {
                continue;
            }
            const VersionId copy =
                add_parameter_copy(graph, access.version, access.view, node.order);
            graph.node(n).slot(s) = {Role::read, copy,
                                     ElementView::dense(access.view.shape_list())};
        }
    }
    for (Tap& tap : graph.taps) {
        if (tap.of_probe() && graph.trainable(graph.version(tap.version))) {
            tap.version = add_parameter_copy(graph, tap.version, tap.view, 0);
            tap.view = ElementView::dense(tap.view.shape_list());
        }
    }
}

/// Gives each function of the user's its place among the calls of a step.
void order_calls(Graph& graph) {
    std::vector<int> ordered;
    for (const int n : graph.nodes.ids()) {
        const OperatorProperties stated = graph.node(n).properties();
        if (stated.is_ordered()) {
            ordered.push_back(n);
            graph.calls_within_steps =
                graph.calls_within_steps || stated.acts_within_step();
        }
    }
    if (ordered.size() > 1) {
        ordered = topological_order(
            graph, find_dependencies(graph, {}, UpdateEdges::readers_first));
    }
    int call = 0;
    for (const int n : ordered) {
        Node& node = graph.node(n);
        if (node.properties().is_ordered()) {
            node.call = call++;
        }
    }
}

/// What a call feeds takes the place of what produces it.
struct Fed {
    IndexedVector<int, char> dropped;     ///< operators that would produce it
    IndexedVector<SignalId, int> signal;  ///< 0: not fed, 1: each step, 2: held
};

Fed what_is_fed(const Model& model, const std::vector<int>& fed) {
    Fed result{IndexedVector<int, char>(model.operators().size(), 0),
               IndexedVector<SignalId, int>(model.signal_count(), 0)};
    for (std::size_t i = 0; i < model.inputs.size(); ++i) {
        const Input& input = model.inputs[i];
        if (fed[i] != 0) {
            result.signal[input.signal] = fed[i];
            if (input.producer >= 0) {
                result.dropped[input.producer] = 1;
            }
        }
    }
    return result;
}

/// Signals' versions.
using VersionOf = IndexedVector<SignalId, VersionId>;

/// A version of each signal that is no view.
VersionOf add_versions(Graph& graph, const Fed& fed) {
    const Model& model = *graph.model;
    const auto roles = written_roles(model, fed.dropped);
    VersionOf version_of(model.signal_count(), no_version);
    for (const SignalId s : model.signal_ids()) {
        const Signal& signal = model.signal(s);
        if (signal.is_view()) {
            continue;
        }
        Version version{.name = signal.name,
                        .kind = kind_of(roles[s]),
                        .signal = s,
                        .size = signal.size()};
        if (fed.signal[s] != 0) {
            version.kind = VersionKind::input;
            version.held = fed.signal[s] == 2;
        }
        version_of[s] = graph.add_version(std::move(version));
    }
    return version_of;
}

/// A node of each operator, in the form that it has in the phase.
void add_nodes(Graph& graph, const IndexedVector<int, char>& dropped,
               const VersionOf& version_of) {
    const Model& model = *graph.model;
    for (const int i : model.operators().ids()) {
        if (dropped[i]) {
            continue;
        }
        std::shared_ptr<const Operator> op = model.operators()[i]->clone();
        if (op->properties().only_trains && !graph.mode.trains()) {
            continue;
        }
        if (graph.mode.phase == Phase::training && !op->spikes_in_training) {
            if (auto trained = op->training_form()) {
                op = std::move(trained);
            }
        }
        Node node{.op = op, .slots = {}, .order = i};
        node.slots.reserve(op->slots().size());
        for (const Slot& slot : op->slots()) {
            node.slots.push_back({slot.role, version_of[model.base(slot.signal)],
                                  ElementView::of(model.signal(slot.signal))});
        }
        graph.nodes.push_back(std::move(node));
    }
}

void add_taps(Graph& graph, const Observed& observed, const VersionOf& version_of) {
    const Model& model = *graph.model;
    const auto add = [&](Tap tap, SignalId signal) {
        tap.version = version_of[model.base(signal)];
        tap.view = ElementView::of(model.signal(signal));
        graph.taps.push_back(tap);
    };
    for (const int p : observed.probes) {
        add({.probe = p, .of_loss = true}, model.probe(p).signal);
    }
    for (const int p : observed.only_seen) {
        add({.probe = p}, model.probe(p).signal);
    }
    for (std::size_t i = 0; i < model.looks.size(); ++i) {
        for (const SignalId signal : model.looks[i].signals) {
            add({.look = static_cast<int>(i)}, signal);
        }
    }
}

}  // namespace

Graph normalise(std::shared_ptr<const Model> model, const std::vector<int>& fed,
                const Observed& observed, PlanMode mode) {
    Graph graph;
    graph.model = model;
    graph.mode = mode;
    const Fed given = what_is_fed(*model, fed);
    const VersionOf version_of = add_versions(graph, given);
    for (std::size_t i = 0; i < model->inputs.size(); ++i) {
        graph.inputs.push_back(fed[i] != 0 ? version_of[model->inputs[i].signal]
                                           : no_version);
    }
    add_nodes(graph, given.dropped, version_of);
    set_the_rest(graph);
    add_taps(graph, observed, version_of);
    if (mode.gradients) {
        take_out_amplitudes(graph);
        copy_parameters(graph);
    }
    order_calls(graph);
    return graph;
}

}  // namespace nengine::engine

#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "api/builder/build.hpp"
#include "api/builder/build_parameter_rules.hpp"
#include "api/builder/decode.hpp"
#include "api/builder/nengo_order/process_seeds.hpp"
#include "engine/ir/operator.hpp"

// What the parts of the builder share while one network is built.

namespace nengine {

/// A network and all inside it, each before what it holds.
template <class Visit>
void visit_networks(const detail::NetworkData& network, const Visit& visit) {
    visit(network);
    for (const auto& child : network.networks) {
        visit_networks(*child, visit);
    }
}

struct BuildState {
    BuildState(double step, Rng numbers, const SpikeGradient& gradient = RateGradient{})
        : model(std::make_shared<engine::Model>(step)),
          dt(step),
          rng(numbers),
          spike_gradient(gradient) {}

    std::shared_ptr<engine::Model> model;
    double dt;
    Rng rng;
    SpikeGradient spike_gradient;  ///< of ensembles that nobody gives one
    BuiltNetwork built;
    std::unordered_map<const detail::ObjectData*, Decoders> decoders;

    /// Connections into each node, and which objects' signals are wanted.
    std::unordered_map<const detail::ObjectData*,
                       std::vector<const detail::ConnectionData*>>
        into_node;
    std::unordered_set<const detail::ObjectData*> ensembles_with_input;
    std::unordered_set<const detail::ObjectData*> probed_connections;
    /// Connections that were replaced by handing the source to the target.
    std::unordered_map<const detail::ObjectData*, engine::SignalId> handed_over;

    /// How many rules change what belongs to an object: a connection's weights, an
    /// ensemble's encoders. And rules (connection, place) whose delta is probed.
    std::unordered_map<const detail::ObjectData*, int> rules_on;
    std::set<std::pair<const detail::ObjectData*, std::size_t>> probed_deltas;

    std::unordered_map<double, engine::SignalId> scalars;
    engine::SignalId time_signal = engine::no_signal;
    /// Parameters of layers that share theirs.
    std::map<std::pair<const LayerKind*, std::string>, engine::SignalId>
        shared_parameters;
    /// Of parameters that have any.
    std::vector<ParameterRule> parameter_rules;
    std::unordered_set<std::string> parameter_names;
    /// Objects may have the same label: how often each name has been wanted again, and
    /// what then follows the object's name ("#2").
    std::unordered_map<std::string, int> repeated_names;
    std::unordered_map<const detail::ObjectData*, std::string> parameter_numbers;

    BuiltEnsembleParts& ensemble(const detail::ObjectData& data) {
        return built.ensembles.at(&data);
    }
    std::uint32_t seed(const detail::ObjectData& data) const {
        return built.seeds.at(&data);
    }

    /// A signal of zeros that operators write.
    engine::SignalId signal(const std::string& name, Index size);
    /// A signal with values at step 0; empty means zeros.
    engine::SignalId variable(const std::string& name, Shape shape,
                              engine::SharedValues values);
    /// A number that never changes; one signal for all users of the same number.
    engine::SignalId scalar(double value);
    /// The time of the step, in seconds; one signal for all.
    engine::SignalId time();
    engine::SignalId constant(const std::string& name, Shape shape,
                              engine::SharedValues values);
    /// A value that is saved and loaded as "object.attribute"; of further objects with
    /// the same name as "object#2.attribute" and so on, in the order of the build.
    engine::SignalId parameter(const detail::ObjectData& object,
                               const std::string& attribute, Shape shape,
                               engine::SharedValues values, bool trainable);

    std::string own_parameter_name(const detail::ObjectData& object,
                                   const std::string& attribute);

    template <class Op>
    int add(Op op, const std::string& label) {
        op.label = label;
        return model->add(std::move(op));
    }

    /// An operator that calls a function of the user's.
    struct UserCall {
        int op;
        const detail::ObjectData* owner;
        OrderedProcess::Role role;
    };
    std::vector<UserCall> calls;
    template <class Op>
    int add_call(Op op, const std::string& label, const detail::ObjectData& owner,
                 OrderedProcess::Role role) {
        const int index = add(std::move(op), label);
        calls.push_back({index, &owner, role});
        return index;
    }
};

/// What a user's function returned, into an operator's output.
/// @param where  whose function, for messages
/// @throws SimulationError  another number of values, or one that is not finite
void copy_checked(const std::vector<double>& values, std::span<double> out,
                  const std::string& where, double t);

/// Row-major values, as signals hold them.
std::vector<double> values_of(const Matrix& matrix);
std::vector<double> values_of(const Vector& vector);

bool is_trainable(const detail::EnsembleData& ensemble);
bool neurons_trainable(const detail::EnsembleData& ensemble);
SpikeGradient spike_gradient(const detail::EnsembleData& ensemble,
                             const SpikeGradient& of_others);
bool is_trainable(const detail::NodeData& layer);
bool is_trainable(const detail::ConnectionData& connection);

void build_ensemble(BuildState& state, const detail::EnsembleData& ensemble);
void build_node(BuildState& state, const std::shared_ptr<detail::NodeData>& node);
void build_layer(BuildState& state, const detail::NodeData& node,
                 BuiltNodeParts& parts);
/// A node or layer of symbolic tensors, whose input is `parts.in`.
void build_tensor_function(BuildState& state, const detail::NodeData& node,
                           const TensorFunction& function, BuiltNodeParts& parts);
void build_connection(BuildState& state, const detail::ConnectionData& connection);
/// The values of a sparse matrix or a kernel.
struct TransformWeights {
    Shape shape;
    std::vector<double> values;
};
TransformWeights draw_transform(const detail::ConnectionData& connection,
                                RandomState& rng);
/// out = (or +=) the connection's sparse matrix or convolution of `in`.
void build_transform(BuildState& state, const detail::ConnectionData& connection,
                     engine::SignalId weights, engine::SignalId in,
                     engine::SignalId out, bool inc);
void build_probe(BuildState& state, const std::shared_ptr<detail::ProbeData>& probe);

/// A signal as a tensor that the host looks at.
struct SeenTensor {
    engine::SignalId signal = engine::no_signal;
    Shape shape;  ///< of one item: as many elements as the signal has
    /// False: all items have the same numbers, which are shown once.
    bool by_item = true;
};
/// print(text, x): in each step a line of `text`, a space and x's numbers, [items,
/// shape] or, where all items have the same, [shape]. Lines of a step are in the order
/// of the calls.
/// @throws BuildError  a shape that does not fit the signal
void add_print(BuildState& state, const std::string& text, const SeenTensor& x);
/// check(x, condition, message): a run stops before the first step in which a number of
/// the condition is 0 or NaN, with a SimulationError of `where`, the message, step,
/// item and x's numbers: those that the condition is not true for, if it has x's shape.
/// @throws BuildError  a shape that does not fit the signal
void add_check(BuildState& state, const std::string& where, const SeenTensor& x,
               const SeenTensor& condition, const std::string& message);

/// What build_learning_rules() will have to know of connections and probes made later.
void survey_learning(BuildState& state, const detail::NetworkData& network);
/// The connection's rules, once its weights are there.
void build_learning_rules(BuildState& state, const detail::ConnectionData& connection,
                          const BuiltConnectionParts& parts);
/// What connections to a rule add to.
engine::SignalId rule_input(BuildState& state, const detail::ConnectionData& connection,
                            std::size_t rule);

/// @throws BuildError  a loop of connections without a synapse, naming its objects
void check_loops(const detail::NetworkData& network);
/// What may not have been meant, one warning for all objects of a kind. Ensembles have
/// been drawn.
void add_warnings(BuildState& state, const detail::NetworkData& top);
/// @throws ValidationError  constants that cannot be, or states that do not exist
void check_neurons(const detail::EnsembleData& ensemble);
/// Adds the ensemble's neurons; fills in `parts.states`.
void build_neurons(BuildState& state, const detail::EnsembleData& ensemble,
                   BuiltEnsembleParts& parts);

/// The source behind a view, whole; not for ensembles, whose output is decoded.
engine::SignalId source_signal(const BuildState& state, const ObjectView& view);
/// Some elements of a vector: a view of it, or a copy for a list of positions.
engine::SignalId slice_signal(BuildState& state, engine::SignalId whole,
                              const detail::Positions& wanted,
                              const std::string& label);
/// output = what the synapse makes of input, in this role: `update` on connections and
/// probes, `set` in nodes and learning rules.
/// @return  the operator
int add_filter(BuildState& state, const Synapse& synapse, engine::SignalId input,
               engine::SignalId output, engine::Role role, const std::string& label);
/// output = the process's signal; x is its input, if it has one; `pure`: functions of
/// the user's that it calls share nothing with others.
/// @return  the operator
int add_process(BuildState& state, const Process& process,
                const detail::ObjectData& owner, OrderedProcess::Role role,
                engine::SignalId output, engine::SignalId x, const std::string& label,
                bool pure = false);
/// A synapse's output, or `input` itself without a synapse.
/// @param role  update: seen one step later; set: at once
engine::SignalId filter_signal(BuildState& state, const Synapse& synapse,
                               engine::SignalId input, const std::string& label,
                               engine::Role role = engine::Role::update);

}  // namespace nengine

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/numerics/positions.hpp"
#include "api/numerics/window_axis.hpp"
#include "nengine/network.hpp"

// What the handles of the front-end refer to. The builder reads it.

namespace nengine {
namespace detail {

struct ObjectData {
    enum class Kind { ensemble, node, connection, probe };

    explicit ObjectData(Kind object_kind) : kind(object_kind) {}
    ObjectData(const ObjectData&) = delete;
    ObjectData& operator=(const ObjectData&) = delete;
    virtual ~ObjectData() = default;

    const Kind kind;
    /// Stands in for the object of a handle that nothing has been assigned to.
    bool is_empty = false;
    std::weak_ptr<NetworkData> network;
    /// "ensemble", "node", "connection", "probe", or the layer's kind: "conv2d".
    std::string kind_name;
    /// Which of its kind in its network, counted from 1.
    int number = 0;
    std::string label;
    std::optional<Seed> seed;
};

/// The product of encoders and gains over the radius that `Simulator::freeze` found
/// them to stand for. Computed again it might be another one by rounding, or, where a
/// gain is 0, by more.
struct FrozenEncoders {
    DistributionOrArray encoders, gain;
    double radius;
    Array scaled;
};

struct EnsembleData : ObjectData {
    EnsembleData() : ObjectData(Kind::ensemble) {}

    std::int64_t n_neurons = 0, dimensions = 0;
    double radius = 1.0;
    DistributionOrArray encoders = ScatteredHypersphere{.surface = true};
    DistributionOrArray max_rates = Uniform{.low = 200, .high = 400};
    DistributionOrArray intercepts = Uniform{.low = -1, .high = 0.9};
    DistributionOrArray eval_points = ScatteredHypersphere{};
    std::optional<DistributionOrArray> gain, bias;
    std::optional<std::int64_t> n_eval_points;
    NeuronModel neuron_type = LIF{};
    bool normalize_encoders = true;
    std::optional<Process> noise;
    std::optional<bool> trainable, neurons_trainable;
    std::optional<SpikeGradient> spike_gradient;

    /// Counts as long as the three parameters in it are the ensemble's.
    std::optional<FrozenEncoders> frozen;

    bool is_layer = false;  ///< made by Network::layer
    std::vector<std::int64_t> layer_shape;
};

/// A layer that is not made of neurons, or a node of symbolic tensors: a node with
/// parameters.
struct TensorLayer {
    LayerKind kind;
    std::vector<std::int64_t> shape_in = {}, shape_out = {};
    std::optional<bool> trainable = {};
    bool pass_time = false;  ///< to a function
    /// Layers of the same one have the same parameters; null: none have.
    std::shared_ptr<const LayerKind> shared = {};
    /// Of a function: values of its parameters that Simulator::freeze found.
    std::map<std::string, Array> frozen = {};
};

struct NodeData : ObjectData {
    NodeData() : ObjectData(Kind::node) {}

    std::int64_t size_in = 0, size_out = 0;
    NodeOutput output;
    bool pure = false;
    std::optional<TensorLayer> layer;
};

struct ConnectionData : ObjectData {
    ConnectionData(ObjectView from, ObjectView to)
        : ObjectData(Kind::connection), pre(std::move(from)), post(std::move(to)) {}

    const ObjectView pre, post;
    Function function;
    Transform transform;
    Synapse synapse = 0.005;
    Solver solver = LstsqL2{};
    std::optional<DistributionOrArray> eval_points;
    bool scale_eval_points = true;
    LearningRules learning_rules;
    std::optional<bool> trainable;
    bool pure = false;
};

struct ProbeData : ObjectData {
    explicit ProbeData(ObjectView probed)
        : ObjectData(Kind::probe), target(std::move(probed)) {}

    const ObjectView target;
    std::string attr;
    Synapse synapse;
    std::optional<double> sample_every;
    Solver solver = LstsqL2{};
    bool keep_history = true;
};

struct NetworkData {
    std::weak_ptr<NetworkData> parent;  ///< empty for a top-level network
    int number = 0;
    std::string label;
    std::optional<Seed> seed;
    Config config;
    /// In use by `Network::with`; the last one comes first.
    std::vector<std::shared_ptr<const Config>> scoped_configs;

    std::vector<std::shared_ptr<EnsembleData>> ensembles;
    std::vector<std::shared_ptr<NodeData>> nodes;  ///< with layers
    std::vector<std::shared_ptr<ConnectionData>> connections;
    std::vector<std::shared_ptr<ProbeData>> probes;
    std::vector<std::shared_ptr<NetworkData>> networks;
    std::map<std::string, int> counts;  ///< objects made, by kind_name
};

/// The label, or "ensemble#3"; within the networks inside the top-level one with the
/// path: "visual/v1/ensemble#3". Parameters are saved under these names.
std::string name(const ObjectData& object);
/// For messages: "ensemble 'visual/exc'".
std::string describe(const ObjectData& object);
/// As above, "neurons of ensemble 'a'" for neurons.
std::string describe(const ObjectView& view);

/// @throws ValidationError  the handle is empty; `where` says whose it is
void need_object(const ObjectData& object, const std::string& where);

/// The same for what holds handles.
/// @param made  whether it is not empty
/// @param type  the name of its type
void need_made(bool made, const std::string& type, const char* call);

/// What an empty handle refers to, all its own, so that its members are there.
/// @param handle  the name of its type
template <class Data, class... Args>
std::shared_ptr<Data> empty_object(const char* handle, Args&&... args) {
    auto data = std::make_shared<Data>(std::forward<Args>(args)...);
    data->is_empty = true;
    data->kind_name = handle;
    return data;
}

/// Makes a handle's members refer to another object's.
template <class Handle>
Handle& rebind(Handle& handle, const Handle& other) noexcept {
    if (&handle != &other) {
        // NOLINTNEXTLINE(performance-*): what is copied may be a part of the handle
        const Handle copy(other);
        std::destroy_at(&handle);
        std::construct_at(&handle, copy);
    }
    return handle;
}

enum class Side { in, out };

/// The size of the whole object behind a view, as a source (out) or target (in).
std::int64_t whole_size(const ObjectView& view, Side side);
/// The positions of a view in its object.
Positions view_positions(const ObjectView& view, Side side);

const EnsembleData* as_ensemble(const ObjectView& view);  ///< not for its neurons
const EnsembleData* as_neurons(const ObjectView& view);
/// Whether it has no neurons, and so nothing to decode.
bool is_direct(const EnsembleData& ensemble);
/// As as_ensemble, but not for a Direct ensemble: what is decoded.
const EnsembleData* decoded_ensemble(const ObjectView& view);
const NodeData* as_node(const ObjectView& view);
const ConnectionData* as_connection(const ObjectView& view);  ///< not for its rules
/// The connection whose learning rule it is.
const ConnectionData* as_learning_rule(const ObjectView& view);

/// What a rule changes.
enum class Modifies { decoders, weights, encoders };
Modifies modifies(const LearningRuleType& rule);
std::string rule_name(const LearningRuleType& rule);  ///< "PES"
/// @throws ValidationError  the connection no longer has this rule
const LearningRuleType& rule_of(const ConnectionData& connection, std::size_t rule);
/// The size of what a rule takes: an error, a learning signal, or nothing.
std::int64_t rule_size_in(const ConnectionData& connection, std::size_t rule);
/// Attributes that a probe may record.
std::vector<std::string> rule_attributes(const LearningRuleType& rule);
/// Its solver finds weights from neurons to neurons, without decoders.
bool solves_for_weights(const ConnectionData& connection);
/// The weights go into neurons, solved for or given.
bool weights_to_neurons(const ConnectionData& connection);
// Numbers of users' (check_numbers.cpp); `what` names them.
/// @throws ValidationError  below `least`, or more than any machine can hold
void need_size(std::int64_t value, std::int64_t least, const std::string& what);
/// @throws ValidationError  a number below 0, or not finite
void need_not_negative(double value, const std::string& what);
/// @param what  whose it is, for messages
/// @throws ValidationError  a smoothing below 0
void check_spike_gradient(const SpikeGradient& gradient, const std::string& what);
/// Refuses `copies` of a matrix in double precision that would not fit.
/// @throws MemoryError  naming `where`, `what` with its shape, and what to lower
void need_matrices(const std::string& where, const char* what, std::int64_t rows,
                   std::int64_t cols, int copies, const char* lower);
/// @throws ShapeError  another number of values than the shape has
void check_whole(const Array& array, const std::string& what);
/// " at [1, 2]": the indices of an array's number, of a single one nothing.
std::string place_text(const std::vector<std::int64_t>& shape, std::int64_t at);
/// @throws ShapeError       as check_whole
/// @throws ValidationError  a value that is not finite
void check_array(const Array& array, const std::string& what);
void check_array(const DistributionOrArray& numbers, const std::string& where,
                 const char* name);
/// @throws ValidationError  a time constant below 0, or a filter that cannot be
void check_synapse(const Synapse& synapse, const std::string& where);
/// @throws ValidationError  a rule that does not go with the connection
void check_learning_rules(const ConnectionData& connection);

/// The size of the value that a connection's function returns.
std::int64_t size_mid(const ConnectionData& connection);
/// @throws ValidationError  what Network::connect reports
void check_connection(const ConnectionData& connection);
/// @throws ValidationError  what Network::probe reports
void check_probe(const ProbeData& probe);
void check_ensemble(const EnsembleData& ensemble);
void check_node(const NodeData& node);
/// The attribute that a probe records, with the default and other spellings resolved.
std::string probe_attribute(const ProbeData& probe);

/// Fills in the layer's shapes.
TensorLayer make_tensor_layer(LayerKind kind, std::vector<std::int64_t> shape_in,
                              std::int64_t size_in, const std::string& where);
/// The same of a node of symbolic tensors.
TensorLayer make_tensor_layer(TensorFunction function, const TensorNodeOptions& options,
                              const std::string& where);
/// The number of elements.
/// @throws ShapeError  more than any machine can hold
std::int64_t product(const std::vector<std::int64_t>& shape);

/// What a sparse matrix or a convolution takes and gives; none for other transforms.
struct TransformSizes {
    std::int64_t in, out;
};
/// @throws ValidationError  what does not fit in itself, naming `where`
std::optional<TransformSizes> transform_sizes(const Transform& transform,
                                              const std::string& where);

/// What can be probed of its neurons beside output and input: "rate_out" of types that
/// make spikes of rates, and the states.
std::vector<std::string> neuron_states(const NeuronModel& neuron_type,
                                       const std::string& where);

}  // namespace detail
}  // namespace nengine

#include <type_traits>

#include "api/numerics/named.hpp"
#include "api/objects/making.hpp"

// Layers and nodes of symbolic tensors.

namespace nengine {

using namespace detail;

namespace {

/// The shape that a layer's input has by itself.
std::vector<std::int64_t> known_shape(const ObjectView& input) {
    if (!input.key()) {
        if (const auto* node = as_node(input); node != nullptr && node->layer) {
            return node->layer->shape_out;
        }
        if (const auto* neurons = as_neurons(input);
            neurons != nullptr && neurons->is_layer) {
            return neurons->layer_shape;
        }
    }
    return {};
}

/// What the connection into a layer carries: the transform's rows, or the input's size.
std::int64_t layer_size_in(const Transform& transform, const ObjectView& input) {
    if (const auto* array = std::get_if<Array>(&transform.value());
        array != nullptr && array->rank() == 2) {
        return array->extent(0);
    }
    return view_positions(input, Side::out).count;
}

std::string layer_kind_name(const LayerKind& kind) {
    return std::visit(
        []<class Kind>(const Kind& layer) -> std::string {
            if constexpr (requires { Kind::kind_name; }) {
                return layer.kind_name;
            } else if constexpr (std::is_same_v<Kind, TensorFunction>) {
                return layer.kind_name();
            } else {
                return "neurons";
            }
        },
        kind);
}

std::shared_ptr<EnsembleData> make_layer_ensemble(
    const std::shared_ptr<NetworkData>& network, const NeuronModel& neuron_type,
    const std::vector<std::int64_t>& shape, std::int64_t size,
    const LayerOptions& options) {
    auto data = make_ensemble(network, size, 1,
                              {.label = options.label,
                               .seed = options.seed,
                               .max_rates = options.max_rates,
                               .intercepts = options.intercepts,
                               .gain = options.gain,
                               .bias = options.bias,
                               .neuron_type = neuron_type,
                               .spike_gradient = options.spike_gradient});
    data->is_layer = true;
    data->layer_shape = shape.empty() ? std::vector{size} : shape;
    resolve_trainable(data->neurons_trainable, options.trainable, *network,
                      &Config::neurons);
    return data;
}

/// A layer that is not made of neurons, once its shapes are known.
std::shared_ptr<NodeData> finished(const std::shared_ptr<NetworkData>& network,
                                   const std::shared_ptr<NodeData>& data,
                                   TensorLayer layer,
                                   const OrDefault<bool>& trainable) {
    data->layer = std::move(layer);
    resolve_trainable(data->layer->trainable, trainable, *network, &Config::layer);
    data->size_out = product(data->layer->shape_out);
    return data;
}

}  // namespace

SharedLayer::SharedLayer(LayerKind kind)
    : kind_(std::make_shared<const LayerKind>(std::move(kind))) {
    if (std::holds_alternative<NeuronModel>(*kind_)) {
        throw ValidationError("shared: got neurons, needs a layer with parameters");
    }
}

Layer Network::layer(LayerKind kind, const ObjectView& input, LayerOptions options) {
    return make_layer(std::move(kind), nullptr, input, options);
}
Layer Network::layer(const SharedLayer& shared, const ObjectView& input,
                     LayerOptions options) {
    return make_layer(shared.kind(), shared.kind_, input, options);
}

Layer Network::make_layer(LayerKind kind, std::shared_ptr<const LayerKind> shared,
                          const ObjectView& input, const LayerOptions& options) {
    need_object(*input.object(), "layer: input");
    std::vector<std::int64_t> shape =
        options.shape_in.empty() ? known_shape(input) : options.shape_in;
    const std::int64_t size = options.shape_in.empty()
                                  ? layer_size_in(options.transform, input)
                                  : named("layer '" + options.label + '\'',
                                          [&] { return product(options.shape_in); });
    if (product(shape) != size) {
        shape.clear();
    }
    const auto finish = [&](const auto& data, const ObjectView& target, auto& list) {
        const auto connection = make_connection(data_, input, target,
                                                {.transform = options.transform,
                                                 .synapse = options.synapse,
                                                 .trainable = false});
        keep(*data_, list, data);
        keep(*data_, data_->connections, connection);
        return Layer(data, Connection(connection));
    };
    if (const auto* neuron_type = std::get_if<NeuronModel>(&kind)) {
        const auto data =
            make_layer_ensemble(data_, *neuron_type, shape, size, options);
        return finish(data, Neurons(data), data_->ensembles);
    }
    const auto data = std::make_shared<NodeData>();
    adopt(data_, data, layer_kind_name(kind), options.label, options.seed);
    data->size_in = size;
    TensorLayer layer =
        make_tensor_layer(std::move(kind), std::move(shape), size, describe(*data));
    layer.shared = std::move(shared);
    finished(data_, data, std::move(layer), options.trainable);
    return finish(data, Node(data), data_->nodes);
}

TensorNode Network::tensor_node(TensorFunction function, TensorNodeOptions options) {
    return make_tensor_node(std::move(function), nullptr, options);
}
TensorNode Network::tensor_node(const SharedLayer& shared, TensorNodeOptions options) {
    const auto* function = std::get_if<TensorFunction>(&shared.kind());
    if (function == nullptr) {
        throw ValidationError(
            "tensor_node: got a layer, needs a function of symbolic tensors");
    }
    return make_tensor_node(*function, shared.kind_, options);
}

TensorNode Network::make_tensor_node(TensorFunction function,
                                     std::shared_ptr<const LayerKind> shared,
                                     const TensorNodeOptions& options) {
    const auto data = std::make_shared<NodeData>();
    adopt(data_, data, function.kind_name(), options.label, options.seed);
    TensorLayer layer =
        make_tensor_layer(std::move(function), options, describe(*data));
    layer.shared = std::move(shared);
    data->size_in = options.shape_in.empty() ? 0 : product(options.shape_in);
    finished(data_, data, std::move(layer), options.trainable);
    keep(*data_, data_->nodes, data);
    return TensorNode(data);
}

}  // namespace nengine

#include "api/builder/build_state.hpp"
#include "api/builder/layer_parameter.hpp"
#include "api/numerics/image_shapes.hpp"
#include "api/numerics/random_state.hpp"
#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"

namespace nengine {

namespace {

using namespace detail;

/// The source that a layer may read directly: its only input, unchanged and at once.
engine::SignalId direct_source(const BuildState& state, const NodeData& node,
                               const ConnectionData*& connection) {
    const auto found = state.into_node.find(&node);
    if (found == state.into_node.end() || found->second.size() != 1) {
        return engine::no_signal;
    }
    connection = found->second.front();
    if (!connection->transform.is_none() || !connection->synapse.is_none() ||
        !connection->function.is_identity() || connection->pre.key() ||
        connection->post.key() || as_ensemble(connection->pre) != nullptr) {
        return engine::no_signal;
    }
    return source_signal(state, connection->pre);
}

class LayerBuilder {
public:
    LayerBuilder(BuildState& state, const NodeData& node, BuiltNodeParts& parts)
        : state_(state),
          node_(node),
          parts_(parts),
          in_(node.layer->shape_in),
          base_(detail::name(node)),
          rng_(state.seed(node)) {}

    void operator()(const Conv2D& layer) {
        const Index in_channels = in_[2] / layer.groups;
        const Shape shape = {layer.kernel_size.height, layer.kernel_size.width,
                             in_channels, layer.filters};
        const engine::SignalId kernel = kernel_of(layer, shape);
        const engine::SignalId bias = bias_of(layer, layer.filters);
        make_output();
        state_.add(engine::ConvInc(kernel, parts_.in, parts_.out,
                                   conv_shape(in_, shape, layer.strides, layer.padding,
                                              layer.groups),
                                   false, bias),
                   base_);
    }

    void operator()(const Dense& layer) {
        const Index inputs = node_.size_in;
        const engine::SignalId kernel = kernel_of(layer, {inputs, layer.units});
        const engine::SignalId bias = bias_of(layer, layer.units);
        make_output();
        const engine::SignalId transposed = state_.model->add_view(
            kernel, base_ + ".kernel'", {layer.units, inputs}, 0, {1, layer.units});
        if (bias != engine::no_signal) {
            state_.add(engine::Copy(bias, parts_.out, false), base_ + ".bias");
        }
        state_.add(engine::DotInc(transposed, parts_.in, parts_.out,
                                  bias != engine::no_signal),
                   base_);
    }

    void operator()(const AveragePooling2D& layer) {
        make_output();
        state_.add(engine::PoolInc(parts_.in, parts_.out, shape_of_pool(layer), false),
                   base_);
    }

    void operator()(const MaxPooling2D& layer) {
        make_output();
        state_.add(
            engine::MaxPoolInc(parts_.in, parts_.out, shape_of_pool(layer), false),
            base_);
    }

    void operator()(const Flatten&) { parts_.out = parts_.in; }
    void operator()(const NeuronModel&) {}
    void operator()(const TensorFunction& function) {
        build_tensor_function(state_, node_, function, parts_);
    }

private:
    kernels::Pool2DShape shape_of_pool(const auto& layer) const {
        return pool_shape(in_, layer.pool_size, layer.strides.value_or(layer.pool_size),
                          layer.padding);
    }

    void make_output() { parts_.out = state_.signal(base_ + ".out", node_.size_out); }

    engine::SignalId kernel_of(const auto& layer, const Shape& shape) {
        return layer_parameter(state_, node_, parts_, rng_,
                               {.name = "kernel",
                                .shape = shape,
                                .initializer = layer.kernel_initializer,
                                .regularizer = layer.kernel_regularizer,
                                .constraint = layer.kernel_constraint});
    }

    engine::SignalId bias_of(const auto& layer, Index size) {
        if (!layer.use_bias) {
            return engine::no_signal;
        }
        return layer_parameter(state_, node_, parts_, rng_,
                               {.name = "bias",
                                .shape = {size},
                                .initializer = layer.bias_initializer,
                                .regularizer = layer.bias_regularizer,
                                .constraint = layer.bias_constraint});
    }

    BuildState& state_;
    const NodeData& node_;
    BuiltNodeParts& parts_;
    const std::vector<std::int64_t>& in_;
    std::string base_;
    RandomState rng_;
};

}  // namespace

void build_layer(BuildState& state, const NodeData& node, BuiltNodeParts& parts) {
    const ConnectionData* connection = nullptr;
    parts.in = direct_source(state, node, connection);
    if (parts.in != engine::no_signal) {
        state.handed_over[connection] = parts.in;
    } else if (node.size_in > 0) {
        const std::string label = detail::name(node) + ".in";
        parts.in = state.signal(label, node.size_in);
        state.add(engine::Reset(parts.in), label);
    }
    std::visit(LayerBuilder(state, node, parts), node.layer->kind);
}

}  // namespace nengine

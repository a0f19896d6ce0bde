#include <cmath>

#include "api/builder/build_state.hpp"
#include "api/builder/memory.hpp"
#include "api/numerics/distributions.hpp"
#include "api/numerics/text.hpp"
#include "engine/operators/conv_inc.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"
#include "engine/operators/max_pool_inc.hpp"
#include "engine/operators/pool_inc.hpp"
#include "engine/operators/reset.hpp"

namespace nengine {

namespace {

using namespace detail;

struct Fans {
    double in, out;
};

/// Keras's formulas: it divides the deviation of a truncated normal by that of a
/// standard normal cut at two deviations.
Vector scaled_variance(const VarianceScaling& scaling, Index count, Fans fans,
                       RandomState& rng) {
    constexpr double truncated_deviation = 0.87962566103423978;
    double fan = 0.5 * (fans.in + fans.out);
    if (scaling.mode == FanMode::fan_in) {
        fan = fans.in;
    } else if (scaling.mode == FanMode::fan_out) {
        fan = fans.out;
    }
    const double variance = scaling.scale / fan;
    if (scaling.distribution == ScalingDistribution::uniform) {
        const double limit = std::sqrt(3.0 * variance);
        return sample(Uniform{.low = -limit, .high = limit}, count, rng);
    }
    return sample(TruncatedNormal{.stddev = std::sqrt(variance) / truncated_deviation},
                  count, rng);
}

Vector initial_values(const DistributionOrArray& initializer, const Shape& shape,
                      Fans fans, RandomState& rng, const std::string& where) {
    const Index count = product(shape);
    if (initializer.is_array()) {
        const Array& array = initializer.array();
        if (array.rank() == 0) {
            return Vector::Constant(count, array.values.front());
        }
        if (array.shape != shape) {
            throw ShapeError(where, "values of shape " + shape_text(array.shape),
                             shape_text(shape));
        }
        return Eigen::Map<const Vector>(array.values.data(), count);
    }
    const Distribution& distribution = initializer.distribution();
    if (const auto* scaling = std::get_if<VarianceScaling>(&distribution)) {
        return scaled_variance(*scaling, count, fans, rng);
    }
    if (const auto* glorot = std::get_if<Glorot>(&distribution)) {
        return scaled_variance({glorot->scale, FanMode::fan_avg, glorot->distribution},
                               count, fans, rng);
    }
    if (const auto* he = std::get_if<He>(&distribution)) {
        return scaled_variance(
            {he->scale * he->scale, FanMode::fan_in, he->distribution}, count, fans,
            rng);
    }
    return sample(distribution, count, rng, where);
}

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
          out_(node.layer->shape_out),
          base_(detail::name(node)),
          rng_(state.seed(node)) {}

    void operator()(const Conv2D& layer) {
        const Index in_channels = in_[2] / layer.groups;
        const Shape shape = {layer.kernel_size.height, layer.kernel_size.width,
                             in_channels, layer.filters};
        const auto field =
            static_cast<double>(layer.kernel_size.height * layer.kernel_size.width);
        const engine::SignalId kernel =
            parameter("kernel", shape, layer.kernel_initializer,
                      {field * static_cast<double>(in_channels),
                       field * static_cast<double>(layer.filters)});
        const engine::SignalId bias =
            bias_of(layer.use_bias, layer.filters, layer.bias_initializer);
        make_output();
        state_.add(engine::ConvInc(kernel, parts_.in, parts_.out, conv_shape(layer),
                                   false, bias),
                   base_);
    }

    void operator()(const Dense& layer) {
        const Index inputs = node_.size_in;
        const engine::SignalId kernel =
            parameter("kernel", {inputs, layer.units}, layer.kernel_initializer,
                      {static_cast<double>(inputs), static_cast<double>(layer.units)});
        const engine::SignalId bias =
            bias_of(layer.use_bias, layer.units, layer.bias_initializer);
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
        state_.add(engine::PoolInc(parts_.in, parts_.out, pool_shape(layer), false),
                   base_);
    }

    void operator()(const MaxPooling2D& layer) {
        make_output();
        state_.add(engine::MaxPoolInc(parts_.in, parts_.out, pool_shape(layer), false),
                   base_);
    }

    void operator()(const Flatten&) { parts_.out = parts_.in; }
    void operator()(const NeuronModel&) {}

private:
    kernels::Pool2DShape pool_shape(const auto& layer) const {
        const Extent2D window = layer.pool_size,
                       strides = layer.strides.value_or(window);
        return {
            .images = 1,
            .in_h = in_[0],
            .in_w = in_[1],
            .channels = in_[2],
            .out_h = out_[0],
            .out_w = out_[1],
            .pool_h = window.height,
            .pool_w = window.width,
            .stride_h = strides.height,
            .stride_w = strides.width,
            .pad_top = window_axis(in_[0], window.height, strides.height, layer.padding)
                           .before,
            .pad_left =
                window_axis(in_[1], window.width, strides.width, layer.padding).before};
    }

    void make_output() { parts_.out = state_.signal(base_ + ".out", node_.size_out); }

    engine::SignalId parameter(const std::string& attribute, const Shape& shape,
                               const DistributionOrArray& initializer, Fans fans) {
        need_memory(node_, attribute.c_str(), {product(shape)}, "its sizes", 2);
        const auto values = initial_values(initializer, shape, fans, rng_,
                                           describe(node_) + ": " + attribute);
        return parts_.parameters[attribute] = state_.parameter(
                   node_, attribute, shape, values_of(values), is_trainable(node_));
    }

    engine::SignalId bias_of(bool wanted, Index size,
                             const DistributionOrArray& initializer) {
        const auto fan = static_cast<double>(size);
        return wanted ? parameter("bias", {size}, initializer, {fan, fan})
                      : engine::no_signal;
    }

    kernels::Conv2DShape conv_shape(const Conv2D& layer) const {
        const auto& kernel = layer.kernel_size;
        const auto& strides = layer.strides;
        return {
            .images = 1,
            .in_h = in_[0],
            .in_w = in_[1],
            .in_c = in_[2],
            .out_h = out_[0],
            .out_w = out_[1],
            .out_c = out_[2],
            .k_h = kernel.height,
            .k_w = kernel.width,
            .stride_h = strides.height,
            .stride_w = strides.width,
            .pad_top = window_axis(in_[0], kernel.height, strides.height, layer.padding)
                           .before,
            .pad_left =
                window_axis(in_[1], kernel.width, strides.width, layer.padding).before,
            .groups = layer.groups};
    }

    BuildState& state_;
    const NodeData& node_;
    BuiltNodeParts& parts_;
    const std::vector<std::int64_t>& in_;
    const std::vector<std::int64_t>& out_;
    std::string base_;
    RandomState rng_;
};

}  // namespace

void build_layer(BuildState& state, const NodeData& node, BuiltNodeParts& parts) {
    const ConnectionData* connection = nullptr;
    parts.in = direct_source(state, node, connection);
    if (parts.in != engine::no_signal) {
        state.handed_over[connection] = parts.in;
    } else {
        const std::string label = detail::name(node) + ".in";
        parts.in = state.signal(label, node.size_in);
        state.add(engine::Reset(parts.in), label);
    }
    std::visit(LayerBuilder(state, node, parts), node.layer->kind);
}

}  // namespace nengine

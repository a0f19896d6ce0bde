#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/connection.hpp"
#include "nengine/ensemble.hpp"
#include "nengine/images.hpp"
#include "nengine/layer_normalization.hpp"
#include "nengine/node.hpp"
#include "nengine/seed.hpp"
#include "nengine/tensor_node.hpp"

namespace nengine {

// Layers: Keras's names, defaults and formulas; channels last. `kind_name` is what
// layers without a label are called, with a number.

/// Cross-correlation of an image [height, width, channels] with `filters` kernels, plus
/// a bias. Parameters: `kernel` [kernel height, kernel width, channels / groups,
/// filters], `bias` [filters].
struct Conv2D {
    static constexpr const char* kind_name = "conv2d";

    std::int64_t filters;
    Extent2D kernel_size = 3;
    Extent2D strides = 1;
    Padding padding = Padding::valid;
    std::int64_t groups = 1;
    bool use_bias = true;
    /// A distribution (nengine/initializers.hpp; fans are Keras's), or the values
    /// themselves in the kernel's shape.
    DistributionOrArray kernel_initializer = Glorot{};
    DistributionOrArray bias_initializer = 0.0;
    Regularizer kernel_regularizer = None;
    Regularizer bias_regularizer = None;
    Constraint kernel_constraint = None;
    Constraint bias_constraint = None;
};

/// `kernel' x + bias`. Parameters: `kernel` [inputs, units], `bias` [units].
struct Dense {
    static constexpr const char* kind_name = "dense";

    std::int64_t units;
    bool use_bias = true;
    DistributionOrArray kernel_initializer = Glorot{};
    DistributionOrArray bias_initializer = 0.0;
    Regularizer kernel_regularizer = None;
    Regularizer bias_regularizer = None;
    Constraint kernel_constraint = None;
    Constraint bias_constraint = None;
};

/// The mean of each window of an image; cells outside the image do not count.
struct AveragePooling2D {
    static constexpr const char* kind_name = "average_pooling2d";

    Extent2D pool_size = 2;
    std::optional<Extent2D> strides = std::nullopt;  ///< the pool size
    Padding padding = Padding::valid;
};

/// The largest of each window of an image, cells outside the image left out. While
/// training the first of equal ones, row by row, gets the gradient.
struct MaxPooling2D {
    static constexpr const char* kind_name = "max_pooling2d";

    Extent2D pool_size = 2;
    std::optional<Extent2D> strides = std::nullopt;  ///< the pool size
    Padding padding = Padding::valid;
};

/// Forgets the shape: [height, width, channels] becomes one vector.
struct Flatten {
    static constexpr const char* kind_name = "flatten";
};

/// A layer's kind: one of the above, a neuron type, or a function of a symbolic tensor.
using LayerKind = std::variant<Conv2D, Dense, AveragePooling2D, MaxPooling2D, Flatten,
                               NeuronModel, TensorFunction>;

/// A layer's kind whose uses in a network have the same parameters, those of the first
/// one: Network::shared.
class NENGINE_API SharedLayer {
public:
    explicit SharedLayer(LayerKind kind);
    const LayerKind& kind() const { return *kind_; }

private:
    friend class Network;
    std::shared_ptr<const LayerKind> kind_;
};

struct LayerOptions {
    std::string label = {};
    std::optional<Seed> seed = std::nullopt;
    /// Of the input; unless given, the shape of the layer that it comes from.
    std::vector<std::int64_t> shape_in = {};
    Synapse synapse = None;      ///< on the connection into the layer
    Transform transform = None;  ///< on the connection into the layer
    OrDefault<bool> trainable = {};
    // Layers of neurons only: options of their ensemble.
    OrDefault<DistributionOrArray> max_rates = {};
    OrDefault<DistributionOrArray> intercepts = {};
    OrDefault<std::optional<DistributionOrArray>> gain = {};
    OrDefault<std::optional<DistributionOrArray>> bias = {};
    OrDefault<SpikeGradient> spike_gradient = {};
};

/// A layer and the connection into it. A layer of neurons is an ensemble of one
/// dimension that is used through its neurons. A handle.
class NENGINE_API Layer {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    Layer();
    Layer(std::shared_ptr<detail::ObjectData> data, Connection input);
    Layer(const Layer&) = default;
    Layer& operator=(const Layer& other) noexcept;
    /// Whether it refers to a layer.
    explicit operator bool() const;

    std::int64_t size_out() const;
    const std::vector<std::int64_t>& shape_out() const;
    /// Some of the outputs.
    ObjectView operator[](Key key) const;
    bool is_neurons() const;
    /// The ensemble of a layer of neurons.
    /// @throws ValidationError  if it is another kind of layer
    Ensemble ensemble() const;
    bool operator==(const Layer& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    std::shared_ptr<detail::ObjectData> data_;

public:
    std::string& label;
    std::optional<bool>& trainable;
    Connection connection;
};

}  // namespace nengine

#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/connection.hpp"
#include "nengine/ensemble.hpp"
#include "nengine/error.hpp"
#include "nengine/layer.hpp"
#include "nengine/node.hpp"
#include "nengine/probe.hpp"
#include "nengine/seed.hpp"
#include "nengine/tensor_node.hpp"

namespace nengine {

/// Defaults for objects made in a network and the networks inside it. They are looked
/// up when an object is made, except `trainable`, which is when a simulator is. Where
/// several apply, the innermost network's that sets an option decides; what is given to
/// the object itself comes first. Labels, seeds and attributes have no defaults.
struct Config {
    struct Trainable {
        OrDefault<bool> trainable;
    };
    EnsembleOptions ensemble;
    ConnectionOptions connection;
    ProbeOptions probe;
    Trainable neurons, layer;
};

/// Keeps a config in use by a network, until it is destroyed: Python's `with config:`.
class [[nodiscard]] NENGINE_API ConfigScope {
public:
    ConfigScope(std::shared_ptr<detail::NetworkData> network,
                std::shared_ptr<const Config> config);
    ConfigScope(ConfigScope&&) noexcept = default;
    ConfigScope& operator=(ConfigScope&&) = delete;
    ~ConfigScope();

private:
    std::shared_ptr<detail::NetworkData> network_;
    std::shared_ptr<const Config> config_;
};

struct NetworkOptions {
    std::string label = {};
    /// Determines everything random in the network; unset: different each time.
    std::optional<Seed> seed = std::nullopt;
};

/// A container of objects, to which simulators refer. A handle: copies refer to the
/// same network.
///
///     Network net({.label = "demo", .seed = 1});
///     auto x = net.node([](double t) { return std::sin(t); });
///     auto a = net.ensemble(50, 1, {.radius = 1.5});
///     net.connect(x, a);
///     auto p = net.probe(a, {.synapse = 0.01});
class NENGINE_API Network {
public:
    explicit Network(NetworkOptions options = {});
    explicit Network(std::shared_ptr<detail::NetworkData> data);
    Network(const Network&) = default;
    Network& operator=(const Network& other) noexcept;

    /// @throws ValidationError  n_neurons or dimensions below 1, or a bad option
    Ensemble ensemble(std::int64_t n_neurons, std::int64_t dimensions,
                      EnsembleOptions options = {});
    /// @throws ValidationError  an output that does not fit the sizes, or is not finite
    template <std::convertible_to<NodeOutput> Output>
    Node node(Output&& output, NodeOptions options = {}) {
        return make_node(std::forward<Output>(output), std::move(options));
    }
    /// Puts out constant numbers. (A template only so that g++ does not take
    /// `{.size_in = 0, .size_out = 1}` for two numbers.)
    template <class = void>
    Node node(std::initializer_list<double> constant, NodeOptions options = {}) {
        return make_node(constant, std::move(options));
    }
    /// Passes its input on.
    Node node(NodeOptions options) { return make_node(None, std::move(options)); }
    /// @throws ValidationError  sizes that do not fit, objects that cannot be
    ///                          connected, or positions out of range
    Connection connect(const ObjectView& pre, const ObjectView& post,
                       ConnectionOptions options = {});
    /// @throws ValidationError  an attribute that the target does not have
    Probe probe(const ObjectView& target, ProbeOptions options = {});
    /// Makes a layer and connects `input` to it.
    /// @throws ValidationError  a shape that is missing or does not fit
    Layer layer(LayerKind kind, const ObjectView& input, LayerOptions options = {});
    Layer layer(const SharedLayer& shared, const ObjectView& input,
                LayerOptions options = {});
    /// A node that computes with symbolic tensors.
    /// @throws ValidationError  an argument of the function is not there, or what the
    ///                          function itself does wrong
    TensorNode tensor_node(TensorFunction function, TensorNodeOptions options = {});
    /// @throws ValidationError  as above; a kind that is no function
    TensorNode tensor_node(const SharedLayer& shared, TensorNodeOptions options = {});
    /// For layers or nodes that have the same parameters:
    ///
    ///     const auto dense = net.shared(Dense{.units = 10});
    ///     net.layer(dense, a);
    ///     net.layer(dense, b);
    SharedLayer shared(LayerKind kind) { return SharedLayer(std::move(kind)); }
    Network subnetwork(NetworkOptions options = {});

    /// Defaults that come before the network's own `config` as long as the result
    /// lives, and before those of earlier calls:
    ///
    ///     Config fast;
    ///     fast.connection.synapse = 0.001;
    ///     {
    ///         const auto defaults = net.with(fast);
    ///         net.connect(a, b);
    ///     }
    ConfigScope with(Config defaults);

    // What was made in this network, in order; with all_, in the networks inside too.
    std::vector<Ensemble> ensembles() const;
    std::vector<Node> nodes() const;
    std::vector<Connection> connections() const;
    std::vector<Probe> probes() const;
    std::vector<Network> networks() const;
    std::vector<Ensemble> all_ensembles() const;
    std::vector<Node> all_nodes() const;  ///< without layers
    std::vector<Connection> all_connections() const;
    std::vector<Probe> all_probes() const;
    std::vector<Network> all_networks() const;
    /// In this network and those inside.
    std::int64_t n_neurons() const;

    bool operator==(const Network& other) const { return data_ == other.data_; }

private:
    friend class Simulator;
    Node make_node(NodeOutput output, NodeOptions options);
    Layer make_layer(LayerKind kind, std::shared_ptr<const LayerKind> shared,
                     const ObjectView& input, const LayerOptions& options);
    TensorNode make_tensor_node(TensorFunction function,
                                std::shared_ptr<const LayerKind> shared,
                                const TensorNodeOptions& options);

    std::shared_ptr<detail::NetworkData> data_;

public:
    std::string& label;
    std::optional<Seed>& seed;
    Config& config;
};

}  // namespace nengine

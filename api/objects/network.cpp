#include "nengine/network.hpp"

#include <algorithm>
#include <cctype>

#include "api/numerics/named.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

using namespace detail;

namespace {

/// Calls `visit(config, is_scoped)` for the configs that hold for objects made in the
/// network, the innermost first, until it returns true.
template <class Visit>
void visit_configs(const NetworkData& network, const Visit& visit) {
    const NetworkData* at = &network;
    std::shared_ptr<NetworkData> parent;
    while (at != nullptr) {
        for (auto it = at->scoped_configs.rbegin(); it != at->scoped_configs.rend();
             ++it) {
            if (visit(**it, true)) {
                return;
            }
        }
        if (visit(at->config, false)) {
            return;
        }
        parent = at->parent.lock();
        at = parent.get();
    }
}

/// The option itself, else the nearest config's, else `value` stays as it is.
template <class T, class U, class Options>
void resolve(U& value, const OrDefault<T>& given, const NetworkData& network,
             Options Config::*part, OrDefault<T> Options::*option) {
    if (given.given()) {
        value = given.value();
        return;
    }
    visit_configs(network, [&](const Config& config, bool) {
        const OrDefault<T>& configured = config.*part.*option;
        if (configured.given()) {
            value = configured.value();
        }
        return configured.given();
    });
}

/// Networks' configs say what is trainable when a simulator is made, so that only what
/// comes before them is settled here.
template <class Options>
void resolve_trainable(std::optional<bool>& value, const OrDefault<bool>& given,
                       const NetworkData& network, Options Config::*part) {
    if (given.given()) {
        value = given.value();
        return;
    }
    visit_configs(network, [&](const Config& config, bool is_scoped) {
        const OrDefault<bool>& configured = (config.*part).trainable;
        if (configured.given() && is_scoped) {
            value = configured.value();
        }
        return configured.given();
    });
}

/// Enters an object that was just made: its number, its place, its label and seed.
template <class Data>
void adopt(const std::shared_ptr<NetworkData>& network,
           const std::shared_ptr<Data>& data, const std::string& kind_name,
           const std::string& label, std::optional<Seed> seed) {
    data->network = network;
    data->kind_name = kind_name;
    data->label = label;
    data->seed = seed;
    data->number = network->counts[kind_name] + 1;
}

template <class Data>
void keep(NetworkData& network, std::vector<std::shared_ptr<Data>>& list,
          const std::shared_ptr<Data>& data) {
    ++network.counts[data->kind_name];
    list.push_back(data);
}

std::shared_ptr<EnsembleData> make_ensemble(const std::shared_ptr<NetworkData>& network,
                                            std::int64_t n_neurons,
                                            std::int64_t dimensions,
                                            const EnsembleOptions& options) {
    auto data = std::make_shared<EnsembleData>();
    adopt(network, data, "ensemble", options.label, options.seed);
    data->n_neurons = n_neurons;
    data->dimensions = dimensions;
    const auto set = [&](auto& value, auto EnsembleOptions::*option) {
        resolve(value, options.*option, *network, &Config::ensemble, option);
    };
    set(data->radius, &EnsembleOptions::radius);
    set(data->encoders, &EnsembleOptions::encoders);
    set(data->max_rates, &EnsembleOptions::max_rates);
    set(data->intercepts, &EnsembleOptions::intercepts);
    set(data->gain, &EnsembleOptions::gain);
    set(data->bias, &EnsembleOptions::bias);
    set(data->eval_points, &EnsembleOptions::eval_points);
    set(data->n_eval_points, &EnsembleOptions::n_eval_points);
    set(data->neuron_type, &EnsembleOptions::neuron_type);
    set(data->normalize_encoders, &EnsembleOptions::normalize_encoders);
    set(data->noise, &EnsembleOptions::noise);
    resolve_trainable(data->trainable, options.trainable, *network, &Config::ensemble);
    check_ensemble(*data);
    return data;
}

std::shared_ptr<ConnectionData> make_connection(
    const std::shared_ptr<NetworkData>& network, const ObjectView& pre,
    const ObjectView& post, const ConnectionOptions& options) {
    auto data = std::make_shared<ConnectionData>(pre, post);
    adopt(network, data, "connection", options.label, options.seed);
    const auto set = [&](auto& value, auto ConnectionOptions::*option) {
        resolve(value, options.*option, *network, &Config::connection, option);
    };
    set(data->function, &ConnectionOptions::function);
    set(data->transform, &ConnectionOptions::transform);
    set(data->synapse, &ConnectionOptions::synapse);
    set(data->solver, &ConnectionOptions::solver);
    set(data->eval_points, &ConnectionOptions::eval_points);
    set(data->scale_eval_points, &ConnectionOptions::scale_eval_points);
    set(data->learning_rules, &ConnectionOptions::learning_rule);
    data->pure = options.pure;
    resolve_trainable(data->trainable, options.trainable, *network,
                      &Config::connection);
    check_connection(*data);
    return data;
}

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
                               .neuron_type = neuron_type});
    data->is_layer = true;
    data->layer_shape = shape.empty() ? std::vector{size} : shape;
    resolve_trainable(data->neurons_trainable, options.trainable, *network,
                      &Config::neurons);
    return data;
}

std::shared_ptr<NodeData> make_layer_node(const std::shared_ptr<NetworkData>& network,
                                          LayerKind kind,
                                          std::vector<std::int64_t> shape,
                                          std::int64_t size,
                                          const LayerOptions& options) {
    auto data = std::make_shared<NodeData>();
    adopt(network, data, layer_kind_name(kind), options.label, options.seed);
    data->layer =
        make_tensor_layer(std::move(kind), std::move(shape), size, describe(*data));
    resolve_trainable(data->layer->trainable, options.trainable, *network,
                      &Config::layer);
    data->size_in = size;
    data->size_out = product(data->layer->shape_out);
    return data;
}

std::shared_ptr<NetworkData> new_network(const NetworkOptions& options) {
    auto data = std::make_shared<NetworkData>();
    data->label = options.label;
    data->seed = options.seed;
    return data;
}

}  // namespace

Network::Network(NetworkOptions options) : Network(new_network(options)) {}
Network::Network(std::shared_ptr<NetworkData> data)
    : data_(std::move(data)),
      label(data_->label),
      seed(data_->seed),
      config(data_->config) {}
Network& Network::operator=(const Network& other) noexcept {
    return rebind(*this, other);
}

Ensemble Network::ensemble(std::int64_t n_neurons, std::int64_t dimensions,
                           EnsembleOptions options) {
    const auto data = make_ensemble(data_, n_neurons, dimensions, options);
    keep(*data_, data_->ensembles, data);
    return Ensemble(data);
}

Node Network::make_node(NodeOutput output, NodeOptions options) {
    const auto data = std::make_shared<NodeData>();
    adopt(data_, data, "node", options.label, options.seed);
    data->size_in = options.size_in;
    data->pure = options.pure;
    data->output = std::move(output);
    switch (data->output.kind()) {
        case NodeOutput::Kind::passthrough:
            data->size_out = options.size_out.value_or(options.size_in);
            break;
        case NodeOutput::Kind::constant:
            data->size_out = options.size_out.value_or(
                static_cast<std::int64_t>(data->output.constant().values.size()));
            break;
        case NodeOutput::Kind::process: {
            const Process& process = data->output.process();
            if (data->size_in == 0) {
                data->size_in = process.default_size_in();
            }
            const bool filters = std::holds_alternative<Synapse>(process.value());
            data->size_out = options.size_out.value_or(
                filters ? data->size_in : process.default_size_out());
            break;
        }
        default:
            if (options.size_out) {
                data->size_out = *options.size_out;
            } else {
                check_node(*data);
                kernels::need_host_memory(
                    kernels::array_bytes({data->size_in}, sizeof(double)), [&] {
                        return kernels::MemoryUse{describe(*data), "its input",
                                                  "size_in"};
                    });
                const std::vector<double> zeros(
                    static_cast<std::size_t>(data->size_in));
                data->size_out =
                    static_cast<std::int64_t>(data->output.call()(0.0, zeros).size());
            }
    }
    check_node(*data);
    keep(*data_, data_->nodes, data);
    return Node(data);
}

Connection Network::connect(const ObjectView& pre, const ObjectView& post,
                            ConnectionOptions options) {
    need_object(*pre.object(), "connect: pre");
    need_object(*post.object(), "connect: post");
    const auto data = make_connection(data_, pre, post, options);
    keep(*data_, data_->connections, data);
    return Connection(data);
}

Probe Network::probe(const ObjectView& target, ProbeOptions options) {
    need_object(*target.object(), "probe: target");
    const auto data = std::make_shared<ProbeData>(target);
    adopt(data_, data, "probe", options.label, options.seed);
    data->attr = options.attr;
    const auto set = [&](auto& value, auto ProbeOptions::*option) {
        resolve(value, options.*option, *data_, &Config::probe, option);
    };
    resolve(data->solver, OrDefault<Solver>{}, *data_, &Config::connection,
            &ConnectionOptions::solver);
    set(data->synapse, &ProbeOptions::synapse);
    set(data->sample_every, &ProbeOptions::sample_every);
    set(data->solver, &ProbeOptions::solver);
    set(data->keep_history, &ProbeOptions::keep_history);
    check_probe(*data);
    keep(*data_, data_->probes, data);
    return Probe(data);
}

Layer Network::layer(LayerKind kind, const ObjectView& input, LayerOptions options) {
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
    const auto data =
        make_layer_node(data_, std::move(kind), std::move(shape), size, options);
    return finish(data, Node(data), data_->nodes);
}

Network Network::subnetwork(NetworkOptions options) {
    auto data = new_network(options);
    data->parent = data_;
    data->number = static_cast<int>(data_->networks.size()) + 1;
    data_->networks.push_back(data);
    return Network(data);
}

ConfigScope Network::with(Config defaults) {
    return {data_, std::make_shared<const Config>(std::move(defaults))};
}

ConfigScope::ConfigScope(std::shared_ptr<NetworkData> network,
                         std::shared_ptr<const Config> config)
    : network_(std::move(network)), config_(std::move(config)) {
    network_->scoped_configs.push_back(config_);
}
ConfigScope::~ConfigScope() {
    if (network_ != nullptr) {  // not moved from
        std::erase(network_->scoped_configs, config_);
    }
}

}  // namespace nengine

#include "nengine/network.hpp"

#include <algorithm>
#include <cctype>

#include "api/numerics/named.hpp"
#include "api/objects/making.hpp"
#include "api/objects/objects.hpp"
#include "kernels/base/host_memory.hpp"

namespace nengine {

using namespace detail;

namespace detail {

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
    resolve_for_training(data->spike_gradient, options.spike_gradient, *network,
                         &Config::ensemble, &EnsembleOptions::spike_gradient);
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

}  // namespace detail

namespace {

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

#include "bench/support/benchmark_networks.hpp"

#include <cmath>
#include <functional>
#include <utility>

#include "api/numerics/random_state.hpp"
#include "nengine/networks.hpp"

namespace nengine::bench {

namespace {

using Make = std::function<BenchmarkNetwork(const BenchmarkNetworkOptions&)>;

const std::vector<std::pair<std::string, Make>>& all() {
    static const std::vector<std::pair<std::string, Make>> makers = {
        {"cconv", cconv},
        {"integrator", integrator},
        {"basal_ganglia", basal_ganglia},
        {"pes", pes},
        {"random_network", random_network}};
    return makers;
}

std::vector<double> filled(std::int64_t size, double value) {
    return std::vector<double>(static_cast<std::size_t>(size), value);
}

Network new_network(const char* label, const NeuronModel& neuron_type) {
    Network net({.label = label, .seed = 0});
    net.config.ensemble.neuron_type = neuron_type;
    return net;
}

/// Gains and biases that need no tuning curves.
Network untuned_network(const char* label, const NeuronModel& neuron_type) {
    Network net = new_network(label, neuron_type);
    net.config.ensemble.gain = Choice{.options = {1.0, -1.0}};
    net.config.ensemble.bias = Uniform{.low = -1.0, .high = 1.0};
    return net;
}

}  // namespace

BenchmarkNetwork cconv(const BenchmarkNetworkOptions& options) {
    Network net = untuned_network("cconv", options.neuron_type);
    const Node a = net.node(filled(options.dimensions, 0.0), {.label = "inp_a"});
    const Node b = net.node(filled(options.dimensions, 1.0), {.label = "inp_b"});
    const CircularConvolution convolution(net, options.neurons_per_d,
                                          options.dimensions);
    net.connect(a, convolution.input_a);
    net.connect(b, convolution.input_b);
    return {net, {a, b}, net.probe(convolution.output)};
}

BenchmarkNetwork integrator(const BenchmarkNetworkOptions& options) {
    Network net = untuned_network("integrator", options.neuron_type);
    const EnsembleArray array(net, options.neurons_per_d, options.dimensions);
    const Node input = net.node(filled(options.dimensions, 1.0), {.label = "inp"});
    net.connect(array.output, array.input, {.synapse = 0.01});
    net.connect(input, array.input, {.transform = 0.01});
    return {net, {input}, net.probe(array.output)};
}

BenchmarkNetwork basal_ganglia(const BenchmarkNetworkOptions& options) {
    Network net = new_network("basal_ganglia", options.neuron_type);
    const Node input = net.node(filled(options.dimensions, 1.0), {.label = "inp"});
    const BasalGanglia ganglia(net, options.dimensions,
                               {.n_neurons_per_ensemble = options.neurons_per_d});
    net.connect(input, ganglia.input);
    return {net, {input}, net.probe(ganglia.output)};
}

BenchmarkNetwork pes(const BenchmarkNetworkOptions& options) {
    const std::int64_t n_neurons = options.dimensions * options.neurons_per_d;
    Network net = untuned_network("pes", options.neuron_type);
    const Node input = net.node(filled(options.dimensions, 1.0), {.label = "inp"});
    const Ensemble pre = net.ensemble(n_neurons, options.dimensions, {.label = "pre"});
    const Node post = net.node({.label = "post", .size_in = options.dimensions});
    const Node error = net.node({.label = "err", .size_in = options.dimensions});
    net.connect(input, pre);
    const Connection learned = net.connect(pre, post, {.learning_rule = PES{}});
    net.connect(post, error);
    net.connect(input, error, {.transform = -1});
    net.connect(error, learned.learning_rule);
    return {net, {input}, net.probe(post), n_neurons * options.dimensions};
}

BenchmarkNetwork random_network(const BenchmarkNetworkOptions& options) {
    const std::int64_t n_neurons = options.dimensions * options.neurons_per_d;
    Network net = untuned_network("random", options.neuron_type);
    net.config.connection.solver =
        NoSolver{.values = Array({n_neurons, options.dimensions},
                                 filled(n_neurons * options.dimensions, 1.0))};
    const Node input = net.node(filled(options.dimensions, 1.0), {.label = "inp"});
    const Node output = net.node({.label = "out", .size_in = options.dimensions});
    std::vector<Ensemble> ensembles;
    for (std::int64_t i = 0; i < options.n_ensembles; ++i) {
        ensembles.push_back(net.ensemble(n_neurons, options.dimensions));
    }
    RandomState rng(0);
    for (const auto& ensemble : ensembles) {
        net.connect(input, ensemble);
        net.connect(ensemble, output);
        for (const auto other :
             rng.choice_unique(options.n_ensembles, options.connections_per_ensemble)) {
            net.connect(ensemble, ensembles[static_cast<std::size_t>(other)]);
        }
    }
    // Encoders, and decoders: all of an ensemble's are ones, so that one set is enough.
    const std::int64_t matrices = 2 * options.n_ensembles;
    return {.net = net,
            .inputs = {input},
            .output = net.probe(output),
            .read_weights = matrices * n_neurons * options.dimensions};
}

BenchmarkNetwork forty_neurons() {
    Network net({.label = "start", .seed = 0});
    const Node x = net.node([](double t) { return std::sin(6 * t); });
    const Ensemble a = net.ensemble(20, 1);
    const Ensemble b = net.ensemble(20, 1);
    net.connect(x, a);
    net.connect(a, b, {.function = [](double v) { return v * v; }});
    return {net, {}, net.probe(b, {.synapse = 0.01})};
}

std::vector<std::string> benchmark_network_names() {
    std::vector<std::string> names;
    for (const auto& [name, make] : all()) {
        names.push_back(name);
    }
    return names;
}

BenchmarkNetwork make_benchmark_network(const std::string& name,
                                        const BenchmarkNetworkOptions& options) {
    for (const auto& [known, make] : all()) {
        if (known == name) {
            return make(options);
        }
    }
    throw ValidationError("make_benchmark_network: got '" + name +
                          "', which is no benchmark network");
}

}  // namespace nengine::bench

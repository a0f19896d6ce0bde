#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nengine/network.hpp"

namespace nengine::bench {

/// A network with what a benchmark feeds and records.
struct BenchmarkNetwork {
    Network net;
    std::vector<Node> inputs;
    Probe output;
    /// Numbers that learning changes in every step of an item.
    std::int64_t learned_weights = 0;
    /// Numbers that every step reads, for all items, where these are more than a cache
    /// holds.
    std::int64_t read_weights = 0;
};

struct BenchmarkNetworkOptions {
    std::int64_t dimensions = 128;
    /// For each dimension (of `cconv`: for each product, of `basal_ganglia`: for each
    /// ensemble).
    std::int64_t neurons_per_d = 64;
    NeuronModel neuron_type = LIF{};
    // Of `random_network`:
    std::int64_t n_ensembles = 20;
    std::int64_t connections_per_ensemble = 5;
};

/// NengoDL's benchmark networks, all of seed 0.
std::vector<std::string> benchmark_network_names();
/// @param name  "cconv", "integrator", "pes", "basal_ganglia" or "random_network"
/// @throws ValidationError  another name
BenchmarkNetwork make_benchmark_network(const std::string& name,
                                        const BenchmarkNetworkOptions& options);

/// The circular convolution of two inputs.
BenchmarkNetwork cconv(const BenchmarkNetworkOptions& options);
/// An ensemble for each dimension, all fed back on themselves.
BenchmarkNetwork integrator(const BenchmarkNetworkOptions& options);
/// Decoders that PES learns, from an error that is fed back.
BenchmarkNetwork pes(const BenchmarkNetworkOptions& options);
/// The choice among as many actions as dimensions.
BenchmarkNetwork basal_ganglia(const BenchmarkNetworkOptions& options);
/// Ensembles of dimensions * neurons_per_d neurons, each connected to the input, to the
/// output and to connections_per_ensemble others, by decoders of ones.
BenchmarkNetwork random_network(const BenchmarkNetworkOptions& options);

/// None of NengoDL's: two ensembles of 20 neurons, x and its square.
BenchmarkNetwork forty_neurons();

}  // namespace nengine::bench

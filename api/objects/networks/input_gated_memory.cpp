#include "nengine/networks.hpp"

namespace nengine {

namespace {

/// [n, 1], all the same.
Array column(std::int64_t n, double value) {
    return Array({n, 1}, std::vector<double>(static_cast<std::size_t>(n), value));
}

}  // namespace

InputGatedMemory::InputGatedMemory(Network parent, std::int64_t n_neurons,
                                   std::int64_t dimensions,
                                   InputGatedMemoryOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      mem(network, n_neurons, dimensions, {.label = "mem"}),
      diff(network, n_neurons, dimensions, {.label = "diff"}),
      gate(network.node({.size_in = 1})),
      reset(network.node({.size_in = 1})),
      input(diff.input),
      output(mem.output) {
    constexpr double gate_inhibition = -10.0, reset_inhibition = -3.0;
    const Synapse difference_synapse = options.difference_synapse.given()
                                           ? options.difference_synapse.value()
                                           : options.recurrent_synapse;
    const Node to_diff = diff.add_neuron_input(), to_mem = mem.add_neuron_input();
    const auto n = n_neurons * dimensions;
    network.connect(
        mem.output, mem.input,
        {.transform = options.feedback, .synapse = options.recurrent_synapse});
    network.connect(mem.output, diff.input, {.transform = -1.0});
    network.connect(
        diff.output, mem.input,
        {.transform = options.difference_gain, .synapse = difference_synapse});
    network.connect(gate, to_diff,
                    {.transform = column(n, gate_inhibition), .synapse = None});
    network.connect(reset, to_mem,
                    {.transform = column(n, reset_inhibition), .synapse = None});
}

}  // namespace nengine

#include <algorithm>

#include "api/objects/objects.hpp"
#include "nengine/networks.hpp"

namespace nengine {

namespace {

std::int64_t at_least_one(std::int64_t value, const std::string& label,
                          const char* what) {
    detail::need_size(value, 1, "EnsembleArray '" + label + "': " + what);
    return value;
}

/// What a function of an ensemble returns, in numbers.
std::int64_t size_of(const Function& function, std::int64_t dimensions) {
    if (function.is_identity()) {
        return dimensions;
    }
    if (function.has_values()) {
        return function.values().extent(1);
    }
    const std::vector<double> zeros(static_cast<std::size_t>(dimensions));
    return static_cast<std::int64_t>(function.call()(zeros).size());
}

Slice part(std::int64_t start, std::int64_t count) {
    return {.start = start, .stop = start + count};
}

/// Makes the ensembles and connects the input to them.
std::vector<Ensemble> make_ensembles(Network network, const Node& input,
                                     std::int64_t n_neurons, std::int64_t n_ensembles,
                                     const EnsembleArrayOptions& options) {
    network.config.ensemble = options.ensembles;
    const std::string prefix = options.label.empty() ? "" : options.label + '_';
    std::vector<Ensemble> ensembles;
    for (std::int64_t i = 0; i < n_ensembles; ++i) {
        ensembles.push_back(network.ensemble(n_neurons, options.ens_dimensions,
                                             {.label = prefix + std::to_string(i)}));
        network.connect(input[part(i * options.ens_dimensions, options.ens_dimensions)],
                        ensembles.back(), {.synapse = None});
    }
    return ensembles;
}

}  // namespace

EnsembleArray::EnsembleArray(Network parent, std::int64_t n_neurons,
                             std::int64_t n_ensembles_made,
                             EnsembleArrayOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      n_neurons_per_ensemble(at_least_one(n_neurons, options.label, "n_neurons")),
      n_ensembles(at_least_one(n_ensembles_made, options.label, "n_ensembles")),
      dimensions_per_ensemble(
          at_least_one(options.ens_dimensions, options.label, "ens_dimensions")),
      input(network.node(
          {.label = "input",
           .size_in = detail::product({n_ensembles, dimensions_per_ensemble})})),
      ensembles(make_ensembles(network, input, n_neurons, n_ensembles, options)),
      output(add_output("output", None)) {
    nodes_.emplace("input", input);
}

Node EnsembleArray::add_output(const std::string& name, const Function& function,
                               ConnectionOptions options) {
    return add_output(name, std::vector<Function>(ensembles.size(), function),
                      std::move(options));
}

Node EnsembleArray::add_output(const std::string& name,
                               const std::vector<Function>& functions,
                               ConnectionOptions options) {
    detail::need_made(static_cast<bool>(*this), "EnsembleArray", "add_output");
    const auto where = "EnsembleArray '" + network.label + "': output '" + name + '\'';
    if (nodes_.contains(name)) {
        throw ValidationError(where + ": the name is in use");
    }
    if (functions.size() != ensembles.size()) {
        throw ValidationError(where + ": got " + std::to_string(functions.size()) +
                              " functions, needs one for each of the " +
                              std::to_string(ensembles.size()) + " ensembles");
    }
    std::vector<std::int64_t> sizes;
    std::int64_t total = 0;
    for (const auto& function : functions) {
        sizes.push_back(size_of(function, dimensions_per_ensemble));
        total += sizes.back();
    }
    if (!options.synapse.given()) {
        options.synapse = None;
    }
    const Node node = network.node({.label = name, .size_in = total});
    std::int64_t start = 0;
    for (std::size_t i = 0; i < ensembles.size(); ++i) {
        options.function = functions[i];
        network.connect(ensembles[i], node[part(start, sizes[i])], options);
        start += sizes[i];
    }
    nodes_.emplace(name, node);
    return node;
}

Node EnsembleArray::node_for_neurons(const std::string& name) {
    for (const auto& ensemble : ensembles) {
        if (ensemble.neurons.size() == 0) {
            throw ValidationError("EnsembleArray '" + network.label + "': " + name +
                                  ": got ensembles of type Direct, needs neurons");
        }
    }
    const auto count = n_ensembles * n_neurons_per_ensemble;
    return nodes_.emplace(name, network.node({.label = name, .size_in = count}))
        .first->second;
}

Node EnsembleArray::add_neuron_input() {
    detail::need_made(static_cast<bool>(*this), "EnsembleArray", "add_neuron_input");
    if (const auto made = nodes_.find("neuron_input"); made != nodes_.end()) {
        return made->second;
    }
    const Node node = node_for_neurons("neuron_input");
    const auto count = n_neurons_per_ensemble;
    for (std::int64_t i = 0; i < n_ensembles; ++i) {
        network.connect(node[part(i * count, count)],
                        ensembles[static_cast<std::size_t>(i)].neurons,
                        {.synapse = None});
    }
    return node;
}

Node EnsembleArray::add_neuron_output() {
    detail::need_made(static_cast<bool>(*this), "EnsembleArray", "add_neuron_output");
    if (const auto made = nodes_.find("neuron_output"); made != nodes_.end()) {
        return made->second;
    }
    const Node node = node_for_neurons("neuron_output");
    const auto count = n_neurons_per_ensemble;
    for (std::int64_t i = 0; i < n_ensembles; ++i) {
        network.connect(ensembles[static_cast<std::size_t>(i)].neurons,
                        node[part(i * count, count)], {.synapse = None});
    }
    return node;
}

Node EnsembleArray::operator[](const std::string& name) const {
    detail::need_made(static_cast<bool>(*this), "EnsembleArray", "operator[]");
    const auto found = nodes_.find(name);
    if (found == nodes_.end()) {
        throw ValidationError("EnsembleArray '" + network.label + "': got node '" +
                              name + "', which was not added");
    }
    return found->second;
}

}  // namespace nengine

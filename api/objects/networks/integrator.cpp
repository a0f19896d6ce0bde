#include "nengine/networks.hpp"

namespace nengine {

Integrator::Integrator(Network parent, std::int64_t n_neurons, std::int64_t dimensions,
                       IntegratorOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      input(network.node({.label = "input", .size_in = dimensions})),
      ensemble(network.ensemble(n_neurons, dimensions, options.ensemble)) {
    const double tau = options.recurrent_tau;
    network.connect(input, ensemble, {.transform = tau, .synapse = tau});
    network.connect(ensemble, ensemble, {.synapse = tau});
}

}  // namespace nengine

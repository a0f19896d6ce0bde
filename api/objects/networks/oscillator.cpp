#include "nengine/networks.hpp"

namespace nengine {

Oscillator::Oscillator(Network parent, std::int64_t n_neurons, double frequency,
                       OscillatorOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      input(network.node({.label = "input", .size_in = 2})),
      ensemble(network.ensemble(n_neurons, 2, options.ensemble)) {
    const double tau = options.recurrent_tau, turn = tau * frequency;
    network.connect(input, ensemble);
    // A lowpass of tau makes of A x the dynamics dx/dt = (A - I) x / tau.
    network.connect(ensemble, ensemble,
                    {.transform = {{1.0, -turn}, {turn, 1.0}}, .synapse = tau});
}

}  // namespace nengine

#include "nengine/networks.hpp"

namespace nengine {

Thalamus::Thalamus(Network parent, std::int64_t dimensions, ThalamusOptions options)
    : network(parent.subnetwork({.label = options.label, .seed = options.seed})),
      actions(network, options.n_neurons_per_ensemble, dimensions,
              {.label = "actions",
               .ensembles = {.encoders = Choice{.options = Array{{1.0}}},
                             .intercepts =
                                 Uniform{.low = options.threshold, .high = 1.0}}}),
      bias(network.node({1.0}, {.label = "thalamus bias"})),
      input(actions.input),
      output(actions.output) {
    const auto n = static_cast<std::size_t>(dimensions);
    Array inhibition({dimensions, dimensions},
                     std::vector<double>(n * n, -options.mutual_inhib));
    for (std::size_t i = 0; i < n; ++i) {
        inhibition.values[i * n + i] = 0.0;
    }
    network.connect(actions.output, actions.input, {.transform = inhibition});
    network.connect(bias, actions.input,
                    {.transform = Array({dimensions, 1}, std::vector<double>(n, 1.0))});
}

}  // namespace nengine

#include <algorithm>

#include "nengine/networks.hpp"

namespace nengine {

namespace {

// Gurney, Prescott and Redgrave (2001), with the values of Stewart, Choo and Eliasmith
// (2010). Weights:
constexpr double mm = 1, mp = 1, me = 1, mg = 1, ws = 1, wt = 1, wm = 1, wg = 1;
constexpr double wp = 0.9, we = 0.3;
/// How dopamine makes the two parts of the striatum differ.
constexpr double le = 0.2, lg = 0.2;
/// Thresholds of the striatum, the subthalamic nucleus and the globus pallidus.
constexpr double e = 0.2, ep = -0.25, ee = -0.2, eg = -0.2;

/// Defaults of all five nuclei.
Config nucleus_defaults() {
    Config config;
    config.ensemble.radius = 1.5;
    config.ensemble.encoders = Choice{.options = Array{{1.0}}};
    config.connection.solver = NnlsL2nz{};
    return config;
}

Config synapse_of(double tau) {
    Config config;
    config.connection.synapse = tau;
    return config;
}

EnsembleArray nucleus(const Network& network, const char* label, std::int64_t n_neurons,
                      std::int64_t dimensions, double threshold) {
    return EnsembleArray(
        network, n_neurons, dimensions,
        {.label = label,
         .ensembles = {.intercepts = Uniform{.low = threshold, .high = 1.0}}});
}

/// 0 below a threshold, a line of slope `slope` above.
Node add_ramp(EnsembleArray& nucleus, const char* name, double slope,
              double threshold) {
    const auto ramp = [slope, threshold](double x) {
        return x < threshold ? 0.0 : slope * (x - threshold);
    };
    return nucleus.add_output(name, ramp, {.pure = true});
}

}  // namespace

BasalGanglia::BasalGanglia(Network parent, std::int64_t dimensions,
                           BasalGangliaOptions options)
    : BasalGanglia(parent.with(nucleus_defaults()),
                   parent.subnetwork({.label = options.label, .seed = options.seed}),
                   dimensions, options) {}

BasalGanglia::BasalGanglia(const ConfigScope&, Network own, std::int64_t dimensions,
                           const BasalGangliaOptions& options)
    : network(own),
      strD1(nucleus(own, "Striatal D1 neurons", options.n_neurons_per_ensemble,
                    dimensions, e)),
      strD2(nucleus(own, "Striatal D2 neurons", options.n_neurons_per_ensemble,
                    dimensions, e)),
      stn(nucleus(own, "Subthalamic nucleus", options.n_neurons_per_ensemble,
                  dimensions, ep)),
      gpi(nucleus(own, "Globus pallidus internus", options.n_neurons_per_ensemble,
                  dimensions, eg)),
      gpe(nucleus(own, "Globus pallidus externus", options.n_neurons_per_ensemble,
                  dimensions, ee)),
      input(network.node({.label = "input", .size_in = dimensions})),
      output(network.node({.label = "output", .size_in = dimensions})) {
    add_inputs(dimensions, options.input_bias);
    connect_nuclei(dimensions, options);
}

void BasalGanglia::add_inputs(std::int64_t dimensions, double input_bias) {
    if (input_bias != 0.0) {
        bias_input = network.node(
            std::vector<double>(static_cast<std::size_t>(dimensions), input_bias),
            {.label = "basal ganglia bias"});
        network.connect(bias_input, input);
    }
    const auto connect = [&](const EnsembleArray& to, double weight) {
        network.connect(input, to.input, {.transform = weight, .synapse = None});
    };
    connect(strD1, ws * (1 + lg));
    connect(strD2, ws * (1 - le));
    connect(stn, wt);
}

void BasalGanglia::connect_nuclei(std::int64_t dimensions,
                                  const BasalGangliaOptions& options) {
    const Config ampa = options.ampa_config.value_or(synapse_of(0.002));
    const Config gaba = options.gaba_config.value_or(synapse_of(0.008));
    const auto connect = [&](const Config& config, const Node& from,
                             const EnsembleArray& to, const Transform& transform) {
        const auto defaults = network.with(config);
        network.connect(from, to.input, {.transform = transform});
    };
    const Node d1 = add_ramp(strD1, "func_str", mm, e);
    const Node d2 = add_ramp(strD2, "func_str", mm, e);
    connect(gaba, d1, gpi, -wm);
    connect(gaba, d2, gpe, -wm);
    // The subthalamic nucleus excites all channels alike.
    const auto n = static_cast<std::size_t>(dimensions);
    const Array to_all({dimensions, dimensions}, std::vector<double>(n * n, wp));
    const Node from_stn = add_ramp(stn, "func_stn", mp, ep);
    connect(ampa, from_stn, gpi, to_all);
    connect(ampa, from_stn, gpe, to_all);
    const Node from_gpe = add_ramp(gpe, "func_gpe", me, ee);
    connect(gaba, from_gpe, gpi, -we);
    connect(gaba, from_gpe, stn, -wg);
    const Node from_gpi = add_ramp(gpi, "func_gpi", mg, eg);
    network.connect(from_gpi, output,
                    {.transform = options.output_weight, .synapse = None});
}

}  // namespace nengine

#include "samples/support/spiking_classifier.hpp"

namespace nengine::samples {

SpikingClassifier SpikingClassifier::make(const NeuronModel& neurons,
                                          std::uint32_t seed) {
    Network net({.label = "spiking classifier", .seed = seed});
    net.config.ensemble.max_rates = 100.0;
    net.config.ensemble.intercepts = 0.0;
    net.config.connection.synapse = None;

    const Node x = net.node(std::vector<double>(784, 0.0), {.label = "input"});
    Layer h = net.layer(Conv2D{.filters = 32, .kernel_size = 3}, x,
                        {.label = "conv_1", .shape_in = {28, 28, 1}});
    h = net.layer(neurons, h, {.label = "lif_1"});
    h = net.layer(Conv2D{.filters = 64, .kernel_size = 3, .strides = 2}, h,
                  {.label = "conv_2"});
    h = net.layer(neurons, h, {.label = "lif_2"});
    h = net.layer(Conv2D{.filters = 128, .kernel_size = 3, .strides = 2}, h,
                  {.label = "conv_3"});
    h = net.layer(neurons, h, {.label = "lif_3"});
    h = net.layer(Dense{.units = n_classes}, h, {.label = "dense"});

    const Probe raw = net.probe(h, {.label = "raw"});
    const Probe filtered =
        net.probe(h, {.label = "filtered", .synapse = probe_time_constant});
    return {net, x, raw, filtered};
}

}  // namespace nengine::samples

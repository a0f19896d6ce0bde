#pragma once

#include <vector>

#include "nengine/nengine.hpp"

namespace nengine::bench {

/// NengoDL's tutorial "from TensorFlow": images of 784 pixels, 128 rectified linear
/// units, 10 classes.
struct DenseNetwork {
    static constexpr std::int64_t n_pixels = 784, n_hidden = 128, n_classes = 10;
    static constexpr std::int64_t n_parameters =
        n_pixels * n_hidden + n_hidden + n_hidden * n_classes + n_classes;

    explicit DenseNetwork(std::uint32_t seed)
        : net({.seed = seed}),
          input(net.node(std::vector<double>(n_pixels, 0.0))),
          probe(make_probe()) {}

    Network net;
    Node input;
    Probe probe;

private:
    Probe make_probe() {
        net.config.connection.synapse = None;
        net.config.ensemble.gain = 1.0;
        net.config.ensemble.bias = 0.0;
        const Layer hidden = net.layer(Dense{.units = n_hidden}, input);
        const Layer rates = net.layer(RectifiedLinear{}, hidden);
        return net.probe(net.layer(Dense{.units = n_classes}, rates));
    }
};

}  // namespace nengine::bench

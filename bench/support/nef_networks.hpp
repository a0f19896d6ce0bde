#pragma once

#include <cstdint>

#include "nengine/network.hpp"

namespace nengine::bench {

/// A network with what a benchmark feeds and records.
struct NefNetwork {
    Network net;
    std::vector<Node> inputs;
    Probe output;
};

/// As many integrators as dimensions, each of its own neurons: every ensemble feeds
/// itself through a synapse of 0.1 s.
NefNetwork integrator_array(std::int64_t dimensions,
                            std::int64_t neurons_per_dimension);

/// The circular convolution of two vectors in the frequency domain: their Fourier
/// transforms, 4 (dimensions / 2 + 1) products by squares of sums and differences, and
/// the inverse transform. No feedback.
NefNetwork circular_convolution(std::int64_t dimensions,
                                std::int64_t neurons_per_dimension);

/// Two ensembles of 20 neurons: x and its square.
NefNetwork forty_neurons();

}  // namespace nengine::bench

#pragma once

#include <cstdint>

#include "nengine/network.hpp"

namespace nengine::samples {

/// A convolutional network of neurons that tells ten classes of 28 x 28 images apart.
/// Its layers are called conv_1, lif_1, conv_2, lif_2, conv_3, lif_3 and dense.
struct SpikingClassifier {
    static constexpr int n_classes = 10;
    static constexpr double amplitude = 0.01;           ///< of a neuron's output
    static constexpr double probe_time_constant = 0.1;  ///< of `filtered`, in seconds

    Network net;
    Node input;      ///< [784] pixels
    Probe raw;       ///< [10] what the last layer says in each step
    Probe filtered;  ///< [10] the same through a synapse, for spikes are noisy

    /// The spiking network is `make(LIF{.amplitude = ...}, seed)`, its rate network the
    /// same with `LIFRate`.
    static SpikingClassifier make(const NeuronModel& neurons, std::uint32_t seed);
};

}  // namespace nengine::samples

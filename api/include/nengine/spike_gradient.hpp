#pragma once

#include <variant>

#include "nengine/none.hpp"

namespace nengine {

/// While training, spiking neurons are their rate curves, forward and backward.
struct RateGradient {
    /// Above 0: LIF neurons train with SoftLIFRate's curve of this sigma.
    double lif_smoothing = 0.0;
};

/// RateGradient; or None: spiking neurons spike while training, too, and no gradient
/// comes back through them. A trained parameter whose every way to a loss leads through
/// spikes is then a BuildError that names it.
using SpikeGradient = std::variant<RateGradient, NoneType>;

}  // namespace nengine

#pragma once

namespace nengine {

/// Where the random numbers of a run come from (those of a build are always numpy's).
enum class Rng {
    /// From numpy's RandomState, as Nengo draws them: on the host, process by process.
    numpy,
    /// From Philox 4x32-10 on the device, each a function of the simulator's seed, the
    /// process or ensemble, the step, the item and the element alone: the same on every
    /// device, however the network is planned. WhiteNoise, FilteredNoise and BrownNoise
    /// of Gaussian or Uniform distributions, and the spikes of StochasticSpiking and
    /// PoissonSpiking; other processes and distributions stay as they are.
    philox
};

}  // namespace nengine

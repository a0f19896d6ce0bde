#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"
#include "kernels/random.hpp"

namespace nengine {

/// Panels [steps, batch, 1, neurons] of equal extents; an amplitude per neuron.
template <class Real>
struct StochasticSpikesArgs {
    Real dt = 0;
    Block<const Real> rates;
    Block<const Real> uniform;  ///< random numbers from [0, 1)
    ParamView<Real> amplitude;
    Block<Real> output;
};

/// Of a rate r, with m = dt |r|:
///
///     output = amplitude / dt sign(r) (floor(m) + (uniform < m - floor(m)))
template <class Exec, class Real>
void stochastic_spikes(const Exec& exec, const StochasticSpikesArgs<Real>& args);

/// A table of elements on the device has, for each column, its stream and its index
/// within the stream.
inline constexpr Index random_element_fields = 2;

/// Panels [steps, batch, 1, neurons] of equal extents; an amplitude per neuron.
template <class Real>
struct PoissonSpikesArgs {
    double dt = 0;
    const RandomOrigin* origin = nullptr;
    const Index* counter = nullptr;  ///< steps done since the origin; null: none
    const Index* elements = nullptr;
    Block<const Real> rates;
    ParamView<Real> amplitude;
    Block<Real> output;
};

/// Of a rate r:
///
///     output = amplitude / dt sign(r) count,  count ~ Poisson(dt |r|)
///
/// with Philox's numbers (draw_random), the same whatever the device, chunking, merging
/// and sharding. Counts are drawn in double for float too.
template <class Exec, class Real>
void poisson_spikes(const Exec& exec, const PoissonSpikesArgs<Real>& args);

}  // namespace nengine

#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

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

}  // namespace nengine

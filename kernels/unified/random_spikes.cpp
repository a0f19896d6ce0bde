#include "kernels/random_spikes.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/unified/operands.hpp"

namespace nengine {
namespace {

template <class Real, bool unit>
struct StochasticSpikes {
    Real dt;
    Panel<const Real, unit> rates, uniform;
    ParamView<Real> amplitude;
    Panel<Real, unit> output;

    explicit StochasticSpikes(const StochasticSpikesArgs<Real>& args)
        : dt(args.dt),
          rates(args.rates),
          uniform(args.uniform),
          amplitude(args.amplitude),
          output(args.output) {}

    NENGINE_HD void operator()(Index t, Index b, Index, Index i) const {
        const Real rate = rates(t, b, i);
        const Real mean = dt * (rate < Real(0) ? -rate : rate);
        const Real whole = std::floor(mean);
        const Real spikes =
            whole + (uniform(t, b, i) < mean - whole ? Real(1) : Real(0));
        const Real height = amplitude[i] / dt;
        output(t, b, i) = (rate < Real(0) ? -height : height) * spikes;
    }
};

}  // namespace

template <class Exec, class Real>
void stochastic_spikes(const Exec& exec, const StochasticSpikesArgs<Real>& args) {
    const auto& out = args.output;
    const Extents extents{out.steps, out.batch, out.rows, out.cols};
    if (all_unit(args.rates, args.uniform, out)) {
        launch_elements(exec, extents, StochasticSpikes<Real, true>(args));
    } else {
        launch_elements(exec, extents, StochasticSpikes<Real, false>(args));
    }
}

template void stochastic_spikes(const ThisExec&, const StochasticSpikesArgs<float>&);
template void stochastic_spikes(const ThisExec&, const StochasticSpikesArgs<double>&);

}  // namespace nengine

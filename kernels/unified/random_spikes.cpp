#include "kernels/random_spikes.hpp"

#include <cmath>

#include NENGINE_LAUNCH_HEADER
#include "kernels/base/operands.hpp"
#include "kernels/unified/poisson.hpp"

namespace nengine::kernels {
namespace {

template <class Real, bool unit>
struct StochasticSpikes {
    Real dt;
    Panel<const Real, unit> rates, uniform;
    ParamView<Real> amplitude;
    Panel<Real, unit> output;

    explicit StochasticSpikes(const StochasticSpikesArgs<Bound<Real>>& args)
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

template <class Real>
struct PoissonSpikes {
    static constexpr bool one_by_one = true;

    double dt;
    const RandomOrigin* origin;
    const Index* counter;
    const Index* elements;
    Panel<const Real, false> rates;
    ParamView<Real> amplitude;
    Panel<Real, false> output;

    explicit PoissonSpikes(const PoissonSpikesArgs<Bound<Real>>& args)
        : dt(args.dt),
          origin(args.origin),
          counter(args.stepped ? args.counter : nullptr),
          elements(args.elements),
          rates(args.rates),
          amplitude(args.amplitude),
          output(args.output) {}

    NENGINE_HD RandomPlace place(Index t, Index b, Index i) const {
        const Index* element = elements + i * random_element_fields;
        const Index step = t + (counter == nullptr ? 0 : *counter);
        return {.seed = origin->seed,
                .step = origin->first_step + static_cast<std::uint64_t>(step),
                .item = origin->first_item + static_cast<std::uint32_t>(b),
                .stream = static_cast<std::uint32_t>(element[0]),
                .element = static_cast<std::uint32_t>(element[1])};
    }
    NENGINE_HD void operator()(Index t, Index b, Index, Index i) const {
        const double rate = static_cast<double>(rates(t, b, i));
        const double count = poisson(dt * std::fabs(rate), place(t, b, i));
        const double height = static_cast<double>(amplitude[i]) / dt;
        output(t, b, i) = static_cast<Real>((rate < 0.0 ? -height : height) * count);
    }
};

}  // namespace

template <class Exec, class Real>
void stochastic_spikes(const Exec& exec,
                       const StochasticSpikesArgs<Bound<Real>>& args) {
    const auto& out = args.output;
    const Extents extents{out.steps, out.batch, out.rows, out.cols};
    if (all_unit(args.rates, args.uniform, out)) {
        launch_elements(exec, extents, StochasticSpikes<Real, true>(args));
    } else {
        launch_elements(exec, extents, StochasticSpikes<Real, false>(args));
    }
}

template void stochastic_spikes(const ThisExec&,
                                const StochasticSpikesArgs<Bound<float>>&);
template void stochastic_spikes(const ThisExec&,
                                const StochasticSpikesArgs<Bound<double>>&);

template <class Exec, class Real>
void poisson_spikes(const Exec& exec, const PoissonSpikesArgs<Bound<Real>>& args) {
    const auto& out = args.output;
    launch_elements(exec, {out.steps, out.batch, out.rows, out.cols},
                    PoissonSpikes<Real>(args));
}

template void poisson_spikes(const ThisExec&, const PoissonSpikesArgs<Bound<float>>&);
template void poisson_spikes(const ThisExec&, const PoissonSpikesArgs<Bound<double>>&);

}  // namespace nengine::kernels

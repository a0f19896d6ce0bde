#pragma once

#include "kernels/base/args.hpp"
#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"
#include "kernels/random.hpp"

namespace nengine::kernels {

/// Panels [steps, batch, 1, neurons] of equal extents; an amplitude per neuron.
template <class Ref>
struct StochasticSpikesArgs {
    typename Ref::StepSize dt{};
    typename Ref::Read rates;
    typename Ref::Read uniform;  ///< random numbers from [0, 1)
    typename Ref::Param amplitude;
    typename Ref::Write output;

    constexpr auto fields() const {
        using A = StochasticSpikesArgs;
        return std::tuple{constant(&A::dt), reads(&A::rates).as_wide_as(&A::output),
                          reads(&A::uniform).as_wide_as(&A::output),
                          reads(&A::amplitude), writes(&A::output)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        stochastic_spikes(exec, *this);
    }
};

/// Of a rate r, with m = dt |r|:
///
///     output = amplitude / dt sign(r) (floor(m) + (uniform < m - floor(m)))
template <class Exec, class Real>
void stochastic_spikes(const Exec& exec, const StochasticSpikesArgs<Bound<Real>>& args);

/// A table of elements on the device has, for each column, its stream and its index
/// within the stream.
inline constexpr Index random_element_fields = 2;

/// Panels [steps, batch, 1, neurons] of equal extents; an amplitude per neuron.
template <class Ref>
struct PoissonSpikesArgs {
    typename Ref::Seconds dt{};
    typename Ref::Origin origin{};
    typename Ref::StepCounter counter{};  ///< steps done since the origin
    bool stepped = false;                 ///< the counter counts; else there are none
    typename Ref::Table elements{};
    typename Ref::Read rates;
    typename Ref::Param amplitude;
    typename Ref::Write output;

    constexpr auto fields() const {
        using A = PoissonSpikesArgs;
        return std::tuple{
            constant(&A::dt),       constant(&A::origin),
            constant(&A::counter),  constant(&A::stepped),
            constant(&A::elements), reads(&A::rates).as_wide_as(&A::output),
            reads(&A::amplitude),   writes(&A::output)};
    }
    template <class Exec>
    void run(const Exec& exec) const {
        poisson_spikes(exec, *this);
    }
};

/// Of a rate r:
///
///     output = amplitude / dt sign(r) count,  count ~ Poisson(dt |r|)
///
/// with Philox's numbers (draw_random), the same whatever the device, chunking, merging
/// and sharding. Counts are drawn in double for float too.
template <class Exec, class Real>
void poisson_spikes(const Exec& exec, const PoissonSpikesArgs<Bound<Real>>& args);

}  // namespace nengine::kernels

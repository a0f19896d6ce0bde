#include "engine/runtime/binder.hpp"
#include "kernels/random_spikes.hpp"

namespace nengine {

template <class Real>
Call Binder<Real>::operator_call(const StochasticSpikesCommand& c,
                                 const ChunkExtent& extent) const {
    const StochasticSpikesArgs<Real> args{
        .dt = static_cast<Real>(plan_.model->dt()),
        .rates = block_like(c.rates, c.output, extent),
        .uniform = block_like(c.uniform, c.output, extent),
        .amplitude = param(c.amplitude),
        .output = block(c.output, extent)};
    return [device = device_, args] {
        device.run([&](const auto& exec) { stochastic_spikes(exec, args); });
    };
}

template <class Real>
Call Binder<Real>::operator_call(const PoissonSpikesCommand& c,
                                 const ChunkExtent& extent) const {
    const PoissonSpikesArgs<Real> args{
        .dt = plan_.model->dt(),
        .origin = origin_,
        .counter = c.stepped ? step_counter_ : nullptr,
        .elements = tables_[static_cast<std::size_t>(c.elements)],
        .rates = block_like(c.rates, c.output, extent),
        .amplitude = param(c.amplitude),
        .output = block(c.output, extent)};
    return [device = device_, args] {
        device.run([&](const auto& exec) { poisson_spikes(exec, args); });
    };
}

template Call Binder<float>::operator_call(const StochasticSpikesCommand&,
                                           const ChunkExtent&) const;
template Call Binder<double>::operator_call(const StochasticSpikesCommand&,
                                            const ChunkExtent&) const;

template Call Binder<float>::operator_call(const PoissonSpikesCommand&,
                                           const ChunkExtent&) const;
template Call Binder<double>::operator_call(const PoissonSpikesCommand&,
                                            const ChunkExtent&) const;

}  // namespace nengine

#include "engine/operators/random_spikes.hpp"

#include "engine/planner/lowering.hpp"
#include "kernels/base/error.hpp"

namespace nengine {

StochasticSpikes::StochasticSpikes(SignalId rate_signal, SignalId output_signal,
                                   SignalId uniform_signal, SignalId amplitude_signal)
    : OperatorBase({{Role::read, rate_signal},
                    {Role::set, output_signal},
                    {Role::read, uniform_signal},
                    {Role::read, amplitude_signal}}) {}

std::shared_ptr<const Operator> StochasticSpikes::training_form() const {
    // The curve has no state: that of the spikes stands for nothing.
    SimNeurons spikes(NeuronType::regular_spiking, signal(rates), signal(output),
                      {signal(rates)}, {signal(amplitude)});
    spikes.label = label;
    return spikes.training_form();
}

void StochasticSpikes::check(const std::vector<Shape>& shapes) const {
    const auto size = [&](int slot) {
        return shape_size(shapes[static_cast<std::size_t>(slot)]);
    };
    const Index n = size(output), of_amplitude = size(amplitude);
    if (size(rates) != n || size(uniform) != n ||
        (of_amplitude != 1 && of_amplitude != n)) {
        throw BuildError(label + ": got " + std::to_string(size(rates)) + " rates, " +
                         std::to_string(size(uniform)) + " random numbers and " +
                         std::to_string(of_amplitude) + " amplitudes for " +
                         std::to_string(n) + " outputs, needs as many of each");
    }
}

MergeKey StochasticSpikes::merge_key(const std::vector<Shape>&) const {
    return {"StochasticSpikes", {}};
}

void StochasticSpikes::lower(Lowering& low) const {
    low.emit(StochasticSpikesCommand{low.flat(rates), low.flat(uniform),
                                     low.flat(amplitude), low.flat(output)});
}

double StochasticSpikes::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 6;
    return per_neuron * static_cast<double>(shape_size(shapes[output]));
}

}  // namespace nengine

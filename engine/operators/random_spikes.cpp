#include "engine/operators/random_spikes.hpp"

#include "engine/operators/refuse.hpp"
#include "engine/planner/lowering.hpp"

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
    const Index n = size_of(shapes, output);
    check_size(*this, "rates", size_of(shapes, rates), n);
    check_size(*this, "random numbers", size_of(shapes, uniform), n);
    if (size_of(shapes, amplitude) != 1) {
        check_size(*this, "amplitudes", size_of(shapes, amplitude), n);
    }
}

MergeKey StochasticSpikes::merge_key(const std::vector<Shape>&) const {
    return {"StochasticSpikes", {}};
}

void StochasticSpikes::lower(Lowering& low) const {
    low.emit(StochasticSpikesCommand{low.flat(rates), low.flat(uniform),
                                     low.flat_broadcast(amplitude), low.flat(output)});
}

double StochasticSpikes::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 6;
    return per_neuron * static_cast<double>(shape_size(shapes[output]));
}

}  // namespace nengine

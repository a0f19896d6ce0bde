#include "engine/operators/random_spikes.hpp"

#include "engine/ir/lowering.hpp"
#include "engine/operators/checks.hpp"
#include "engine/operators/operator_base.hpp"
#include "engine/operators/sim_neurons.hpp"
#include "kernels/neuron_scan.hpp"
#include "kernels/random_spikes.hpp"

namespace nengine::engine {
namespace {

/// The curve has no state: that of the spikes stands for nothing.
std::shared_ptr<const Operator> rate_curve(const std::string& label, SignalId rates,
                                           SignalId output, SignalId amplitude) {
    SimNeurons spikes(neuron_type("RegularSpiking"), rates, output, {rates},
                      {amplitude});
    spikes.label = label;
    return spikes.training_form();
}

void check_amplitude(const Operator& op, Index got, Index n) {
    if (got != 1) {
        check_size(op, "amplitudes", got, n);
    }
}

}  // namespace

StochasticSpikes::StochasticSpikes(SignalId rate_signal, SignalId output_signal,
                                   SignalId uniform_signal, SignalId amplitude_signal)
    : OperatorBase({{Role::read, rate_signal},
                    {Role::set, output_signal},
                    {Role::read, uniform_signal},
                    {Role::read, amplitude_signal}}) {}

std::shared_ptr<const Operator> StochasticSpikes::training_form() const {
    return rate_curve(label, signal(rates), signal(output), signal(amplitude));
}

void StochasticSpikes::check(const std::vector<Shape>& shapes) const {
    const Index n = size_of(shapes, output);
    check_size(*this, "rates", size_of(shapes, rates), n);
    check_size(*this, "random numbers", size_of(shapes, uniform), n);
    check_amplitude(*this, size_of(shapes, amplitude), n);
}

MergeKey StochasticSpikes::merge_key(const std::vector<Shape>&) const {
    return {"StochasticSpikes", {}};
}

OperatorProperties StochasticSpikes::properties() const {
    return {.spiking = true, .merging = Merging::elementwise};
}

void StochasticSpikes::lower(Lowering& low) const {
    low.emit(StochasticSpikesArgs<Planned>{.rates = low.flat(rates),
                                           .uniform = low.flat(uniform),
                                           .amplitude = low.flat_broadcast(amplitude),
                                           .output = low.flat(output)});
}

double StochasticSpikes::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 6;
    return per_neuron * elements(shapes, output);
}

PoissonSpikes::PoissonSpikes(SignalId rate_signal, SignalId output_signal,
                             SignalId amplitude_signal)
    : OperatorBase({{Role::read, rate_signal},
                    {Role::set, output_signal},
                    {Role::read, amplitude_signal}}) {}

std::shared_ptr<const Operator> PoissonSpikes::training_form() const {
    return rate_curve(label, signal(rates), signal(output), signal(amplitude));
}

void PoissonSpikes::check(const std::vector<Shape>& shapes) const {
    constexpr Index most = Index{1} << 32;  // what a random number's place has room for
    const Index n = size_of(shapes, output);
    check_size(*this, "rates", size_of(shapes, rates), n);
    check_amplitude(*this, size_of(shapes, amplitude), n);
    if (n > most) {
        refuse(*this, std::to_string(n) + " elements", "at most 2^32");
    }
}

MergeKey PoissonSpikes::merge_key(const std::vector<Shape>&) const {
    return {"PoissonSpikes", {}};
}

OperatorProperties PoissonSpikes::properties() const {
    return {.spiking = true,
            .merging = Merging::elementwise,
            .has_clock = true,
            .differs_by_item = true};
}

void PoissonSpikes::lower(Lowering& low) const {
    std::vector<Index> elements;
    for (Index i = 0; i < low.members(); ++i) {
        const Lowering::Member member = low.member(i);
        for (Index k = 0; k < low.member_size(i, output); ++k) {
            elements.insert(elements.end(), {member.order, k});
        }
    }
    low.emit(PoissonSpikesArgs<Planned>{.stepped = low.stepped(),
                                        .elements = low.table(std::move(elements)),
                                        .rates = low.flat(rates),
                                        .amplitude = low.flat_broadcast(amplitude),
                                        .output = low.flat(output)});
}

double PoissonSpikes::flops(const std::vector<Shape>& shapes) const {
    constexpr double per_neuron = 130;  // Philox's ten rounds, and the search
    return per_neuron * elements(shapes, output);
}

}  // namespace nengine::engine

#pragma once

#include <optional>
#include <string>

#include "api/numerics/neuron_math.hpp"
#include "kernels/neuron_info.hpp"
#include "nengine/neurons.hpp"

namespace nengine {

/// One operator's worth of neurons as the engine knows them.
struct NeuronPart {
    TunedNeuron neuron;
    const InitialState* initial = nullptr;

    const kernels::NeuronInfo& info() const {
        return kernels::neuron_info(neuron.type);
    }
};

/// How rates become spikes.
struct SpikePart {
    enum class Kind { regular, stochastic, poisson };
    Kind kind = Kind::regular;
    std::string name;  ///< "RegularSpiking"
    double amplitude = 1.0;
    const InitialState* initial = nullptr;
};

/// A neuron type taken apart. Points into the model it was made of.
struct NeuronParts {
    std::optional<NeuronPart> neurons;  ///< none: Direct
    std::optional<SpikePart> spikes;    ///< makes spikes of the neurons' output

    bool direct() const { return !neurons; }
};

/// @throws ValidationError  a custom type that is not registered, or a parameter
///                          that it does not have
NeuronParts neuron_parts(const NeuronModel& model, const std::string& where);

/// @throws ValidationError  constants that cannot be, states that do not exist, or that
///                          rates and spikes both have
void check_neuron_parts(const NeuronParts& parts, const std::string& where);

/// What the tuning curve is of: types that make spikes of rates have their base type's.
/// Not for Direct, which has no neurons.
TunedNeuron tuned_neuron(const NeuronModel& model);

}  // namespace nengine

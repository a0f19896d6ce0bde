#pragma once

#include <array>
#include <string_view>

namespace nengine {

/// Which neuron type: one of these, or a type of a user's own, whose number
/// `register_neuron` gives (kernels/neuron_registry.hpp).
enum class NeuronType : int {
    lif,
    lif_rate,
    soft_lif_rate,
    rectified_linear,
    spiking_rectified_linear,
    sigmoid,
    tanh,
    adaptive_lif,
    adaptive_lif_rate,
    izhikevich,
    leaky_relu,
    spiking_leaky_relu,
    regular_spiking,  ///< spikes of a rate that comes in as the current
};
inline constexpr int n_built_in_neurons = 13;

inline constexpr int max_neuron_states = 4;
inline constexpr int max_neuron_params = 6;

/// A state and what it starts from: drawn uniformly from [low, high), or `low` if the
/// two agree.
struct NeuronState {
    std::string_view name;
    double low = 0, high = 0;
};

/// What the engine must know of a neuron type; the arithmetic is in kernels/neurons/.
struct NeuronInfo {
    std::string_view name;  ///< Nengo's class name: "LIF"
    bool spiking;
    /// What stands in for the type while training: its rate curve, without states. Its
    /// parameters are the first ones of the type.
    NeuronType rate_type;
    bool has_rate;  ///< false: there is no rate curve, and no training
    int n_states;
    std::array<NeuronState, max_neuron_states> states;  ///< "voltage", ...
    int n_params;
    std::array<std::string_view, max_neuron_params> params;  ///< "tau_rc", ...
};

const NeuronInfo& neuron_info(NeuronType type);

}  // namespace nengine

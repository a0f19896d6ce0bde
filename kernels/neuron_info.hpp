#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

namespace nengine::kernels {

/// A place in the registry of neuron types (kernels/neuron_registry.hpp); a type is
/// known by its name.
enum class NeuronType : int {};

inline constexpr int max_neuron_states = 4;
inline constexpr int max_neuron_params = 6;

/// A state and what it starts from: drawn uniformly from [low, high), or `low` if the
/// two agree.
struct NeuronState {
    std::string_view name;
    double low = 0, high = 0;
};

/// What a parameter may be, beside finite.
enum class ParamBound { finite, above_0, at_least_0, at_most_0 };

/// What builder and engine must know of a neuron type; the arithmetic is in
/// kernels/neurons/.
struct NeuronInfo {
    std::string_view name;  ///< Nengo's class name: "LIF"
    bool spiking;
    /// What stands in for the type while training: its rate curve, without states. Its
    /// parameters are the first ones of the type.
    NeuronType rate_type;
    bool has_rate;  ///< false: there is no rate curve, and no training
    /// A smooth curve in the place of `rate_type`; one parameter more, the smoothing.
    std::optional<NeuronType> smooth_rate_type;
    int n_states;
    std::array<NeuronState, max_neuron_states> states;  ///< "voltage", ...
    int n_params;
    std::array<std::string_view, max_neuron_params> params;  ///< "tau_rc", ...
    std::array<ParamBound, max_neuron_params> bounds;
    /// Which parameters have the meanings of NeuronDescription; -1: none.
    int scale, interval, time_constant;
};

const NeuronInfo& neuron_info(NeuronType type);

/// @throws ValidationError  there is no type of that name
NeuronType neuron_type(std::string_view name);

/// The types of kernels/neurons/, as opposed to users' own.
std::span<const NeuronType> built_in_neurons();

}  // namespace nengine::kernels

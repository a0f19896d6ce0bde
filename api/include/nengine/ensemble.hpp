#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "kernels/base/export.hpp"
#include "nengine/distributions.hpp"
#include "nengine/neurons.hpp"
#include "nengine/none.hpp"
#include "nengine/processes.hpp"
#include "nengine/seed.hpp"
#include "nengine/spike_gradient.hpp"
#include "nengine/view.hpp"

namespace nengine {

/// Options of an ensemble; the same names set defaults in `Network::config`.
struct EnsembleOptions {
    std::string label = {};
    std::optional<Seed> seed = std::nullopt;
    OrDefault<double> radius = {};                   ///< 1
    OrDefault<DistributionOrArray> encoders = {};    ///< ScatteredHypersphere, surface
    OrDefault<DistributionOrArray> max_rates = {};   ///< Uniform(200, 400), in Hz
    OrDefault<DistributionOrArray> intercepts = {};  ///< Uniform(-1, 0.9)
    /// None: from rates and intercepts
    OrDefault<std::optional<DistributionOrArray>> gain = {};
    OrDefault<std::optional<DistributionOrArray>> bias = {};
    OrDefault<DistributionOrArray> eval_points = {};  ///< ScatteredHypersphere, ball
    /// None: by size and dimensions
    OrDefault<std::optional<std::int64_t>> n_eval_points = {};
    OrDefault<NeuronModel> neuron_type = {};       ///< LIF
    OrDefault<bool> normalize_encoders = {};       ///< true
    OrDefault<std::optional<Process>> noise = {};  ///< added to the neurons' input
    OrDefault<bool> trainable = {};                ///< true: encoders and biases
    /// What the neurons' spikes are to gradients: SimulatorOptions::spike_gradient
    OrDefault<SpikeGradient> spike_gradient = {};
};

/// The neurons of an ensemble, as an end of a connection or a probe's target. What
/// arrives is multiplied by the neurons' gains and added to their current.
class NENGINE_API Neurons {
public:
    /// Refers to nothing until one is assigned.
    Neurons();
    explicit Neurons(std::shared_ptr<detail::EnsembleData> data);
    Neurons(const Neurons&) = default;
    Neurons& operator=(const Neurons& other) noexcept;
    /// Whether it refers to an ensemble's.
    explicit operator bool() const;

    ObjectView operator[](Key key) const;
    std::int64_t size() const;
    Ensemble ensemble() const;
    bool operator==(const Neurons& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    std::shared_ptr<detail::EnsembleData> data_;

public:
    /// Whether training changes the biases; unset: as the ensemble's encoders.
    std::optional<bool>& trainable;
};

/// A group of neurons that represents a vector. A handle: copies refer to the same
/// ensemble. What is assigned to a member is used by simulators made from then on.
class NENGINE_API Ensemble {
public:
    /// Refers to nothing until one is assigned; until then its members have no use, and
    /// networks and simulators that get it throw a ValidationError.
    Ensemble();
    explicit Ensemble(std::shared_ptr<detail::EnsembleData> data);
    Ensemble(const Ensemble&) = default;
    /// Refers to the other ensemble from now on.
    Ensemble& operator=(const Ensemble& other) noexcept;
    /// Whether it refers to an ensemble.
    explicit operator bool() const;

    /// Some of the dimensions.
    ObjectView operator[](Key key) const;
    std::int64_t size_in() const { return dimensions; }
    std::int64_t size_out() const { return dimensions; }
    /// The same ensemble.
    bool operator==(const Ensemble& other) const { return data_ == other.data_; }

private:
    friend class ObjectView;
    friend class Simulator;
    std::shared_ptr<detail::EnsembleData> data_;

public:
    const std::int64_t& n_neurons;
    const std::int64_t& dimensions;
    std::string& label;
    std::optional<Seed>& seed;
    double& radius;
    DistributionOrArray& encoders;
    DistributionOrArray& max_rates;
    DistributionOrArray& intercepts;
    std::optional<DistributionOrArray>& gain;
    std::optional<DistributionOrArray>& bias;
    DistributionOrArray& eval_points;
    std::optional<std::int64_t>& n_eval_points;
    NeuronModel& neuron_type;
    bool& normalize_encoders;
    std::optional<Process>& noise;
    std::optional<bool>& trainable;
    /// Unset: as the nearest network's config says, else the simulator's options.
    std::optional<SpikeGradient>& spike_gradient;
    Neurons neurons;
};

}  // namespace nengine

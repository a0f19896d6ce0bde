#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/neurons.hpp"
#include "nengine/none.hpp"
#include "nengine/seed.hpp"
#include "nengine/solvers.hpp"
#include "nengine/synapses.hpp"
#include "nengine/view.hpp"

namespace nengine {

/// Options of a probe; the same names set defaults in `Network::config`.
struct ProbeOptions {
    std::string label = {};
    /// What to record. Ensembles: "decoded_output", "input", "scaled_encoders". Neurons
    /// and their layers: "output" (also as "spikes" and "rates"), "input", and the
    /// neuron type's states ("voltage", "refractory_time"). Nodes and layers: "output".
    /// Connections: "output", "input", "weights". Learning rules: "delta", the change
    /// that is added to the weights in the next step; PES: "error" (its first),
    /// "activities"; RLS: "pre_filtered" (its first), "error", "inv_gamma"; BCM:
    /// "theta" (its first), "pre_filtered", "post_filtered"; Oja: "pre_filtered" (its
    /// first), "post_filtered"; Voja: "post_filtered" (its first), "scaled_encoders".
    /// Empty: the first of these.
    std::string attr = {};
    OrDefault<Synapse> synapse = {};                     ///< none
    OrDefault<std::optional<double>> sample_every = {};  ///< every step; in seconds
    OrDefault<Solver> solver = {};      ///< the config's for connections
    OrDefault<bool> keep_history = {};  ///< true; false: only the last sample
    std::optional<Seed> seed = std::nullopt;
};

/// Records a signal after each step. A handle.
class NENGINE_API Probe {
public:
    /// Refers to nothing until one is assigned, as an empty Ensemble does.
    Probe();
    explicit Probe(std::shared_ptr<detail::ProbeData> data);
    Probe(const Probe&) = default;
    Probe& operator=(const Probe& other) noexcept;
    /// Whether it refers to a probe.
    explicit operator bool() const;

    const ObjectView& target() const;
    bool operator==(const Probe& other) const { return data_ == other.data_; }

private:
    friend class Simulator;
    friend class DataKey;
    std::shared_ptr<detail::ProbeData> data_;

public:
    std::string& label;
    std::string& attr;
    Synapse& synapse;
    std::optional<double>& sample_every;
    Solver& solver;
    bool& keep_history;
    std::optional<Seed>& seed;
};

/// What a probe of this target may record: the values of `attr`, the first one first.
/// @throws ValidationError  an empty handle
NENGINE_API std::vector<std::string> probeable(const ObjectView& target);
/// Of a neuron type: "output" and its states.
/// @throws ValidationError  a type of one's own that is not registered
NENGINE_API std::vector<std::string> probeable(const NeuronModel& neuron_type);

}  // namespace nengine

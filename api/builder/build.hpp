#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "api/builder/eval_points.hpp"
#include "api/numerics/matrix.hpp"
#include "api/objects/objects.hpp"
#include "engine/ir/model.hpp"
#include "kernels/base/dtype.hpp"
#include "nengine/rng.hpp"

namespace nengine {

/// An ensemble as built: what was drawn and solved for it, and its signals.
struct BuiltEnsembleParts {
    EvalPoints eval_points;  ///< times the radius
    Matrix encoders;         ///< [n_neurons, dimensions], normalised
    Matrix scaled_encoders;
    Vector max_rates, intercepts, gain, bias;
    double radius = 1.0;
    NeuronModel neuron_type;

    engine::SignalId in = engine::no_signal, neurons_in = engine::no_signal,
                     neurons_out = engine::no_signal;
    /// Parameters; `no_signal` where the network does not need them.
    engine::SignalId encoders_signal = engine::no_signal,
                     gain_signal = engine::no_signal, bias_signal = engine::no_signal;
    engine::SignalId rate_out =
        engine::no_signal;  ///< of types that make spikes of rates
    std::map<std::string, engine::SignalId> states;
};

struct BuiltNodeParts {
    engine::SignalId in = engine::no_signal, out = engine::no_signal;
    std::map<std::string, engine::SignalId>
        parameters;  ///< of a layer: "kernel", "bias"
};

struct BuiltConnectionParts {
    EvalPoints eval_points;                ///< of a decoded connection; else empty
    Vector rmses;                          ///< of the decoders, per component
    std::vector<std::int64_t> iterations;  ///< of an iterative solver
    /// All of the pre object's output; the part of it, or the function's value, that
    /// `weights` multiply; what arrives, after the synapse.
    engine::SignalId source = engine::no_signal, in = engine::no_signal,
                     weights = engine::no_signal, weighted = engine::no_signal;
};

/// The signals of one learning rule, by the names that probes use.
struct BuiltRuleParts {
    engine::SignalId in = engine::no_signal;  ///< the error or learning signal
    std::map<std::string, engine::SignalId> signals;
};

/// The user's object of a node of symbolic tensors: this simulator's own copy.
struct BuiltFunction {
    const detail::NodeData* node;
    std::shared_ptr<detail::TracedFunction> function;
};

/// Where the lines of `print` go, and what the numbers in them were computed in: looks
/// of a model share it with the simulator, which fills it in.
struct PrintTarget {
    std::function<void(const std::string& line)> write;  ///< none: standard output
    DType dtype = DType::float32;
};

/// A network as a model, and where its objects went.
struct BuiltNetwork {
    std::shared_ptr<engine::Model> model;
    std::unordered_map<const detail::ObjectData*, BuiltEnsembleParts> ensembles;
    std::unordered_map<const detail::ObjectData*, BuiltNodeParts> nodes;
    std::unordered_map<const detail::ObjectData*, BuiltConnectionParts> connections;
    std::vector<BuiltFunction> functions;
    /// In the order of the connection's rules.
    std::unordered_map<const detail::ObjectData*, std::vector<BuiltRuleParts>> rules;
    /// In the order of Model::inputs and Model::probes.
    std::vector<std::shared_ptr<const detail::NodeData>> inputs;
    std::vector<std::shared_ptr<const detail::ProbeData>> probes;
    /// Decoders of probes of ensembles.
    std::unordered_map<const detail::ObjectData*, engine::SignalId> probe_weights;
    /// What a user should hear of, though it can be simulated.
    std::vector<std::string> warnings;
    std::shared_ptr<PrintTarget> prints = std::make_shared<PrintTarget>();
    /// The seed of every object, and of every network.
    std::unordered_map<const detail::ObjectData*, std::uint32_t> seeds;
    std::unordered_map<const detail::NetworkData*, std::uint32_t> network_seeds;
    std::uint32_t network_seed = 0;
    /// Of processes without one; a simulator sets and resets it.
    std::shared_ptr<class ProcessSeeds> process_seeds;
};

/// Turns a top-level network into signals and operators, on the host in double. Equal
/// seeds give the encoders, gains, biases and decoders that Nengo finds.
/// @param dt              seconds per step, above 0
/// @param spike_gradient  of ensembles for which neither they nor a config say one
/// @throws ValidationError, BuildError  naming the object
BuiltNetwork build(const detail::NetworkData& network, double dt, Rng rng = Rng::numpy,
                   const SpikeGradient& spike_gradient = RateGradient{});

}  // namespace nengine

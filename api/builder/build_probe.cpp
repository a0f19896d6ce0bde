#include <algorithm>

#include "api/builder/build_state.hpp"
#include "engine/operators/copy.hpp"
#include "engine/operators/dot_inc.hpp"

namespace nengine {

namespace {

using namespace detail;

/// A hidden connection that decodes an ensemble's value for one probe.
engine::SignalId decoded(BuildState& state, const ProbeData& probe,
                         const EnsembleData& ensemble) {
    const Decoders& decoders = state.decoders.at(&probe);
    const engine::SignalId weights =
        state.parameter(probe, "weights", decoders.shape, decoders.weights, false);
    state.built.probe_weights[&probe] = weights;
    const std::string label = detail::name(probe);
    const engine::SignalId value = state.signal(label + ".weighted", decoders.shape[0]);
    state.add(
        engine::DotInc(weights, state.ensemble(ensemble).neurons_out, value, false),
        label);
    return value;
}

/// A Direct ensemble's value needs no decoding; its encoders are the identity.
engine::SignalId of_direct(BuildState& state, const ProbeData& probe,
                           const EnsembleData& ensemble, const std::string& attribute) {
    const BuiltEnsembleParts& parts = state.ensemble(ensemble);
    if (attribute == "decoded_output") {
        return slice_signal(state, parts.neurons_out,
                            view_positions(probe.target, Side::out),
                            detail::name(probe) + ".slice");
    }
    if (attribute == "input") {
        return parts.in;
    }
    return state.constant(detail::name(probe) + ".encoders",
                          {ensemble.dimensions, ensemble.dimensions},
                          values_of(parts.scaled_encoders));
}

engine::SignalId of_neurons(const BuiltEnsembleParts& parts,
                            const std::string& attribute) {
    if (attribute == "output") {
        return parts.neurons_out;
    }
    if (attribute == "rate_out") {
        return parts.rate_out;
    }
    return attribute == "input" ? parts.neurons_in : parts.states.at(attribute);
}

engine::SignalId of_connection(const BuildState& state, const ProbeData& probe,
                               const std::string& attribute) {
    const auto& parts = state.built.connections.at(probe.target.object().get());
    const engine::SignalId signal = attribute == "output"  ? parts.weighted
                                    : attribute == "input" ? parts.source
                                                           : parts.weights;
    if (signal == engine::no_signal) {
        throw BuildError(describe(probe) + ": " + describe(probe.target) +
                         " has no weights to record");
    }
    return signal;
}

engine::SignalId recorded(BuildState& state, const ProbeData& probe) {
    const std::string attribute = probe_attribute(probe);
    const ObjectView& target = probe.target;
    if (const auto* ensemble = as_ensemble(target)) {
        if (is_direct(*ensemble)) {
            return of_direct(state, probe, *ensemble, attribute);
        }
        if (attribute == "decoded_output") {
            return decoded(state, probe, *ensemble);
        }
        const auto& parts = state.ensemble(*ensemble);
        return attribute == "input" ? parts.in : parts.encoders_signal;
    }
    if (const auto* neurons = as_neurons(target)) {
        return of_neurons(state.ensemble(*neurons), attribute);
    }
    if (as_connection(target) != nullptr) {
        return of_connection(state, probe, attribute);
    }
    if (as_learning_rule(target) != nullptr) {
        return state.built.rules.at(target.object().get())
            .at(*target.learning_rule())
            .signals.at(attribute);
    }
    return source_signal(state, target);
}

/// The wanted part of a signal as a vector: of a matrix, the wanted rows.
engine::SignalId wanted_part(BuildState& state, const ProbeData& probe,
                             engine::SignalId signal) {
    const Shape shape = state.model->signal(signal).shape;
    const Index size = engine::shape_size(shape);
    if (shape.size() != 1) {
        signal = state.model->add_reshape(signal, {size});
    }
    const bool decoded_here = as_ensemble(probe.target) != nullptr &&
                              probe_attribute(probe) == "decoded_output";
    if (!probe.target.key() || decoded_here) {
        return signal;
    }
    const Index rows = shape.empty() ? 1 : shape.front();
    const Index width = size / rows;
    Positions wanted = positions(probe.target.key(), rows, describe(probe.target));
    if (width != 1) {
        const auto of_rows = wanted.all();
        wanted = Positions{};
        wanted.is_list = true;
        for (const auto row : of_rows) {
            for (Index i = 0; i < width; ++i) {
                wanted.list.push_back(row * width + i);
            }
        }
        wanted.count = static_cast<Index>(wanted.list.size());
    }
    return slice_signal(state, signal, wanted, detail::name(probe) + ".slice");
}

}  // namespace

void build_probe(BuildState& state, const std::shared_ptr<ProbeData>& probe) {
    engine::SignalId signal = wanted_part(state, *probe, recorded(state, *probe));
    if (!probe->synapse.is_none()) {
        // The value before the step's update is recorded, as other readers see it.
        const std::string label = detail::name(*probe);
        const engine::SignalId filtered =
            filter_signal(state, probe->synapse, signal, label + ".synapse");
        signal = state.signal(label, state.model->signal(filtered).size());
        state.add(engine::Copy(filtered, signal, false), label);
    }
    const double period = probe->sample_every ? *probe->sample_every / state.dt : 1.0;
    state.model->probes.push_back({.name = detail::name(*probe),
                                   .signal = signal,
                                   .period = std::max(period, 1.0),
                                   .keep_history = probe->keep_history});
    state.built.probes.push_back(probe);
}

}  // namespace nengine

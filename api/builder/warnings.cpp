#include <map>

#include "api/builder/build_state.hpp"
#include "api/numerics/least_squares.hpp"
#include "api/objects/neuron_parts.hpp"

namespace nengine {

namespace {

using namespace detail;

/// Objects that one warning is about: all by name if they are few.
class Subjects {
public:
    void add(const ObjectData& object) {
        constexpr std::size_t most = 3;
        if (count_ < most) {
            text_ += (count_ > 0 ? ", " : "") + describe(object);
        }
        more_ =
            ++count_ > most ? " and " + std::to_string(count_ - most) + " more" : "";
    }
    bool any() const { return count_ > 0; }
    std::string text() const { return text_ + more_; }

private:
    std::size_t count_ = 0;
    std::string text_, more_;
};

/// By what the warning says of its subjects.
using Warnings = std::map<std::string, Subjects>;

void push(BuildState& state, const Warnings& warnings) {
    for (const auto& [what, subjects] : warnings) {
        state.built.warnings.push_back(subjects.text() + ": " + what);
    }
}

/// Given gains and biases need not belong to neurons that fire.
void warn_of_tuning(BuildState& state, const NetworkData& top) {
    Subjects subjects;
    std::int64_t untuned = 0, neurons = 0;
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& ensemble : network.ensembles) {
            const auto& parts = state.ensemble(*ensemble);
            if (!ensemble->gain || ensemble->is_layer) {
                continue;
            }
            const auto count = (!parts.max_rates.array().isFinite() ||
                                !parts.intercepts.array().isFinite())
                                   .count();
            if (count > 0) {
                subjects.add(*ensemble);
                untuned += count;
                neurons += ensemble->n_neurons;
            }
        }
    });
    if (subjects.any()) {
        state.built.warnings.push_back(
            subjects.text() +
            ": got a gain and bias without a finite max_rate or intercept for " +
            std::to_string(untuned) + " of " + std::to_string(neurons) + " neurons");
    }
}

bool has_base_type(const NeuronModel& type) {
    return std::visit(
        []<class T>(const T&) {
            return requires(T one) {
                one.base_type;
            };
        },
        type);
}

/// Spikes made of spikes: what was meant is probably the rate type.
void warn_of_spiking_bases(BuildState& state, const NetworkData& top) {
    Warnings warnings;
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& ensemble : network.ensembles) {
            if (!has_base_type(ensemble->neuron_type)) {
                continue;
            }
            const NeuronParts parts =
                neuron_parts(ensemble->neuron_type, describe(*ensemble));
            if (!parts.neurons->info().spiking) {
                continue;
            }
            const kernels::NeuronInfo& base = parts.neurons->info();
            std::string better = "a type that does not spike";
            if (base.has_rate && base.rate_type != parts.neurons->neuron.type) {
                better = kernels::neuron_info(base.rate_type).name;
            }
            warnings["got " + std::string(base.name) + " as the base type of " +
                     parts.spikes->name + ", which makes spikes of its spikes; " +
                     better + " may be better"]
                .add(*ensemble);
        }
    });
    push(state, warnings);
}

/// Full weights are solved for between ensembles alone.
void warn_of_idle_solvers(BuildState& state, const NetworkData& top) {
    Warnings warnings;
    visit_networks(top, [&](const NetworkData& network) {
        for (const auto& connection : network.connections) {
            const bool between_ensembles = as_ensemble(connection->pre) != nullptr &&
                                           as_ensemble(connection->post) != nullptr;
            if (!between_ensembles && wants_weights(connection->solver)) {
                warnings
                    ["got a solver with weights = true, which matters only from "
                     "ensemble to ensemble"]
                        .add(*connection);
            }
        }
    });
    push(state, warnings);
}

}  // namespace

void add_warnings(BuildState& state, const NetworkData& top) {
    warn_of_tuning(state, top);
    warn_of_spiking_bases(state, top);
    warn_of_idle_solvers(state, top);
}

}  // namespace nengine

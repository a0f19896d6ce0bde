#include "api/objects/objects.hpp"

namespace nengine {

using namespace detail;

std::vector<std::string> probeable(const NeuronModel& neuron_type) {
    std::vector<std::string> result = {"output"};
    if (!std::holds_alternative<Direct>(neuron_type)) {
        for (const auto& state : neuron_states(neuron_type, "probeable")) {
            result.push_back(state);
        }
    }
    return result;
}

std::vector<std::string> probeable(const ObjectView& target) {
    need_object(*target.object(), "probeable");
    if (as_ensemble(target) != nullptr) {
        return {"decoded_output", "input", "scaled_encoders"};
    }
    if (const auto* neurons = as_neurons(target)) {
        std::vector<std::string> result = {"output", "input"};
        for (const auto& state :
             neuron_states(neurons->neuron_type, describe(*neurons))) {
            result.push_back(state);
        }
        return result;
    }
    if (as_connection(target) != nullptr) {
        return {"output", "input", "weights"};
    }
    if (const auto* connection = as_learning_rule(target)) {
        return rule_attributes(rule_of(*connection, *target.learning_rule()));
    }
    return {"output"};
}

}  // namespace nengine

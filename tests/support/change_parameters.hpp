#pragma once

#include <algorithm>
#include <variant>

#include "nengine/nengine.hpp"

namespace nengine::test {

inline bool has_voja(const Network& network) {
    return std::ranges::any_of(network.all_connections(), [](const Connection& one) {
        return std::ranges::any_of(one.learning_rule_type.all(), [](const auto& rule) {
            return std::holds_alternative<Voja>(rule.second);
        });
    });
}

/// Gives every parameter other values near those that it has, except gains where a rule
/// goes on with the old ones, so that they could not be frozen.
inline void change_parameters(Simulator& sim, const Network& network) {
    RandomStream rng(17);
    for (const Parameter& parameter : sim.parameters()) {
        if (parameter.name.ends_with(".gain") && has_voja(network)) {
            continue;
        }
        Array values = sim.parameter(parameter.name);
        for (double& value : values.values) {
            value *= rng.uniform(0.9, 1.1);
        }
        sim.set_parameter(parameter.name, values);
    }
}

/// Other seeds for networks: what is drawn anew is then something else.
inline void change_seeds(const Network& network) {
    network.seed = 5;
    for (const Network& inner : network.all_networks()) {
        inner.seed = 6;
    }
}

}  // namespace nengine::test

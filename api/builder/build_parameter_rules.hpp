#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/ir/parameter_rules.hpp"
#include "nengine/parameter_function.hpp"

namespace nengine {

/// What a user wants of a parameter while it is trained.
struct ParameterRule {
    engine::SignalId parameter = engine::no_signal;
    std::string described;  ///< "dense 'd': kernel"
    Regularizer regularizer;
    Constraint constraint;
};

/// The functions of all parameters as models; null without any.
/// @throws ShapeError, ValidationError  a function cannot take its parameter, or gives
///     another number of values than it needs to: names the parameter and the function
std::shared_ptr<const engine::ParameterRules> build_parameter_rules(
    const engine::Model& network, const std::vector<ParameterRule>& rules);

}  // namespace nengine

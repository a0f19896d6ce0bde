#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/conformance/operator_cases.hpp"
#include "tests/reference/naive_training.hpp"

// Gradients of a case's parameters, and what they are compared with.

namespace nengine::test {

using namespace engine;

/// Mean squared errors on all probes but those of states, which training has none of.
reference::TrainingCall training_call(const CaseModel& model, Index items);

using Gradients = std::map<std::string, std::vector<double>>;

Gradients gradients_of(const CaseModel& model, const Device& device,
                       const ReplicaOptions& options,
                       const reference::TrainingCall& call);

}  // namespace nengine::test

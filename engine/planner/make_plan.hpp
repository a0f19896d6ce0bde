#pragma once

#include <memory>
#include <vector>

#include "engine/ir/options.hpp"
#include "engine/ir/plan.hpp"

namespace nengine::engine {

/// Everything from the model to the command list.
struct PlanRequest {
    std::shared_ptr<const Model> model;
    std::vector<int> fed;          ///< per input: 0 no, 1 every step, 2 held
    std::vector<int> probes;       ///< which are observed
    DType dtype = DType::float32;  ///< of signals that state none
    bool training = false;
    bool as_built = false;  ///< parameters have the values that the model gives them
    PlannerOptions options;
};
Plan make_plan(const PlanRequest& request);

}  // namespace nengine::engine

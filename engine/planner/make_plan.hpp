#pragma once

#include <memory>
#include <vector>

#include "engine/ir/options.hpp"
#include "engine/ir/plan.hpp"
#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Everything from the model to the command list.
struct PlanRequest {
    std::shared_ptr<const Model> model;
    std::vector<int> fed;  ///< per input: 0 no, 1 every step, 2 held
    Observed observed;
    /// Inputs that losses are differentiated by, beside the parameters.
    std::vector<int> differentiated;
    DType dtype = DType::float32;  ///< of signals that state none
    PlanMode mode;
    bool as_built = false;  ///< parameters have the values that the model gives them
    PlannerOptions options;
};
Plan make_plan(const PlanRequest& request);

}  // namespace nengine::engine

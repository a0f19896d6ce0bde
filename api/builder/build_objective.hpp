#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/objective_program.hpp"
#include "nengine/objective.hpp"

namespace nengine {

/// A loss or metric that is a function of symbolic tensors.
struct ComparedBy {
    int probe = 0;
    detail::Comparison by;
    bool is_loss = false;
    std::string described;  ///< "loss 'huber' on probe 'p'"
};

/// What a function gets of a probe in a call.
struct ComparedShapes {
    std::int64_t samples = 0, size = 0;
    std::int64_t target_steps = 0, target_size = 0;  ///< 0: there is no target

    auto operator<=>(const ComparedShapes&) const = default;
};

/// The program of some functions, whose values are in their order.
/// @param shapes  of each probe that they compare
/// @throws ShapeError, ValidationError  a function cannot take them, or needs a target
///     that is not there: names the loss or metric
std::shared_ptr<const engine::ObjectiveProgram> build_objective(
    const std::vector<ComparedBy>& functions,
    const std::map<int, ComparedShapes>& shapes);

}  // namespace nengine

#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/ir/objective_program.hpp"
#include "nengine/objective.hpp"

namespace nengine {

/// A loss or metric that is a function of symbolic tensors.
struct ComparedBy {
    using Value =
        std::function<Expression(const Expression& target, const Expression& output)>;
    enum class Kind {
        loss,  ///< the mean over what it gives, times what samples count
        mean,  ///< the mean
        sums   ///< as many numbers as it gives
    };

    int probe = 0;
    Value value;
    Kind kind{};
    std::string described;  ///< "loss 'huber' on probe 'p'"
};

/// What a function gets of a probe in a call.
struct ComparedShapes {
    std::int64_t samples = 0, size = 0;
    std::int64_t target_steps = 0, target_size = 0;  ///< 0: there is no target
    std::int64_t weight_steps = 0;                   ///< 0: all count alike

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

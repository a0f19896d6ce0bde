#pragma once

#include "engine/ir/options.hpp"
#include "engine/ir/plan.hpp"

namespace nengine::engine {

/// The steps and items that run at once: a function of plan, minibatch and options
/// alone.
ChunkSize choose_chunk(const Plan& plan, const PlannerOptions& options, Index n_steps,
                       Index minibatch, bool cuda);

}  // namespace nengine::engine

#pragma once

#include <string>

#include "engine/ir/model.hpp"
#include "engine/runtime/item_source.hpp"
#include "engine/train/objective.hpp"

// What a call is given is looked at before anything is computed.

namespace nengine::engine {

/// @param batch  items that there have to be; 0: as many as in the first feed
/// @throws ShapeError, ValidationError  no such input, data of another size or number
///     of steps, no step
void check_feeds(const Model& model, Index n_steps, const Feeds& feeds, Index batch);

/// Of stateful calls: the state of an item that is not there cannot be gone on from.
/// @throws ShapeError  the last minibatch would not be full
void need_whole_minibatches(const std::string& call, Index items, Index minibatch);

/// @param step  steps simulated before the call
/// @throws ShapeError, ValidationError  no targets, or other ones than what the
///     objective compares; nothing to compare
void check_objective(const Model& model, Index step, Index n_steps, const Feeds& feeds,
                     const Targets& targets, const Objective& objective);

}  // namespace nengine::engine

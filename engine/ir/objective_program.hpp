#pragma once

#include <memory>
#include <vector>

#include "engine/ir/model.hpp"

namespace nengine::engine {

/// Losses and metrics that are functions of all that probes gave in a call, as a model
/// of one step. For an item, an input holds the samples of a probe, [samples, size], or
/// what these are compared with; each of the model's probes is one number.
struct ObjectiveProgram {
    std::shared_ptr<const Model> model;
    struct Compared {
        int probe = 0;    ///< of the network
        int output = 0;   ///< the input of `model` that has what it gave
        int target = -1;  ///< and what it should have been; -1: no target is looked at
        int weight = -1;  ///< and what that counts; -1: as much as any other
        bool by_loss = false;  ///< not by metrics alone: gradients come back to it
    };
    std::vector<Compared> compared;  ///< those that losses see first
};

}  // namespace nengine::engine

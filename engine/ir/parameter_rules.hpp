#pragma once

#include <memory>
#include <vector>

#include "engine/ir/model.hpp"

namespace nengine::engine {

/// What is done with single parameters while a network is trained, as models of one
/// step and one item. Their trainable signals are the network's, in its order, so that
/// a plan of them reads a session's parameters and adds to its gradients in place.
struct ParameterRules {
    /// Its only probe is one number that is added to the total loss; null: nothing is.
    std::shared_ptr<const Model> penalty;
    /// By input of `penalty`: parameters of the network that are not trained.
    std::vector<SignalId> given;

    /// Its k-th probe is what the parameter constrained[k] becomes after an update;
    /// null: none becomes anything.
    std::shared_ptr<const Model> constraint;
    std::vector<SignalId> constrained;
};

}  // namespace nengine::engine

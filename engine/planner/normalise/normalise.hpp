#pragma once

#include <memory>
#include <vector>

#include "engine/planner/graph/graph.hpp"

namespace nengine::engine {

/// Model -> versions. `fed`: per Model::inputs, 0 not fed, 1 fed every step, 2 held.
/// In the training phase spiking neurons are their rate curve and have no state.
Graph normalise(std::shared_ptr<const Model> model, const std::vector<int>& fed,
                const Observed& observed, PlanMode mode);

/// Training: what is proportional to a trainable amplitude, neurons, gets an amplitude
/// of 1 and a product, which has a gradient for it.
void take_out_amplitudes(Graph& graph);

}  // namespace nengine::engine

#pragma once

#include <optional>
#include <vector>

#include "engine/simulation/simulation.hpp"

namespace nengine::test {

/// One epoch over the items of `order`; their scores.
inline engine::Scores train_epoch(engine::Simulation& simulation, Index n_steps,
                                  const engine::Feeds& feeds,
                                  const engine::Targets& targets,
                                  const engine::Objective& objective,
                                  const std::vector<Index>& order) {
    const engine::DataSet data =
        simulation.data_for(n_steps, feeds, targets, objective);
    const engine::ItemOrder items(simulation.device(), order,
                                  simulation.options().minibatch);
    const auto batch_of = [&](Index number) {
        return engine::Batch{data, items.of_minibatch(number), items.valid(number)};
    };
    const auto entered = simulation.enter("train");
    engine::Trainer& trainer = simulation.trainer();
    trainer.begin_epoch(std::make_shared<engine::Objective>(objective), n_steps,
                        batch_of);
    for (Index m = 0; m < items.minibatches(); ++m) {
        trainer.step(batch_of(m));
    }
    return trainer.end_epoch();
}

}  // namespace nengine::test

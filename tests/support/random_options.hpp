#pragma once

#include "engine/simulation/simulation.hpp"
#include "tests/support/random_model.hpp"

namespace nengine::test {

/// Every switch of the planner thrown at random.
inline engine::ReplicaOptions random_options(Draw& draw) {
    engine::ReplicaOptions options;
    options.dtype = DType::float64;
    options.minibatch = draw.one_of<Index>({1, 2, 5});
    engine::PlannerOptions& plan = options.planner;
    plan.simplify = draw.chance(0.5);
    plan.fuse = draw.chance(0.5);
    plan.fold = draw.chance(0.7);
    plan.merge = draw.one_of<engine::MergePlanner>({engine::MergePlanner::none,
                                                    engine::MergePlanner::greedy,
                                                    engine::MergePlanner::tree});
    plan.layout = draw.chance(0.5);
    plan.reuse_buffers = draw.chance(0.7);
    plan.chunk_steps = draw.one_of<Index>({0, 1, 3, 7, 64});
    plan.tile_items = draw.one_of<Index>({0, 1, 2});
    plan.executor = draw.chance(0.5) ? engine::ExecutorMode::direct
                                     : engine::ExecutorMode::recorded;
    return options;
}

}  // namespace nengine::test

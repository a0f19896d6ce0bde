#pragma once

#include "tests/conformance/operator_cases.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;

class SimulationConformance : public OnEachDevice {
protected:
    Simulation simulation(const ModelMaker& maker, Index minibatch,
                          const PlannerOptions& planner = {}) const {
        ReplicaOptions options{.minibatch = minibatch, .dtype = DType::float64};
        options.planner = planner;
        return Simulation(maker.model, device(), options);
    }
};

inline const ProbeSink ignore = [](int, Index, Index, Index, Index, const void*) {};

}  // namespace nengine::test

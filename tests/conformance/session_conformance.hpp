#pragma once

#include "tests/conformance/operator_cases.hpp"
#include "tests/support/on_each_device.hpp"

namespace nengine::test {

using namespace engine;

class SessionConformance : public OnEachDevice {
protected:
    Session session(const ModelMaker& maker, Index minibatch,
                    const PlannerOptions& planner = {}) const {
        SessionOptions options{.minibatch = minibatch, .dtype = DType::float64};
        options.planner = planner;
        return Session(maker.model, device(), options);
    }
};

inline const ProbeSink ignore = [](int, Index, Index, Index, Index, const void*) {};

}  // namespace nengine::test

#include "api/simulator/simulator_impl.hpp"

namespace nengine {

namespace {

struct EngineForm {
    engine::Optimizer operator()(const SGD& given) const {
        return engine::Sgd{.learning_rate = given.learning_rate,
                           .momentum = given.momentum,
                           .nesterov = given.nesterov};
    }
    engine::Optimizer operator()(const RMSprop& given) const {
        return engine::RmsProp{.learning_rate = given.learning_rate,
                               .rho = given.rho,
                               .momentum = given.momentum,
                               .epsilon = given.epsilon,
                               .centered = given.centered};
    }
    engine::Optimizer operator()(const Adam& given) const {
        return engine::Adam{.learning_rate = given.learning_rate,
                            .beta_1 = given.beta_1,
                            .beta_2 = given.beta_2,
                            .epsilon = given.epsilon};
    }
};

}  // namespace

engine::Optimizer engine_optimizer(const AnyOptimizer& optimizer) {
    return std::visit(EngineForm{}, optimizer);
}

}  // namespace nengine

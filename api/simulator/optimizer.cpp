#include "api/simulator/simulator_impl.hpp"

namespace nengine {
inline namespace api {

namespace {

using EngineAdam = std::variant_alternative_t<2, Optimizer>;

struct EngineForm {
    Optimizer operator()(const SGD& given) const {
        return Sgd{.learning_rate = given.learning_rate,
                   .momentum = given.momentum,
                   .nesterov = given.nesterov};
    }
    Optimizer operator()(const RMSprop& given) const {
        return RmsProp{.learning_rate = given.learning_rate,
                       .rho = given.rho,
                       .momentum = given.momentum,
                       .epsilon = given.epsilon,
                       .centered = given.centered};
    }
    Optimizer operator()(
        const std::variant_alternative_t<2, AnyOptimizer>& given) const {
        return EngineAdam{.learning_rate = given.learning_rate,
                          .beta_1 = given.beta_1,
                          .beta_2 = given.beta_2,
                          .epsilon = given.epsilon};
    }
};

}  // namespace

Optimizer engine_optimizer(const AnyOptimizer& optimizer) {
    return std::visit(EngineForm{}, optimizer);
}

}  // namespace api
}  // namespace nengine

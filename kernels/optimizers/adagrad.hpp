#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Steps that shrink with the sum of squares so far, which starts at 0.1:
/// `s += g^2; w -= learning_rate g / sqrt(s + epsilon)`.
///
/// @source  Duchi, Hazan, Singer, Adaptive Subgradient Methods for Online Learning and
///          Stochastic Optimization (2011)
struct Adagrad {
    Rate learning_rate = 0.001;
    double epsilon = 1e-7;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real>
struct AdagradStep {
    static constexpr std::array starts{0.1};
    using Shared = NothingShared;

    Real rate, epsilon;

    NENGINE_HD void operator()(Shared, Real g, Real& p, Real* averages) const {
        averages[0] += g * g;
        p -= rate * g / std::sqrt(averages[0] + epsilon);
    }
};

template <>
struct OptimizerFormula<Adagrad> {
    static constexpr const char* name = "Adagrad";
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("epsilon", options.epsilon, OptionRange::divisor);
    }

    template <class Real>
    static void with_step(const Adagrad& options, double rate, const auto& use) {
        use(AdagradStep<Real>{static_cast<Real>(rate),
                              static_cast<Real>(options.epsilon)});
    }
};

}  // namespace kernels
}  // namespace nengine

#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Steps in the size of those before, from averages of their squares and of gradients':
///
///     s = rho s + (1 - rho) g^2
///     step = g sqrt(d + epsilon) / sqrt(s + epsilon)
///     d = rho d + (1 - rho) step^2
///     w -= learning_rate step
///
/// The paper's has a learning rate of 1.
///
/// @source  Zeiler, ADADELTA: An Adaptive Learning Rate Method (2012), algorithm 1
struct Adadelta {
    Rate learning_rate = 0.001;
    double rho = 0.95;  ///< from 0 to 1
    double epsilon = 1e-7;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real>
struct AdadeltaStep {
    static constexpr auto starts = zeros<2>;
    using Shared = NothingShared;

    Real rate, rho, rest, epsilon;

    NENGINE_HD void operator()(Shared, Real g, Real& p, Real* averages) const {
        averages[0] = rho * averages[0] + rest * g * g;
        const Real step =
            g * std::sqrt(averages[1] + epsilon) / std::sqrt(averages[0] + epsilon);
        averages[1] = rho * averages[1] + rest * step * step;
        p -= rate * step;
    }
};

template <>
struct OptimizerFormula<Adadelta> {
    static constexpr const char* name = "Adadelta";
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("rho", options.rho, OptionRange::share);
        visit("epsilon", options.epsilon, OptionRange::divisor);
    }

    template <class Real>
    static void with_step(const Adadelta& options, double rate, const auto& use) {
        use(AdadeltaStep<Real>{static_cast<Real>(rate), static_cast<Real>(options.rho),
                               static_cast<Real>(1 - options.rho),
                               static_cast<Real>(options.epsilon)});
    }
};

}  // namespace kernels
}  // namespace nengine

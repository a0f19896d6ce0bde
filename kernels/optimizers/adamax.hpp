#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Adam with the largest gradient, which fades, in place of the average of squares:
///
///     m += (1 - beta_1) (g - m)
///     u = max(beta_2 u, |g|)
///     w -= learning_rate / (1 - beta_1^t) m / (u + epsilon)   in update t
///
/// @source  Kingma, Ba, Adam: A Method for Stochastic Optimization (2014), section 7.1
struct Adamax {
    Rate learning_rate = 0.001;
    double beta_1 = 0.9;    ///< from 0 to 1
    double beta_2 = 0.999;  ///< from 0 to 1
    double epsilon = 1e-7;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real>
struct AdamaxStep {
    static constexpr auto starts = zeros<2>;
    struct Shared {
        Real rate;
    };

    double learning_rate, beta_1;
    Real rest_1, beta_2, epsilon;

    NENGINE_HD void begin(double t, Shared& shared) const {
        shared.rate = static_cast<Real>(learning_rate / (1.0 - std::pow(beta_1, t)));
    }

    NENGINE_HD void operator()(const Shared& shared, Real g, Real& p,
                               Real* averages) const {
        const Real size = g < Real(0) ? -g : g, faded = beta_2 * averages[1];
        averages[0] += (g - averages[0]) * rest_1;
        averages[1] = faded > size ? faded : size;
        p -= shared.rate * averages[0] / (averages[1] + epsilon);
    }
};

template <>
struct OptimizerFormula<Adamax> {
    static constexpr const char* name = "Adamax";
    static constexpr OptimizerTraits traits{.squares_gradients = false};

    static void visit_options(auto& options, const auto& visit) {
        visit("beta_1", options.beta_1, OptionRange::share);
        visit("beta_2", options.beta_2, OptionRange::share);
        visit("epsilon", options.epsilon, OptionRange::divisor);
    }

    template <class Real>
    static void with_step(const Adamax& options, double rate, const auto& use) {
        use(AdamaxStep<Real>{
            rate, options.beta_1, static_cast<Real>(1 - options.beta_1),
            static_cast<Real>(options.beta_2), static_cast<Real>(options.epsilon)});
    }
};

}  // namespace kernels
}  // namespace nengine

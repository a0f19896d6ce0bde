#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Adam with Nesterov's momentum. With `u_t = beta_1 (1 - 0.5 * 0.96^t)` in update t
/// and `U_t = u_1 u_2 ... u_t`,
///
///     m += (1 - beta_1) (g - m)
///     v += (1 - beta_2) (g^2 - v)
///     ahead = u_(t+1) m / (1 - U_(t+1)) + (1 - u_t) g / (1 - U_t)
///     w -= learning_rate ahead / (sqrt(v / (1 - beta_2^t)) + epsilon)
///
/// @source  Dozat, Incorporating Nesterov Momentum into Adam (2016), algorithm 2
/// @note    Keras multiplies U_t once for each of a compiled model's parameters, by an
///          oversight; this is what it does for one.
struct Nadam {
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
struct NadamStep {
    static constexpr auto starts = zeros<2>;
    struct Shared {
        double product;  ///< U_t
        Real of_mean, of_gradient, of_square;
    };

    double learning_rate, beta_1, beta_2;
    Real rest_1, rest_2, epsilon;

    NENGINE_HD double momentum(double t) const {
        return beta_1 * (1.0 - 0.5 * std::pow(0.96, t));
    }
    NENGINE_HD void begin(double t, Shared& shared) const {
        const double u = momentum(t), next = momentum(t + 1.0);
        const double product = (t == 1.0 ? 1.0 : shared.product) * u;
        shared.product = product;
        shared.of_mean =
            static_cast<Real>(learning_rate * next / (1.0 - product * next));
        shared.of_gradient =
            static_cast<Real>(learning_rate * (1.0 - u) / (1.0 - product));
        shared.of_square = static_cast<Real>(1.0 / (1.0 - std::pow(beta_2, t)));
    }

    NENGINE_HD void operator()(const Shared& shared, Real g, Real& p,
                               Real* averages) const {
        averages[0] += (g - averages[0]) * rest_1;
        averages[1] += (g * g - averages[1]) * rest_2;
        const Real ahead = shared.of_mean * averages[0] + shared.of_gradient * g;
        p -= ahead / (std::sqrt(averages[1] * shared.of_square) + epsilon);
    }
};

template <>
struct OptimizerFormula<Nadam> {
    static constexpr const char* name = "Nadam";
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("beta_1", options.beta_1, OptionRange::share);
        visit("beta_2", options.beta_2, OptionRange::share);
        visit("epsilon", options.epsilon, OptionRange::divisor);
    }

    template <class Real>
    static void with_step(const Nadam& options, double rate, const auto& use) {
        use(NadamStep<Real>{
            rate, options.beta_1, options.beta_2, static_cast<Real>(1 - options.beta_1),
            static_cast<Real>(1 - options.beta_2), static_cast<Real>(options.epsilon)});
    }
};

}  // namespace kernels
}  // namespace nengine

#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Averages of gradients and of their squares,
///
///     m += (1 - beta_1) (g - m)
///     v += (1 - beta_2) (g^2 - v)
///     w -= rate m / (sqrt(v) + epsilon)
///
/// where `rate = learning_rate sqrt(1 - beta_2^t) / (1 - beta_1^t)` in update t
/// corrects them for having begun at 0. `amsgrad` takes the largest v so far in place
/// of v.
///
/// @source  Kingma, Ba, Adam: A Method for Stochastic Optimization (2014), section 2;
///          Reddi, Kale, Kumar, On the Convergence of Adam and Beyond (2018)
struct Adam {
    Rate learning_rate = 0.001;
    double beta_1 = 0.9;    ///< from 0 to 1
    double beta_2 = 0.999;  ///< from 0 to 1
    double epsilon = 1e-7;
    bool amsgrad = false;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real, bool amsgrad>
struct AdamStep {
    static constexpr auto starts = zeros<(amsgrad ? 3 : 2)>;
    struct Shared {
        Real rate;
    };

    double learning_rate, beta_1, beta_2;
    Real rest_1, rest_2, epsilon;

    NENGINE_HD void begin(double t, Shared& shared) const {
        shared.rate =
            static_cast<Real>(learning_rate * std::sqrt(1.0 - std::pow(beta_2, t)) /
                              (1.0 - std::pow(beta_1, t)));
    }

    NENGINE_HD void operator()(const Shared& shared, Real g, Real& p,
                               Real* averages) const {
        averages[0] += (g - averages[0]) * rest_1;
        averages[1] += (g * g - averages[1]) * rest_2;
        Real square = averages[1];
        if constexpr (amsgrad) {
            square = averages[2] > square ? averages[2] : square;
            averages[2] = square;
        }
        p -= shared.rate * averages[0] / (std::sqrt(square) + epsilon);
    }
};

/// Of Adam and of those that differ from it in defaults.
template <class Options>
struct AdamFormula {
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("beta_1", options.beta_1, OptionRange::share);
        visit("beta_2", options.beta_2, OptionRange::share);
        visit("epsilon", options.epsilon, OptionRange::divisor);
        visit("amsgrad", options.amsgrad, OptionRange::flag);
    }

    template <class Real>
    static void with_step(const Options& options, double rate, const auto& use) {
        if (options.amsgrad) {
            use(step<Real, true>(options, rate));
        } else {
            use(step<Real, false>(options, rate));
        }
    }

private:
    template <class Real, bool amsgrad>
    static AdamStep<Real, amsgrad> step(const Options& options, double rate) {
        return {rate,
                options.beta_1,
                options.beta_2,
                static_cast<Real>(1 - options.beta_1),
                static_cast<Real>(1 - options.beta_2),
                static_cast<Real>(options.epsilon)};
    }
};

template <>
struct OptimizerFormula<Adam> : AdamFormula<Adam> {
    static constexpr const char* name = "Adam";
};

}  // namespace kernels
}  // namespace nengine

#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// `v = rho v + (1 - rho) g^2; w -= learning_rate g / sqrt(v + epsilon)`. Centered: v
/// less the square of the mean gradient, an average like v. With momentum the steps are
/// summed: `m = momentum m + step; w -= m`.
///
/// @source  Hinton, Neural Networks for Machine Learning, lecture 6e (2012)
struct RMSprop {
    Rate learning_rate = 0.001;
    double rho = 0.9;       ///< from 0 to 1
    double momentum = 0.0;  ///< from 0 to 1
    double epsilon = 1e-7;
    bool centered = false;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

/// Its averages: of squares, then those that there are of gradients and of steps.
template <class Real, bool has_momentum, bool centered>
struct RmspropStep {
    static constexpr auto starts =
        zeros<1 + (centered ? 1 : 0) + (has_momentum ? 1 : 0)>;
    using Shared = NothingShared;

    Real rate, rho, rest, momentum, epsilon;

    NENGINE_HD void operator()(Shared, Real g, Real& p, Real* averages) const {
        averages[0] = rho * averages[0] + rest * g * g;
        Real square = averages[0];
        if constexpr (centered) {
            averages[1] = rho * averages[1] + rest * g;
            square -= averages[1] * averages[1];
        }
        Real step = rate * g / std::sqrt(square + epsilon);
        if constexpr (has_momentum) {
            Real& sum = averages[centered ? 2 : 1];
            step += momentum * sum;
            sum = step;
        }
        p -= step;
    }
};

template <>
struct OptimizerFormula<RMSprop> {
    static constexpr const char* name = "RMSprop";
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("rho", options.rho, OptionRange::share);
        visit("momentum", options.momentum, OptionRange::share);
        visit("epsilon", options.epsilon, OptionRange::divisor);
        visit("centered", options.centered, OptionRange::flag);
    }

    template <class Real>
    static void with_step(const RMSprop& options, double rate, const auto& use) {
        if (options.centered) {
            with_step<Real, true>(options, rate, use);
        } else {
            with_step<Real, false>(options, rate, use);
        }
    }

private:
    template <class Real, bool centered>
    static void with_step(const RMSprop& options, double rate, const auto& use) {
        const auto real = [](double value) { return static_cast<Real>(value); };
        const Real rest = real(1 - options.rho);
        if (options.momentum != 0) {
            use(RmspropStep<Real, true, centered>{real(rate), real(options.rho), rest,
                                                  real(options.momentum),
                                                  real(options.epsilon)});
        } else {
            use(RmspropStep<Real, false, centered>{real(rate), real(options.rho), rest,
                                                   Real(0), real(options.epsilon)});
        }
    }
};

}  // namespace kernels
}  // namespace nengine

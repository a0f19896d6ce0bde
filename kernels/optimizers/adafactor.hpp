#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Adam's averages of squares in the memory of a row and a column: of a matrix w [rows,
/// columns] (of more axes than two, of each matrix along the last ones), in update t,
///
///     b = 1 - t^beta_2_decay;  s = g^2 + epsilon_1
///     r = b r + (1 - b) mean of each row of s;  c = b c + (1 - b) mean of each column
///     v = r c / mean(r)                         (of a vector: v = b v + (1 - b) s)
///     u = g / sqrt(v)
///     w -= rho max(epsilon_2, rms(w)) u / max(1, rms(u) / clip_threshold)
///
/// with rho = min(learning_rate, 1 / sqrt(t)) and the root of the mean square of the
/// whole parameter as rms. `relative_step` is there as it is in Keras 2.12, whose
/// formula bounds rho by 1 / sqrt(t) with it and without.
///
/// @source  Shazeer, Stern, Adafactor: Adaptive Learning Rates with Sublinear Memory
///          Cost (2018), algorithm 6
struct Adafactor {
    Rate learning_rate = 0.001;
    double beta_2_decay = -0.8;  ///< at most 0
    double epsilon_1 = 1e-30;
    double epsilon_2 = 1e-3;
    double clip_threshold = 1.0;  ///< above 0
    bool relative_step = true;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

/// Its state of a parameter is r and then c, or v.
template <class Real>
struct AdafactorStep {
    static constexpr auto starts = zeros<1>;
    static constexpr bool of_shapes = true;
    struct Shared {
        double rho;
        Real rest;  ///< 1 - b
    };

    double learning_rate, beta_2_decay;
    double epsilon_2, clip_threshold;
    Real epsilon_1;

    NENGINE_HD void begin(double t, Shared& shared) const {
        const double bound = 1.0 / std::sqrt(t);
        shared.rho = learning_rate < bound ? learning_rate : bound;
        shared.rest = static_cast<Real>(std::pow(t, beta_2_decay));
    }
    NENGINE_HD Real square(Real g) const { return g * g + epsilon_1; }
    NENGINE_HD static void average(const Shared& shared, Real value, Real& to) {
        to += (value - to) * shared.rest;
    }
    /// What u is multiplied by, of mean squares of the parameter and of u.
    NENGINE_HD double factor(const Shared& shared, double of_parameter,
                             double of_step) const {
        const double rms = std::sqrt(of_parameter);
        const double excess = std::sqrt(of_step) / clip_threshold;
        return shared.rho * (rms > epsilon_2 ? rms : epsilon_2) /
               (excess > 1.0 ? excess : 1.0);
    }
};

template <>
struct OptimizerFormula<Adafactor> {
    static constexpr const char* name = "Adafactor";
    static constexpr OptimizerTraits traits{};

    static void visit_options(auto& options, const auto& visit) {
        visit("beta_2_decay", options.beta_2_decay, OptionRange::not_positive);
        visit("epsilon_1", options.epsilon_1, OptionRange::divisor);
        visit("epsilon_2", options.epsilon_2, OptionRange::not_negative);
        visit("clip_threshold", options.clip_threshold, OptionRange::divisor);
        visit("relative_step", options.relative_step, OptionRange::flag);
    }

    template <class Real>
    static void with_step(const Adafactor& options, double rate, const auto& use) {
        use(AdafactorStep<Real>{rate, options.beta_2_decay, options.epsilon_2,
                                options.clip_threshold,
                                static_cast<Real>(options.epsilon_1)});
    }
};

}  // namespace kernels
}  // namespace nengine

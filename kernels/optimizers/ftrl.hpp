#pragma once

#include <cmath>

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Follow the regularised leader: each w is what would have been best for the gradients
/// so far, with penalties that make it small (`l2`) or 0 (`l1`). With n, the sum of
/// squares, from 0.1 on, z from 0 on and q = -learning_rate_power:
///
///     h = g + 2 l2_shrinkage w
///     z += h - ((n + g^2)^q - n^q) / learning_rate w
///     n += g^2
///     w = (clip(z, -l1, l1) - z) / ((n^q + beta) / learning_rate + 2 l2)
///
/// A parameter's first value has no part in this: without gradients it becomes 0.
///
/// @source  McMahan et al., Ad Click Prediction: a View from the Trenches (2013),
///          algorithm 1
struct Ftrl {
    Rate learning_rate = 0.001;         ///< above 0
    double learning_rate_power = -0.5;  ///< at most 0; -0.5 is the fastest to compute
    double l1 = 0.0;                    ///< at least 0
    double l2 = 0.0;                    ///< at least 0
    double l2_shrinkage = 0.0;          ///< at least 0
    double beta = 0.0;                  ///< at least 0
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real, bool is_root>
struct FtrlStep {
    static constexpr std::array starts{0.1, 0.0};
    static constexpr bool one_by_one = !is_root;
    using Shared = NothingShared;

    Real per_rate, power, l1, twice_l2, twice_shrinkage, beta;

    NENGINE_HD Real raised(Real n) const {
        if constexpr (is_root) {
            return std::sqrt(n);
        } else {
            return std::pow(n, power);
        }
    }
    NENGINE_HD void operator()(Shared, Real g, Real& p, Real* averages) const {
        const Real before = raised(averages[0]);
        averages[0] += g * g;
        const Real after = raised(averages[0]);
        const Real z =
            averages[1] + g + twice_shrinkage * p - (after - before) * per_rate * p;
        averages[1] = z;
        const Real over = z < -l1 ? z + l1 : z > l1 ? z - l1 : Real(0);
        p = -over / ((after + beta) * per_rate + twice_l2);
    }
};

template <>
struct OptimizerFormula<Ftrl> {
    static constexpr const char* name = "Ftrl";
    static constexpr OptimizerTraits traits{.divides_by_rate = true};

    static void visit_options(auto& options, const auto& visit) {
        visit("learning_rate_power", options.learning_rate_power,
              OptionRange::not_positive);
        visit("l1", options.l1, OptionRange::not_negative);
        visit("l2", options.l2, OptionRange::not_negative);
        visit("l2_shrinkage", options.l2_shrinkage, OptionRange::not_negative);
        visit("beta", options.beta, OptionRange::not_negative);
    }

    template <class Real>
    static void with_step(const Ftrl& options, double rate, const auto& use) {
        if (options.learning_rate_power == -0.5) {
            use(step<Real, true>(options, rate));
        } else {
            use(step<Real, false>(options, rate));
        }
    }

private:
    template <class Real, bool is_root>
    static FtrlStep<Real, is_root> step(const Ftrl& options, double rate) {
        const auto real = [](double value) { return static_cast<Real>(value); };
        return {real(1 / rate),
                real(-options.learning_rate_power),
                real(options.l1),
                real(2 * options.l2),
                real(2 * options.l2_shrinkage),
                real(options.beta)};
    }
};

}  // namespace kernels
}  // namespace nengine

#pragma once

#include "kernels/optimizers/formula.hpp"
#include "kernels/optimizers/rate.hpp"

namespace nengine {

/// Gradient descent: `w -= learning_rate g`. With momentum `v = momentum v -
/// learning_rate g; w += v`, or, Nesterov's form, `w += momentum v - learning_rate g`.
///
/// @source  Sutskever, Martens, Dahl, Hinton, On the importance of initialization and
///          momentum in deep learning (2013)
struct SGD {
    Rate learning_rate = 0.01;
    double momentum = 0.0;  ///< from 0 to 1
    bool nesterov = false;
    double weight_decay = 0.0;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <class Real, bool has_momentum>
struct SgdStep {
    static constexpr auto starts = zeros<(has_momentum ? 1 : 0)>;
    using Shared = NothingShared;

    Real rate, momentum;
    bool nesterov;

    NENGINE_HD void operator()(Shared, Real g, Real& p, Real* averages) const {
        const Real drop = rate * g;
        if constexpr (has_momentum) {
            const Real v = momentum * averages[0] - drop;
            averages[0] = v;
            p += nesterov ? momentum * v - drop : v;
        } else {
            p -= drop;
        }
    }
};

template <>
struct OptimizerFormula<SGD> {
    static constexpr const char* name = "SGD";
    static constexpr OptimizerTraits traits{.squares_gradients = false,
                                            .bounds_steps = false};

    static void visit_options(auto& options, const auto& visit) {
        visit("momentum", options.momentum, OptionRange::share);
        visit("nesterov", options.nesterov, OptionRange::flag);
    }

    template <class Real>
    static void with_step(const SGD& options, double rate, const auto& use) {
        const Real lr = static_cast<Real>(rate);
        if (options.momentum != 0) {
            use(SgdStep<Real, true>{lr, static_cast<Real>(options.momentum),
                                    options.nesterov});
        } else {
            use(SgdStep<Real, false>{lr, Real(0), false});
        }
    }
};

}  // namespace kernels
}  // namespace nengine

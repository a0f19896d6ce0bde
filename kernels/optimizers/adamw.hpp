#pragma once

#include "kernels/optimizers/adam.hpp"

namespace nengine {

/// Adam whose weights decay by default.
///
/// @source  Loshchilov, Hutter, Decoupled Weight Decay Regularization (2017)
struct AdamW {
    Rate learning_rate = 0.001;
    double beta_1 = 0.9;    ///< from 0 to 1
    double beta_2 = 0.999;  ///< from 0 to 1
    double epsilon = 1e-7;
    bool amsgrad = false;
    double weight_decay = 0.004;
    bool use_ema = false;
    double ema_momentum = 0.99;
};

namespace kernels {

template <>
struct OptimizerFormula<AdamW> : AdamFormula<AdamW> {
    static constexpr const char* name = "AdamW";
};

}  // namespace kernels
}  // namespace nengine

#pragma once

#include "kernels/optimizers/clipping.hpp"
#include "kernels/optimizers/optimizers.hpp"

// Optimizers have the names, formulas and defaults of Keras 2.12. Each is a struct of
// numbers in a file of its own, kernels/optimizers/<name>.hpp, with its formula in
// terms of a parameter w and its gradient g; AnyOptimizer is one of them. All have
//
//     learning_rate         a number of at least 0, a schedule, or a function of the
//                           updates so far (kernels/optimizers/rate.hpp)
//     weight_decay          at least 0: w -= w weight_decay learning_rate before each
//                           update
//     use_ema = false       an average of w, at first w itself, is kept, and takes the
//                           parameter's place at the end of `fit`: average +=
//     ema_momentum = 0.99   (1 - ema_momentum) (w - average) after each update
//
// An epsilon is above 0 (in float32 at least 1.2e-38): where it is 0, Keras makes NaN
// of a parameter without a gradient.

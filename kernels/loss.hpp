#pragma once

#include "kernels/base/exec.hpp"
#include "kernels/base/view.hpp"

namespace nengine::kernels {

/// A loss of predictions against targets, `[steps, batch, 1, n]`.
///
/// Only the first `valid` items of the batch count: a padded item adds nothing to the
/// loss and its gradient is 0. The caller folds the mean and the loss weight into
/// `scale`. `loss` is a float64 on the device, added to in a fixed order.
template <class Real>
struct LossArgs {
    Block<const Real> prediction;
    Block<const Real> target;  ///< labels: cols 1, whole numbers
    Index valid = 0;
    Real scale = 1;
    double value_weight = 1;  ///< times the loss, but not its gradient
    double* loss = nullptr;
    Block<Real> dL_dprediction;  ///< null data: value only
};

/// loss += value_weight * scale * sum (prediction - target)^2
template <class Exec, class Real>
void mean_squared_error(const Exec& exec, const LossArgs<Real>& args);

/// loss += value_weight * scale * sum prediction: of values that are losses by
/// themselves. There are no targets.
template <class Exec, class Real>
void sum_of_values(const Exec& exec, LossArgs<Real> args);

/// loss += value_weight * scale * sum over steps and items of -log p[label], with p =
/// softmax(prediction) if `from_logits`, else prediction / sum(prediction) clipped to
/// [1e-7, 1 - 1e-7] (Keras). A label outside [0, n) makes the loss NaN.
template <class Exec, class Real>
void sparse_categorical_crossentropy(const Exec& exec, const LossArgs<Real>& args,
                                     bool from_logits);

/// *correct += how many (step, item) pairs among the valid items have
/// argmax(prediction) == label; ties go to the first.
template <class Exec, class Real>
void count_correct(const Exec& exec, const Block<const Real>& prediction,
                   const Block<const Real>& label, Index valid, double* correct);

/// sums[i] += the sum over valid items of values(0, b, 0, i), for every column i.
template <class Exec, class Real>
void sum_columns(const Exec& exec, const Block<const Real>& values, Index valid,
                 double* sums);

/// *flag = code if *value is NaN or infinite and *flag is 0: the first that was found
/// stays.
template <class Exec>
void flag_non_finite(const Exec& exec, const double* value, int* flag, int code);

/// The same for the product of `scale` with any of n numbers or, with `squares`, for
/// the square of any of them.
template <class Exec, class Real>
void flag_non_finite(const Exec& exec, const Real* values, Index n, bool squares,
                     Real scale, int* flag, int code);

/// *count += 1 if *flag is 0.
template <class Exec>
void count_unflagged(const Exec& exec, const int* flag, Index* count);

}  // namespace nengine::kernels

#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "kernels/base/export.hpp"
#include "nengine/callbacks.hpp"
#include "nengine/data.hpp"
#include "nengine/objective.hpp"
#include "nengine/optimizers.hpp"
#include "nengine/simulator_options.hpp"

// Options and results of the calls that train, or that compare with targets.

namespace nengine {

struct CompileOptions {
    AnyOptimizer optimizer = RMSprop{};
    Losses loss = {};
    Metrics metrics = {};
    Clipping clip = {};  ///< of gradients
    /// What times the optimizer's learning rate a parameter's is, by its name; 0: it
    /// stays as it is.
    std::map<std::string, double> learning_rates = {};
};

/// Values by name: "loss" (the weighted sum, with what regularizers of parameters add,
/// which is "regularization" if there are any), "<probe>_loss", and "<probe>_accuracy"
/// or another metric's name. Of several losses of a probe, "<probe>_loss" is the sum
/// before they are weighted, and each has a value of its own,
/// "<probe>_mean_squared_error" and so on. What repeats gets "_1", "_2" ... in the
/// order of CompileOptions.
using EvaluationResult = std::map<std::string, double>;

struct FitOptions {
    int epochs = 1;
    /// Needed without data; unset: as many as the data has.
    std::optional<std::int64_t> n_steps = std::nullopt;
    bool shuffle = true;
    /// Each minibatch goes on from the state that the one before it has come to, item
    /// by item, into the next epoch and into later calls too, and counts as simulated:
    /// n_steps and time go on. No gradient goes back into the minibatch before. Needs
    /// whole minibatches, and no `shuffle` where items are parts of one sequence; on a
    /// GPU each minibatch waits for the device.
    bool stateful = false;
    /// Nodes' data and probes' targets; adds "val_loss" and so on to the history.
    std::optional<std::pair<Data, Data>> validation_data = std::nullopt;
    /// Called after each epoch, counted from 0, with what the history gets; false ends
    /// the training.
    std::function<bool(int epoch, const EvaluationResult& values)> on_epoch_end = {};
    /// Called in this order; on_epoch_end comes last.
    std::vector<Callback> callbacks = {};
    /// The number of the first epoch; the last one is `epochs - 1`, as in Keras.
    int initial_epoch = 0;
    /// Above 0: this share of the items, the last of them as they are given, is not
    /// trained with but is the validation data. `validation_data` takes its place.
    double validation_split = 0.0;
    /// Validation after every so many epochs; others have no "val_loss" and so on.
    int validation_freq = 1;
    /// How many minibatches an epoch has; unset: as many as the items fill. They go on
    /// through the items from epoch to epoch; when all have been trained with, they are
    /// shuffled and begin again.
    std::optional<std::int64_t> steps_per_epoch = std::nullopt;
    /// When this becomes true, by a signal handler or another thread, the training ends
    /// after the minibatch at hand; the epoch that it was in is not in the history.
    const std::atomic<bool>* interrupt = nullptr;
    /// For each item, [batch], or for each item and sample, [batch, samples], what its
    /// losses count, by probe; metrics count all alike. The mean is over all items: it
    /// is the weighted sum divided by their number, not by the sum of weights.
    Data sample_weight = {};
    /// What samples of a class count, in the losses of all probes whose targets are
    /// classes: labels, or vectors whose largest component says which. Others count 1.
    /// With sample_weight both count.
    std::map<int, double> class_weight = {};
};

/// What happened in each epoch of `fit`.
struct History {
    std::map<std::string, std::vector<double>> values;  ///< "loss", "val_loss" ...
    std::vector<double> seconds;                        ///< without validation
    std::vector<int> epoch;                             ///< the numbers of the epochs

    /// @throws ValidationError  there are no values of this name
    NENGINE_API const std::vector<double>& operator[](const std::string& name) const;
};

struct EvaluateOptions {
    std::optional<std::int64_t> n_steps = std::nullopt;
    bool stateful = false;  ///< as of FitOptions
    Phase phase = Phase::inference;
    Data sample_weight = {};  ///< as of FitOptions
};

/// Of gradients that are compared with differences.
struct GradientCheckOptions {
    /// Unset: as many as the data has, or 2.
    std::optional<std::int64_t> n_steps = std::nullopt;
    /// An analytic gradient a and a numeric one n agree where |a - n| < atol + rtol
    /// |n|.
    double atol = 1e-5, rtol = 1e-3;
    /// Of each parameter and input, at most so many numbers, drawn at random.
    std::int64_t elements = 20;
};

/// What a check has found where all agree.
struct GradientCheck {
    double largest_difference = 0.0;  ///< |a - n|
    std::string where = {};           ///< the parameter or input in which that is
    std::int64_t n_compared = 0;
};

}  // namespace nengine

#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "kernels/base/export.hpp"

namespace nengine {

class Simulator;

namespace detail {
struct TrainingState;
}

/// Values of an epoch by name, as `History` gets them: "loss", "val_loss" ...
using Logs = std::map<std::string, double>;

/// The call of `Simulator::fit` that calls a callback. Lives as long as that call.
class NENGINE_API Training {
public:
    explicit Training(detail::TrainingState& state) : state_(state) {}
    Training(const Training&) = delete;
    Training& operator=(const Training&) = delete;

    int epoch() const;           ///< counted from 0
    std::int64_t batch() const;  ///< the minibatch of this epoch, counted from 0
    /// Ends the training: at once after a minibatch, whose epoch then ends as any
    /// other, or after the epoch at hand.
    void stop();
    bool stopped() const;
    double learning_rate() const;
    /// From the next minibatch on.
    /// @throws ValidationError  a rate below 0 or not finite
    void set_learning_rate(double learning_rate);
    /// Between epochs it may be used as ever. After a minibatch it may be looked at
    /// (`parameter`, `save_params`); calls that run or change it throw SimulationError.
    Simulator& simulator() const;
    /// Goes where the simulator's warnings go.
    void warn(const std::string& message) const;

private:
    detail::TrainingState& state_;
};

/// A callback of one's own. What it throws leaves `fit`, with the parameters as trained
/// so far.
class NENGINE_API CallbackBase {
public:
    CallbackBase() = default;
    CallbackBase(const CallbackBase&) = default;
    CallbackBase& operator=(const CallbackBase&) = default;
    virtual ~CallbackBase();

    virtual void on_train_begin(Training& training);
    virtual void on_epoch_begin(Training& training, int epoch);
    virtual void on_train_batch_begin(Training& training, std::int64_t batch);
    /// Whether on_train_batch_end is called. For what it gets, the device is waited for
    /// after each minibatch.
    virtual bool has_batch_hook() const;
    /// `logs`: means over the minibatches of this epoch so far.
    virtual void on_train_batch_end(Training& training, std::int64_t batch,
                                    const Logs& logs);
    /// Before and after a validation, with its values: "val_loss" ...
    virtual void on_test_begin(Training& training);
    virtual void on_test_end(Training& training, const Logs& logs);
    /// What is written into `logs` is seen by the callbacks behind this one and by the
    /// history.
    virtual void on_epoch_end(Training& training, int epoch, Logs& logs);
    /// Not called where `fit` ends with an exception.
    virtual void on_train_end(Training& training);
    /// What it has to remember if `fit` ends here and goes on later (BackupAndRestore),
    /// by name; by default nothing.
    virtual std::map<std::string, std::vector<double>> save_state() const;
    /// The same, before `on_train_begin` of a `fit` that goes on.
    virtual void load_state(const std::map<std::string, std::vector<double>>& state);
};

/// Functions to be called; those that are not set are not.
struct LambdaCallback {
    std::function<void(Training& training)> on_train_begin = {};
    std::function<void(Training& training, int epoch)> on_epoch_begin = {};
    std::function<void(Training& training, std::int64_t batch)> on_train_batch_begin =
        {};
    /// As CallbackBase's: if set, the device is waited for after each minibatch.
    std::function<void(Training& training, std::int64_t batch, const Logs& logs)>
        on_train_batch_end = {};
    std::function<void(Training& training)> on_test_begin = {};
    std::function<void(Training& training, const Logs& logs)> on_test_end = {};
    std::function<void(Training& training, int epoch, Logs& logs)> on_epoch_end = {};
    std::function<void(Training& training)> on_train_end = {};
};

// Kinds of Keras 2.12, with its names, defaults and decisions. A value `monitor` that
// an epoch does not have, as "val_loss" without validation, is warned of once; such an
// epoch does not count. `mode` is "min" if smaller values are better, "max" if larger
// ones are, or "auto", which asks the name.

/// Ends the training once `patience` epochs in a row have not improved a value by more
/// than `min_delta`. The first epoch never ends it.
struct EarlyStopping {
    std::string monitor = "val_loss";
    double min_delta = 0.0;
    int patience = 0;
    /// "auto": max for names that end with "acc", "accuracy" or "auc".
    std::string mode = "auto";
    /// Only what is better than this is an improvement.
    std::optional<double> baseline = std::nullopt;
    /// When this ends the training, parameters become those of the best epoch (they are
    /// kept in memory). Not where the training ends otherwise.
    bool restore_best_weights = false;
    int start_from_epoch = 0;  ///< epochs before this one do not count
};

/// Multiplies the learning rate by `factor` after `patience` epochs in a row that have
/// not improved a value by more than `min_delta`. Adds "lr" to the history: the rate
/// that the epoch was trained with.
struct ReduceLROnPlateau {
    std::string monitor = "val_loss";
    double factor = 0.1;  ///< below 1
    int patience = 10;
    /// "auto": max for names with "acc" in them.
    std::string mode = "auto";
    double min_delta = 1e-4;
    int cooldown = 0;     ///< epochs after a reduction that are not counted
    double min_lr = 0.0;  ///< the rate gets no smaller than this
};

/// Saves all parameters after an epoch, as `Simulator::save_params` does: a file is
/// written whole or not at all.
struct ModelCheckpoint {
    /// May name the epoch, counted from 1, and its values:
    /// "w{epoch:02d}-{loss:.3f}.npz". Behind the colon come Python's width, precision
    /// and d, e, f or g.
    std::filesystem::path path;
    std::string monitor = "val_loss";
    /// After the epochs whose value is better than any before; else after each.
    bool save_best_only = false;
    /// "auto": max for names with "acc" in them or that start with "fmeasure".
    std::string mode = "auto";
    /// Only what is better than this is saved as the best.
    std::optional<double> initial_value_threshold = std::nullopt;
};

/// Writes a line for each epoch into a text file: the epoch, counted from 0, and its
/// values by name. The columns are those of the first epoch; what a later one lacks is
/// "NA", what it has beyond them is left out. After each epoch the file is complete so
/// far.
struct CsvLogger {
    std::filesystem::path path;
    char separator = ',';
    bool append = false;  ///< to what the file has, without a second line of names
};

/// Asks a function for the learning rate before each epoch. Adds "lr" to the history.
struct LearningRateScheduler {
    std::function<double(int epoch, double learning_rate)> schedule;
};

/// Writes event files for TensorBoard: `log_dir/train` and `log_dir/validation` with a
/// curve for each value of the epochs ("epoch_loss"), and distributions of parameters.
struct TensorBoard {
    std::filesystem::path log_dir = "logs";
    /// Distributions of parameters every so many epochs; 0: none.
    int histogram_freq = 0;
    /// Which parameters, by name; empty: all that are trained.
    std::vector<std::string> histograms = {};
};

/// Keeps a checkpoint of the training at hand. A call of `fit` that finds one goes on
/// from it, to the same numbers, to the last bit, as if the call that wrote it had not
/// ended: on the same device, with the same build, processor and number of threads, the
/// same data and options. Its history is of all epochs, those before included.
///
/// The file is that of `Simulator::save_checkpoint`, with what callbacks remember
/// (CallbackBase::save_state). Written whole or not at all, after each epoch, when
/// FitOptions::interrupt ends the training, and every so many minibatches. Where `fit`
/// goes on in the middle of an epoch, `on_epoch_begin` is not called for it again.
struct BackupAndRestore {
    std::filesystem::path path;
    /// Also after so many minibatches of an epoch, each time.
    std::optional<std::int64_t> every_batches = std::nullopt;
    bool delete_checkpoint = true;  ///< when the training has come to its end
};

/// What `fit` calls as it goes: a value of one of these kinds, or a callback of one's
/// own.
///
///     sim.fit(x, y, {.epochs = 50,
///                    .callbacks = {EarlyStopping{.patience = 3},
///                                  CsvLogger{"log.csv"}},
///                    .validation_split = 0.1});
using Callback =
    std::variant<LambdaCallback, EarlyStopping, ReduceLROnPlateau, ModelCheckpoint,
                 CsvLogger, LearningRateScheduler, TensorBoard, BackupAndRestore,
                 std::shared_ptr<CallbackBase>>;

}  // namespace nengine

#include <chrono>
#include <cmath>

#include "api/callbacks/callback_list.hpp"
#include "api/callbacks/training_state.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/fit_backup.hpp"
#include "api/simulator/minibatches.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

namespace {

void need_at_least(Index value, Index least, const std::string& option) {
    if (value < least) {
        throw ValidationError("fit: " + option + ": got " + std::to_string(value) +
                              ", needs at least " + std::to_string(least));
    }
}

void check(const FitOptions& options) {
    need_at_least(options.epochs, 0, "epochs");
    need_at_least(options.initial_epoch, 0, "initial_epoch");
    need_at_least(options.validation_freq, 1, "validation_freq");
    need_at_least(options.steps_per_epoch.value_or(1), 1, "steps_per_epoch");
    const double split = options.validation_split;
    if (!(split >= 0.0 && split < 1.0)) {
        throw ValidationError("fit: validation_split: got " + number_text(split) +
                              ", needs at least 0 and below 1");
    }
}

/// Items [first, first + count) of a call's data.
CallData items_of(const CallData& all, Index first, Index count) {
    CallData part = all;
    part.items = count;
    for (auto* tensors : {&part.feeds, &part.targets, &part.weights}) {
        for (auto& [place, tensor] : *tensors) {
            const auto skipped =
                static_cast<std::size_t>(first * tensor.steps * tensor.size) *
                itemsize(tensor.dtype);
            tensor.data = static_cast<const std::byte*>(tensor.data) + skipped;
            tensor.batch = count;
        }
    }
    return part;
}

/// How many items are trained with where the last `split` of them are held back.
Index items_before_split(Index items, double split) {
    const auto first =
        static_cast<Index>(std::floor(static_cast<double>(items) * (1.0 - split)));
    if (first < 1 || first == items) {
        throw ValidationError("fit: validation_split: got " + number_text(split) +
                              " of " + std::to_string(items) +
                              " items, needs at least one to train with and one to "
                              "validate with");
    }
    return first;
}

}  // namespace

/// One call of `fit`.
class Simulator::Impl::Fit {
public:
    Fit(Simulator& fitted, Impl& its_impl, const FitOptions& given)
        : simulator_(fitted),
          impl_(its_impl),
          options_(given),
          callbacks_(given.callbacks),
          backup_(given.callbacks),
          first_epoch_(given.initial_epoch),
          epoch_(given.initial_epoch),
          epochs_before_(its_impl.epochs_run),
          budget_(its_impl.simulation->data_budget()),
          state_{fitted, [this](const std::string& text) { impl_.warn(text); }},
          training_(state_) {
        if (options_.stateful && backup_.is_wanted()) {
            throw ValidationError(
                "fit: got stateful and BackupAndRestore, which does not keep the "
                "network's state; needs one of them");
        }
    }

    /// With the items of tensors.
    void use(const Data& x, const Data& y) {
        const CallTargets wanted{y, options_.sample_weight, options_.class_weight};
        CallData data = impl_.call_data(x, &wanted, options_.n_steps, "fit");
        if (!options_.stateful) {
            impl_.warn_of_delay(data.n_steps, data.objective->observed());
        }
        take_validation_data();
        if (!validation_ && options_.validation_split != 0.0) {
            const Index all = data.items;
            const Index first = items_before_split(all, options_.validation_split);
            validation_.emplace(items_of(data, first, all - first));
            data = items_of(data, 0, first);
        }
        minibatches_ = std::make_unique<ItemMinibatches>(impl_, std::move(data),
                                                         options_, budget_);
        place_validation();
    }

    /// With what a source gives.
    void use(std::shared_ptr<BatchSource> source) {
        minibatches_ =
            std::make_unique<SourceMinibatches>(impl_, std::move(source), options_);
        take_validation_data();
        place_validation();
    }

    History run() {
        if (const auto left = backup_.read()) {
            resume(*left);
        }
        callbacks_.on_train_begin(training_);
        for (; epoch_ < options_.epochs && goes_on(); ++epoch_) {
            begin(epoch_);
            const auto start = std::chrono::steady_clock::now();
            Logs logs = train(epoch_);
            const std::chrono::duration<double> taken =
                std::chrono::steady_clock::now() - start;
            finish(epoch_, logs, taken.count());
        }
        simulator_.open("fit").simulation->trainer().take_averages();
        callbacks_.on_train_end(training_);
        if (!is_interrupted()) {
            backup_.finish();
        }
        return std::move(history_);
    }

private:
    void take_validation_data() {
        if (options_.validation_data) {
            const auto& [inputs, targets] = *options_.validation_data;
            const CallTargets wanted{targets, {}, {}};
            validation_.emplace(impl_.call_data(inputs, &wanted, options_.n_steps,
                                                "fit: validation_data"));
        }
    }
    /// In what the items that are trained with have left of the budget.
    void place_validation() {
        if (validation_) {
            validation_items_ = std::make_unique<engine::MinibatchData>(
                impl_.minibatches_of(*validation_, budget_));
        }
    }

    bool is_interrupted() const {
        return options_.interrupt != nullptr && *options_.interrupt;
    }

    void begin(int epoch) {
        state_.epoch = epoch;
        if (!resumed_) {
            callbacks_.on_epoch_begin(training_, epoch);
        }
        simulator_.open("fit");  // it may have been closed
    }

    /// Leaves no trace in the history if it is interrupted.
    void finish(int epoch, Logs& logs, double seconds) {
        if (is_interrupted() || !validate(epoch, logs)) {
            keep(epoch, done_);
            return;
        }
        callbacks_.on_epoch_end(training_, epoch, logs);
        history_.epoch.push_back(epoch);
        history_.seconds.push_back(seconds);
        for (const auto& [name, value] : logs) {
            history_.values[name].push_back(value);
        }
        if (options_.on_epoch_end && !options_.on_epoch_end(epoch, logs)) {
            training_.stop();
        }
        keep(epoch + 1, 0);
    }

    engine::Trainer& trainer() const { return impl_.simulation->trainer(); }

    Logs train(int epoch) {
        ProgressBar bar(impl_.shows_progress(),
                        "epoch " + std::to_string(epoch + 1) + '/' +
                            std::to_string(options_.epochs),
                        minibatches_->items().value_or(0), "items");
        minibatches_->begin(epoch);
        const auto entered = impl_.simulation->enter("fit");
        begin_minibatches();
        Index items = 0;
        while (next_) {
            state_.batch = done_;
            callbacks_.on_train_batch_begin(training_, done_++);
            trainer().step(next_->batch);
            minibatches_->prepare();
            items += next_->batch.valid;
            show(bar, items);
            if (callbacks_.has_batch_hook()) {
                callbacks_.on_train_batch_end(training_, state_.batch,
                                              impl_.named(trainer().scores()));
            }
            if (!goes_on()) {
                break;
            }
            if (backup_.is_due(done_)) {
                keep(epoch, done_);
            }
            take_next();
        }
        const Logs logs = impl_.named(trainer().end_epoch());
        if (!is_interrupted()) {
            bar.finish(values_text(logs));
        }
        return logs;
    }

    void take_next() {
        next_.reset();
        if (const auto next = minibatches_->next()) {
            next_.emplace(*next);
        }
    }

    /// Up to its first minibatch, or the one from which this call goes on.
    void begin_minibatches() {
        take_next();
        if (!next_) {
            throw ValidationError("fit: got no batch in epoch " +
                                  std::to_string(epoch_ + 1) + ", needs one at least");
        }
        trainer().begin_epoch(
            next_->objective, next_->n_steps,
            [this](Index number) { return minibatches_->of(number); },
            engine_calls(options_.stateful));
        done_ = 0;
        if (resumed_) {
            done_ = int_of(*resumed_, "fit/minibatches");
            minibatches_->pass(done_ - 1);  // the first one has been taken
            take_next();
            trainer().load_epoch(*resumed_);
            resumed_.reset();
        }
    }

    // Going on from a checkpoint. Its entries are those of the simulator, what
    // callbacks remember ("callback/0/best"), the history, and how far the training
    // was.

    /// Writes what a later call may go on from: so many minibatches of the epoch.
    void keep(int epoch, Index minibatches) {
        if (!backup_.is_wanted()) {
            return;
        }
        engine::Checkpoint to = impl_.checkpoint();
        if (minibatches > 0) {
            to.merge(trainer().save_epoch());
        }
        for (auto& [name, numbers] : callbacks_.save_state()) {
            to["callback/" + name] = numbers;
        }
        save_history(history_, to);
        to["fit/shape"] = minibatches_->shape();
        to["fit/first_epoch"] = {double(first_epoch_)};
        to["fit/epoch"] = {double(epoch)};
        to["fit/minibatches"] = {double(minibatches)};
        to["fit/epochs_before"] = {double(epochs_before_)};
        to["fit/stopped"] = {double(state_.stopped && !is_interrupted())};
        backup_.write(to);
    }

    void resume(const engine::Checkpoint& from) {
        const std::vector<double> shape = minibatches_->shape();
        if (engine::entry_of(from, "fit/shape", shape.size()) != shape) {
            throw ValidationError(
                "fit: callbacks: BackupAndRestore: got a checkpoint of other data or "
                "options, needs one of the same items, steps, minibatches and shuffle");
        }
        History history = load_history(from);
        const int epoch = int_of(from, "fit/epoch");
        const bool in_epoch = int_of(from, "fit/minibatches") > 0;
        first_epoch_ = int_of(from, "fit/first_epoch");
        callbacks_.load_state(entries_under(from, "callback/"));
        impl_.load(from);
        epochs_before_ = static_cast<std::uint32_t>(int_of(from, "fit/epochs_before"));
        impl_.epochs_run = epochs_before_;
        for (epoch_ = first_epoch_; epoch_ < epoch; ++epoch_) {
            minibatches_->pass_epoch();
        }
        state_.stopped = int_of(from, "fit/stopped") != 0;
        history_ = std::move(history);
        if (in_epoch) {
            resumed_ = from;
        }
    }

    static int int_of(const engine::Checkpoint& from, const std::string& name) {
        return static_cast<int>(engine::number_of(from, name));
    }

    bool goes_on() const { return !state_.stopped && !is_interrupted(); }

    void show(ProgressBar& bar, Index done) const {
        const bool must_wait = impl_.simulation->device().is_cuda();
        if (must_wait) {
            bar.update(done);
            return;
        }
        bar.update(done, [&] { return values_text(impl_.named(trainer().scores())); });
    }

    /// False if it was interrupted.
    bool validate(int epoch, Logs& logs) try {
        if (!validation_ || (epoch + 1) % options_.validation_freq != 0) {
            return true;
        }
        callbacks_.on_test_begin(training_);
        simulator_.open("fit");  // as in begin()
        Logs found;
        for (const auto& [name, value] :
             impl_.evaluate(*validation_, *validation_items_, Phase::inference,
                            engine::Calls::isolated, options_.interrupt)) {
            found["val_" + name] = value;
        }
        callbacks_.on_test_end(training_, found);
        logs.merge(found);
        return true;
    } catch (const Interrupted&) {
        return false;
    }

    Simulator& simulator_;
    Impl& impl_;
    const FitOptions& options_;
    detail::CallbackList callbacks_;
    FitBackup backup_;
    int first_epoch_, epoch_;      ///< of the training, and at hand
    Index done_ = 0;               ///< minibatches of the one at hand
    std::uint32_t epochs_before_;  ///< that the simulator had been trained before
    /// In the middle of an epoch, from which this call goes on.
    std::optional<engine::Checkpoint> resumed_;
    engine::DataBudget budget_;  ///< of this call
    std::unique_ptr<Minibatches> minibatches_;
    std::optional<Minibatches::One> next_;
    std::optional<CallData> validation_;
    std::unique_ptr<engine::MinibatchData> validation_items_;
    detail::TrainingState state_;
    Training training_;
    History history_;
};

Simulator::Impl& Simulator::open_to_fit(const FitOptions& options) const {
    Impl& impl = open("fit");
    check(options);
    if (!impl.compiled || !impl.objective.has_losses()) {
        throw SimulationError("fit: needs compile() with a loss first");
    }
    return impl;
}

History Simulator::fit(const Data& x, const Data& y, FitOptions options) try {
    Impl::Fit call(*this, open_to_fit(options), options);
    call.use(x, y);
    return call.run();
} catch (const std::bad_alloc&) {
    refuse_call("fit");
}

History Simulator::fit_source(std::shared_ptr<BatchSource> source,
                              const FitOptions& options) try {
    if (source == nullptr) {
        throw ValidationError("fit: got an empty pointer, needs a source of batches");
    }
    Impl::Fit call(*this, open_to_fit(options), options);
    call.use(std::move(source));
    return call.run();
} catch (const std::bad_alloc&) {
    refuse_call("fit");
}

}  // namespace nengine

#include <chrono>
#include <cmath>

#include "api/callbacks/callback_list.hpp"
#include "api/callbacks/training_state.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/item_stream.hpp"
#include "api/simulator/simulator_impl.hpp"
#include "kernels/base/host_memory.hpp"

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
    for (auto* tensors : {&part.feeds, &part.targets}) {
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
    Fit(Simulator& fitted, Impl& its_impl, const Data& x, const Data& y,
        const FitOptions& given)
        : simulator_(fitted),
          impl_(its_impl),
          options_(given),
          callbacks_(given.callbacks),
          data_(impl_.call_data(x, &y, given.n_steps, "fit")),
          validation_(validation_data()),
          items_(data_.items, given.shuffle,
                 [this] { return impl_.seed + impl_.epochs_run++; }),
          state_{fitted, [this](const std::string& text) { impl_.warn(text); }},
          training_(state_) {
        impl_.warn_of_delay(data_.n_steps, data_.objective.observed());
    }

    History run() {
        callbacks_.on_train_begin(training_);
        for (int epoch = options_.initial_epoch;
             epoch < options_.epochs && !state_.stopped && !is_interrupted(); ++epoch) {
            run_epoch(epoch);
        }
        impl_.session->take_averages();
        callbacks_.on_train_end(training_);
        return std::move(history_);
    }

private:
    /// Takes what is held back out of `data_`.
    std::optional<CallData> validation_data() {
        if (options_.validation_data) {
            const auto& [inputs, targets] = *options_.validation_data;
            return impl_.call_data(inputs, &targets, options_.n_steps,
                                   "fit: validation_data");
        }
        if (options_.validation_split == 0.0) {
            return std::nullopt;
        }
        const CallData all = data_;
        const Index first = items_before_split(all.items, options_.validation_split);
        data_ = items_of(all, 0, first);
        return items_of(all, first, all.items - first);
    }

    bool is_interrupted() const {
        return options_.interrupt != nullptr && *options_.interrupt;
    }

    Index items_per_epoch() const {
        if (!options_.steps_per_epoch) {
            return data_.items;
        }
        const Index count = *options_.steps_per_epoch;
        kernels::need_host_memory(
            kernels::array_bytes({count, impl_.minibatch()}, sizeof(Index)), [&] {
                return kernels::MemoryUse{
                    "fit",
                    "an order of items of " + std::to_string(count) + " minibatches",
                    "steps_per_epoch"};
            });
        return count * impl_.minibatch();
    }

    /// Leaves no trace in the history if it is interrupted.
    void run_epoch(int epoch) {
        state_.epoch = epoch;
        callbacks_.on_epoch_begin(training_, epoch);
        simulator_.open("fit");  // it may have been closed
        const auto start = std::chrono::steady_clock::now();
        Logs logs = train(epoch);
        const std::chrono::duration<double> taken =
            std::chrono::steady_clock::now() - start;
        if (is_interrupted() || !validate(epoch, logs)) {
            return;
        }
        callbacks_.on_epoch_end(training_, epoch, logs);
        history_.epoch.push_back(epoch);
        history_.seconds.push_back(taken.count());
        for (const auto& [name, value] : logs) {
            history_.values[name].push_back(value);
        }
        if (options_.on_epoch_end && !options_.on_epoch_end(epoch, logs)) {
            training_.stop();
        }
    }

    Logs train(int epoch) {
        const auto order = items_.take(items_per_epoch());
        ProgressBar bar(impl_.shows_progress(),
                        "epoch " + std::to_string(epoch + 1) + '/' +
                            std::to_string(options_.epochs),
                        static_cast<Index>(order.size()), "items");
        state_.batch = 0;
        const auto after = [&](const engine::Session::Trained& trained) {
            show(bar, trained);
            if (callbacks_.has_batch_hook()) {
                callbacks_.on_train_batch_end(training_, state_.batch,
                                              impl_.named(trained.scores()));
            }
            ++state_.batch;
            return !state_.stopped && !is_interrupted();
        };
        const Logs logs = impl_.named(impl_.session->train(
            data_.n_steps, data_.feeds, data_.targets, data_.objective, order, after));
        if (!is_interrupted()) {
            bar.finish(values_text(logs));
        }
        return logs;
    }

    void show(ProgressBar& bar, const engine::Session::Trained& trained) const {
        const bool must_wait = impl_.session->device().is_cuda();
        if (must_wait) {
            bar.update(trained.done);
            return;
        }
        bar.update(trained.done, [&] {
            return values_text({{"loss", trained.scores().loss}});
        });
    }

    /// False if it was interrupted.
    bool validate(int epoch, Logs& logs) try {
        if (validation_ && (epoch + 1) % options_.validation_freq == 0) {
            for (const auto& [name, value] :
                 impl_.evaluate(*validation_, Phase::inference, options_.interrupt)) {
                logs["val_" + name] = value;
            }
        }
        return true;
    } catch (const Interrupted&) {
        return false;
    }

    Simulator& simulator_;
    Impl& impl_;
    const FitOptions& options_;
    detail::CallbackList callbacks_;
    CallData data_;
    std::optional<CallData> validation_;
    ItemStream items_;
    detail::TrainingState state_;
    Training training_;
    History history_;
};

History Simulator::fit(const Data& x, const Data& y, FitOptions options) try {
    Impl& impl = open("fit");
    check(options);
    if (!impl.compiled || impl.objective.losses.empty()) {
        throw SimulationError("fit: needs compile() with a loss first");
    }
    return Impl::Fit(*this, impl, x, y, options).run();
} catch (const std::bad_alloc&) {
    refuse_call("fit");
}

}  // namespace nengine

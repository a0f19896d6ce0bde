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
struct Simulator::Impl::Fit {
    Fit(Simulator& fitted, Impl& its_impl, const Data& x, const Data& y,
        const FitOptions& given)
        : simulator(fitted),
          impl(its_impl),
          options(given),
          callbacks(given.callbacks),
          data(impl.call_data(x, &y, given.n_steps, "fit")),
          validation(validation_data()),
          items(data.items, given.shuffle,
                [this] { return impl.seed + impl.epochs_run++; }),
          state{fitted, [this](const std::string& text) { impl.warn(text); }},
          training(state) {
        impl.warn_of_delay(data.n_steps, data.objective.observed());
    }

    History run() {
        callbacks.on_train_begin(training);
        for (int epoch = options.initial_epoch;
             epoch < options.epochs && !state.stopped && !is_interrupted(); ++epoch) {
            run_epoch(epoch);
        }
        callbacks.on_train_end(training);
        return std::move(history);
    }

private:
    /// Takes what is held back out of `data`.
    std::optional<CallData> validation_data() {
        if (options.validation_data) {
            const auto& [inputs, targets] = *options.validation_data;
            return impl.call_data(inputs, &targets, options.n_steps,
                                  "fit: validation_data");
        }
        if (options.validation_split == 0.0) {
            return std::nullopt;
        }
        const CallData all = data;
        const Index first = items_before_split(all.items, options.validation_split);
        data = items_of(all, 0, first);
        return items_of(all, first, all.items - first);
    }

    bool is_interrupted() const {
        return options.interrupt != nullptr && *options.interrupt;
    }

    Index items_per_epoch() const {
        if (!options.steps_per_epoch) {
            return data.items;
        }
        const Index steps = *options.steps_per_epoch;
        kernels::need_host_memory(
            kernels::array_bytes({steps, impl.minibatch()}, sizeof(Index)), [&] {
                return kernels::MemoryUse{
                    "fit",
                    "an order of items of " + std::to_string(steps) + " minibatches",
                    "steps_per_epoch"};
            });
        return steps * impl.minibatch();
    }

    /// Leaves no trace in the history if it is interrupted.
    void run_epoch(int epoch) {
        state.epoch = epoch;
        callbacks.on_epoch_begin(training, epoch);
        simulator.open("fit");  // it may have been closed
        const auto start = std::chrono::steady_clock::now();
        Logs logs = train(epoch);
        const std::chrono::duration<double> taken =
            std::chrono::steady_clock::now() - start;
        if (is_interrupted() || !validate(epoch, logs)) {
            return;
        }
        callbacks.on_epoch_end(training, epoch, logs);
        history.epoch.push_back(epoch);
        history.seconds.push_back(taken.count());
        for (const auto& [name, value] : logs) {
            history.values[name].push_back(value);
        }
        if (options.on_epoch_end && !options.on_epoch_end(epoch, logs)) {
            training.stop();
        }
    }

    Logs train(int epoch) {
        const auto order = items.take(items_per_epoch());
        ProgressBar bar(
            impl.shows_progress(),
            "epoch " + std::to_string(epoch + 1) + '/' + std::to_string(options.epochs),
            static_cast<Index>(order.size()), "items");
        state.batch = 0;
        const auto after = [&](const engine::Session::Trained& trained) {
            show(bar, trained);
            if (callbacks.has_batch_hook()) {
                callbacks.on_train_batch_end(training, state.batch,
                                             impl.named(trained.scores()));
            }
            ++state.batch;
            return !state.stopped && !is_interrupted();
        };
        const Logs logs = impl.named(impl.session->train(
            data.n_steps, data.feeds, data.targets, data.objective, order, after));
        if (!is_interrupted()) {
            bar.finish(values_text(logs));
        }
        return logs;
    }

    void show(ProgressBar& bar, const engine::Session::Trained& trained) const {
        if (impl.session->device().is_cuda()) {  // its loss would have to be waited for
            bar.update(trained.done);
            return;
        }
        bar.update(trained.done, [&] {
            return values_text({{"loss", trained.scores().loss}});
        });
    }

    /// False if it was interrupted.
    bool validate(int epoch, Logs& logs) try {
        if (validation && (epoch + 1) % options.validation_freq == 0) {
            for (const auto& [name, value] :
                 impl.evaluate(*validation, Phase::inference, options.interrupt)) {
                logs["val_" + name] = value;
            }
        }
        return true;
    } catch (const Interrupted&) {
        return false;
    }

    Simulator& simulator;
    Impl& impl;
    const FitOptions& options;
    detail::CallbackList callbacks;
    CallData data;
    std::optional<CallData> validation;
    ItemStream items;
    detail::TrainingState state;
    Training training;
    History history;
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

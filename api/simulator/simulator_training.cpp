#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <map>
#include <numeric>
#include <set>

#include "api/numerics/random_state.hpp"
#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

namespace {

engine::LossSpec loss_spec(int probe, const ProbeLoss& given) {
    engine::LossSpec spec;
    spec.probe = probe;
    spec.weight = given.weight;
    if (const auto* error = std::get_if<MeanSquaredError>(&given.loss)) {
        spec.kind = engine::LossKind::mean_squared_error;
        spec.last_step = error->last_step;
    } else {
        const auto& entropy = std::get<SparseCategoricalCrossentropy>(given.loss);
        spec.kind = engine::LossKind::sparse_categorical_crossentropy;
        spec.from_logits = entropy.from_logits;
        spec.last_step = entropy.last_step;
    }
    return spec;
}

/// As Keras's functions are called.
std::string loss_name(engine::LossKind kind) {
    return kind == engine::LossKind::mean_squared_error
               ? "mean_squared_error"
               : "sparse_categorical_crossentropy";
}

std::vector<int> targeted(const engine::Objective& objective) {
    std::vector<int> probes;
    for (std::size_t entry = 0; entry < objective.entries(); ++entry) {
        probes.push_back(objective.probe(entry));
    }
    return probes;
}

/// The items in the order of an epoch; a different one each epoch, given by the seed.
std::vector<Index> item_order(Index items, bool shuffle, std::uint32_t seed) {
    if (shuffle) {
        return RandomState(seed).permutation(items);
    }
    std::vector<Index> order(static_cast<std::size_t>(items));
    std::iota(order.begin(), order.end(), Index{0});
    return order;
}

std::string summary(const EvaluationResult& values) {
    std::string text;
    for (const auto& [name, value] : values) {
        char number[32];
        std::snprintf(number, sizeof number, "%.4g", value);
        text += (text.empty() ? "" : "  ") + name + ' ' + number;
    }
    return text;
}

}  // namespace

EvaluationResult Simulator::Impl::named(const engine::Scores& scores) const {
    EvaluationResult result = {{"loss", scores.loss}};
    const auto add = [&](int probe, const std::string& what, double value) {
        const std::string base =
            probe_names[static_cast<std::size_t>(probe)] + '_' + what;
        std::string key = base;
        for (int i = 1; !result.emplace(key, value).second; ++i) {
            key = base + '_' + std::to_string(i);
        }
    };
    std::map<int, double> sums;
    for (std::size_t i = 0; i < scores.losses.size(); ++i) {
        const engine::LossSpec& loss = objective.losses[i];
        sums[loss.probe] += scores.losses[i];
        if (std::ranges::count(objective.losses, loss.probe, &engine::LossSpec::probe) >
            1) {
            add(loss.probe, loss_name(loss.kind), scores.losses[i]);
        }
    }
    for (const auto& [probe, sum] : sums) {
        add(probe, "loss", sum);
    }
    for (std::size_t i = 0; i < scores.metrics.size(); ++i) {
        add(objective.metrics[i].probe, "accuracy", scores.metrics[i]);
    }
    return result;
}

Predictions Simulator::predict(const Data& x, PredictOptions options) try {
    Impl& impl = open("predict");
    const CallData data = impl.call_data(x, nullptr, options.n_steps, "predict");
    std::vector<int> probes;
    for (const auto& probe : options.probes) {
        probes.push_back(impl.probe_index(probe));
    }
    if (probes.empty()) {
        probes = impl.all_probes();
    }
    Predictions result;
    if (options.stateful) {
        result.tensors_ = impl.predict_stateful(data, probes);
    } else {
        impl.warn_of_delay(data.n_steps, probes);
        result.tensors_ = impl.predict_isolated(data, probes, "predict");
    }
    std::map<std::string, int> names;
    std::map<const detail::ObjectData*, int> objects;
    for (std::size_t p = 0; p < impl.built.probes.size(); ++p) {
        names[impl.probe_names[p]] = static_cast<int>(p);
        objects[impl.built.probes[p].get()] = static_cast<int>(p);
    }
    result.find_ = [names, objects](const DataKey& key) {
        if (const auto* name = std::get_if<std::string>(&key.value())) {
            const auto at = names.find(*name);
            return at == names.end() ? -1 : at->second;
        }
        const auto at = objects.find(key.object());
        return at == objects.end() ? -1 : at->second;
    };
    return result;
} catch (const std::bad_alloc&) {
    refuse_call("predict");
}

const Tensor& Predictions::operator[](const DataKey& probe) const {
    const auto at = tensors_.find(find_ ? find_(probe) : -1);
    if (at == tensors_.end()) {
        throw ValidationError(
            "predictions: got a node or probe that was not recorded, "
            "needs one of the call's probes");
    }
    return at->second;
}

/// A probe has one tensor of targets.
void Simulator::Impl::check_target_kinds(const engine::Objective& given) const {
    const std::set<int> labels = probes_with_labels(given);
    for (const engine::LossSpec& loss : given.losses) {
        const auto probe = static_cast<std::size_t>(loss.probe);
        const Index size = model().signal(model().probes[probe].signal).size();
        if (loss.kind == engine::LossKind::mean_squared_error && size > 1 &&
            labels.contains(loss.probe)) {
            throw ValidationError("compile: " + detail::describe(*built.probes[probe]) +
                                  ": got a loss that compares " + std::to_string(size) +
                                  " components and a loss or metric that compares "
                                  "labels, needs targets of one kind");
        }
    }
}

void Simulator::compile(CompileOptions options) {
    Impl& impl = open("compile");
    check_optimizer(options.optimizer, impl.options.dtype, "compile");
    engine::Objective objective;
    for (const auto& loss : options.loss) {
        if (!std::isfinite(loss.weight)) {
            throw ValidationError("compile: weight of a loss: got " +
                                  number_text(loss.weight) + ", needs a finite number");
        }
        objective.losses.push_back(loss_spec(impl.probe_index(loss.probe), loss));
    }
    for (const auto& metric : options.metrics) {
        objective.metrics.push_back(
            {.probe = impl.probe_index(metric.probe),
             .last_step = std::get<Accuracy>(metric.metric).last_step});
    }
    impl.check_target_kinds(objective);
    impl.session->set_optimizer(engine_optimizer(options.optimizer));
    impl.objective = std::move(objective);
    impl.compiled = true;
}

void Simulator::set_learning_rate(double learning_rate) {
    Impl& impl = open("set_learning_rate");
    if (!impl.compiled) {
        throw SimulationError("set_learning_rate: needs compile() first");
    }
    detail::need_not_negative(learning_rate, "set_learning_rate: learning_rate");
    impl.session->set_learning_rate(learning_rate);
}

EvaluationResult Simulator::Impl::evaluate(const CallData& data) {
    warn_of_delay(data.n_steps, targeted(objective));
    ProgressBar bar(shows_progress(), "evaluating", data.items, "items");
    const auto result =
        named(session->evaluate(data.n_steps, data.feeds, data.targets, objective,
                                [&](Index done, Index) { bar.update(done); }));
    bar.finish(summary(result));
    return result;
}

EvaluationResult Simulator::evaluate(const Data& x, const Data& y,
                                     EvaluateOptions options) try {
    Impl& impl = open("evaluate");
    if (!impl.compiled) {
        throw SimulationError("evaluate: needs compile() first");
    }
    return impl.evaluate(impl.call_data(x, &y, options.n_steps, "evaluate"));
} catch (const std::bad_alloc&) {
    refuse_call("evaluate");
}

History Simulator::fit(const Data& x, const Data& y, FitOptions options) try {
    Impl& impl = open("fit");
    if (options.epochs < 0) {
        throw ValidationError("fit: epochs: got " + std::to_string(options.epochs) +
                              ", needs at least 0");
    }
    if (!impl.compiled || impl.objective.losses.empty()) {
        throw SimulationError("fit: needs compile() with a loss first");
    }
    const CallData data = impl.call_data(x, &y, options.n_steps, "fit");
    std::optional<CallData> validation;
    if (options.validation_data) {
        const auto& [inputs, targets] = *options.validation_data;
        validation =
            impl.call_data(inputs, &targets, options.n_steps, "fit: validation_data");
    }
    impl.warn_of_delay(data.n_steps, targeted(impl.objective));
    History history;
    for (int epoch = 0; epoch < options.epochs; ++epoch) {
        ProgressBar bar(
            impl.shows_progress(),
            "epoch " + std::to_string(epoch + 1) + '/' + std::to_string(options.epochs),
            data.items, "items");
        const auto order =
            item_order(data.items, options.shuffle, impl.seed + impl.epochs_run++);
        const auto start = std::chrono::steady_clock::now();
        auto values = impl.named(
            impl.session->train(data.n_steps, data.feeds, data.targets, impl.objective,
                                order, [&](Index done, Index) { bar.update(done); }));
        const std::chrono::duration<double> taken =
            std::chrono::steady_clock::now() - start;
        bar.finish(summary(values));
        history.seconds.push_back(taken.count());
        if (validation) {
            for (const auto& [name, value] : impl.evaluate(*validation)) {
                values["val_" + name] = value;
            }
        }
        for (const auto& [name, value] : values) {
            history.values[name].push_back(value);
        }
        if (options.on_epoch_end && !options.on_epoch_end(epoch, values)) {
            break;
        }
    }
    return history;
} catch (const std::bad_alloc&) {
    refuse_call("fit");
}

}  // namespace nengine

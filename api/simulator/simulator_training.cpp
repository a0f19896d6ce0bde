#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

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
            add(loss.probe, loss_names[i], scores.losses[i]);
        }
    }
    for (const auto& [probe, sum] : sums) {
        add(probe, "loss", sum);
    }
    for (std::size_t i = 0; i < scores.metrics.size(); ++i) {
        add(objective.metrics[i].probe, metric_names[i], scores.metrics[i]);
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
        result.tensors_ = impl.predict_stateful(data, probes, options.phase);
    } else {
        impl.warn_of_delay(data.n_steps, probes);
        result.tensors_ = impl.predict_isolated(data, probes, "predict", options.phase);
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

double Simulator::learning_rate() const {
    const Impl& impl = open("learning_rate");
    if (!impl.compiled) {
        throw SimulationError("learning_rate: needs compile() first");
    }
    return impl.session->learning_rate();
}

void Simulator::set_learning_rate(double learning_rate) {
    Impl& impl = open("set_learning_rate");
    if (!impl.compiled) {
        throw SimulationError("set_learning_rate: needs compile() first");
    }
    detail::need_not_negative(learning_rate, "set_learning_rate: learning_rate");
    impl.session->set_learning_rate(learning_rate);
}

EvaluationResult Simulator::Impl::evaluate(const CallData& data, Phase phase,
                                           const std::atomic<bool>* interrupt) {
    warn_of_delay(data.n_steps, data.objective.observed());
    ProgressBar bar(shows_progress(), "evaluating", data.items, "items");
    const auto result = named(session->evaluate(
        data.n_steps, data.feeds, data.targets, data.objective,
        [&](Index done, Index) {
            bar.update(done);
            if (interrupt != nullptr && *interrupt) {
                throw Interrupted();
            }
        },
        engine_phase(phase)));
    bar.finish(values_text(result));
    return result;
}

EvaluationResult Simulator::evaluate(const Data& x, const Data& y,
                                     EvaluateOptions options) try {
    Impl& impl = open("evaluate");
    if (!impl.compiled) {
        throw SimulationError("evaluate: needs compile() first");
    }
    return impl.evaluate(impl.call_data(x, &y, options.n_steps, "evaluate"),
                         options.phase);
} catch (const std::bad_alloc&) {
    refuse_call("evaluate");
}

}  // namespace nengine

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"

namespace nengine {

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
    return impl.simulation->trainer().learning_rate();
}

void Simulator::set_learning_rate(double learning_rate) {
    Impl& impl = open("set_learning_rate");
    if (!impl.compiled) {
        throw SimulationError("set_learning_rate: needs compile() first");
    }
    detail::need_not_negative(learning_rate, "set_learning_rate: learning_rate");
    impl.simulation->trainer().set_learning_rate(learning_rate);
}

EvaluationResult Simulator::Impl::evaluate(const CallData& data,
                                           engine::MinibatchData& items, Phase phase,
                                           engine::Calls calls,
                                           const std::atomic<bool>* interrupt) {
    if (calls == engine::Calls::isolated) {
        warn_of_delay(data.n_steps, data.objective->observed());
    }
    ProgressBar bar(shows_progress(), "evaluating", data.items, "items");
    const auto result = named(simulation->evaluate(
        data.n_steps, items, *data.objective,
        [&](Index done, Index) {
            bar.update(done);
            if (interrupt != nullptr && *interrupt) {
                throw Interrupted();
            }
        },
        engine_phase(phase), calls));
    bar.finish(values_text(result));
    return result;
}

EvaluationResult Simulator::evaluate(const Data& x, const Data& y,
                                     EvaluateOptions options) try {
    Impl& impl = open("evaluate");
    if (!impl.compiled) {
        throw SimulationError("evaluate: needs compile() first");
    }
    const CallTargets wanted{y, options.sample_weight, {}};
    const CallData data = impl.call_data(x, &wanted, options.n_steps, "evaluate");
    engine::DataBudget budget = impl.simulation->data_budget();
    engine::MinibatchData items = impl.minibatches_of(data, budget);
    return impl.evaluate(data, items, options.phase, engine_calls(options.stateful));
} catch (const std::bad_alloc&) {
    refuse_call("evaluate");
}

}  // namespace nengine

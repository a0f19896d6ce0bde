#include <string>

#include "api/simulator/simulator_impl.hpp"

// What losses and metrics are to the engine.

namespace nengine {

std::vector<ProbeLoss> Simulator::Impl::losses_of_probes(const Losses& given) const {
    std::vector<ProbeLoss> result = given.of_probes();
    const std::size_t n = given.in_order().size();
    if (n != 0 && n != probe_names.size()) {
        throw ValidationError("compile: got " + std::to_string(n) +
                              " losses in order, needs one for each of " +
                              std::to_string(probe_names.size()) + " probes");
    }
    for (std::size_t i = 0; i < n; ++i) {
        result.push_back({probe_names[i], given.in_order()[i]});
    }
    for (const std::string& name : probe_names) {
        if (given.for_all()) {
            result.push_back({name, *given.for_all()});
        }
    }
    return result;
}

std::vector<ProbeMetric> Simulator::Impl::metrics_of_probes(
    const Metrics& given) const {
    std::vector<ProbeMetric> result = given.of_probes();
    for (const std::string& name : probe_names) {
        if (given.for_all()) {
            result.push_back({name, *given.for_all()});
        }
    }
    return result;
}

void Simulator::compile(CompileOptions options) {
    Impl& impl = open("compile");
    check_optimizer(options.optimizer, impl.options.dtype, "compile");
    check_clipping(options.clip, "compile");
    for (const auto& [name, factor] : options.learning_rates) {
        detail::need_not_negative(factor, "compile: learning_rates of '" + name + "'");
    }
    if (!options.learning_rates.empty() &&
        std::holds_alternative<Ftrl>(options.optimizer)) {
        throw ValidationError(
            "compile: learning_rates: got Ftrl, whose parameters are no sums of steps, "
            "needs another optimizer");
    }
    CompiledObjective objective;
    const auto described = [&](int probe) {
        return detail::describe(*impl.built.probes[static_cast<std::size_t>(probe)]);
    };
    for (const auto& [key, loss, weight] : impl.losses_of_probes(options.loss)) {
        const int probe = impl.probe_index(key);
        objective.add(probe, loss, weight, described(probe));
    }
    for (const auto& [key, metric] : impl.metrics_of_probes(options.metrics)) {
        const int probe = impl.probe_index(key);
        objective.add(probe, metric, described(probe));
    }
    for (const int probe : objective.probes()) {
        objective.check_target_kinds(probe, impl.probe_size(probe), described(probe));
    }
    impl.simulation->trainer().set_optimizer(options.optimizer, options.clip,
                                             options.learning_rates);
    impl.objective = std::move(objective);
    impl.compiled = true;
}

}  // namespace nengine

#include <cmath>
#include <set>
#include <string>

#include "api/numerics/text.hpp"
#include "api/simulator/simulator_impl.hpp"

// What losses and metrics are to the engine.

namespace nengine {
namespace {

/// Adds losses and metrics to a simulator's objective.
class Compiler {
public:
    explicit Compiler(const BuiltNetwork& built) : built_(built) {}

    void add(int probe, const Loss& loss, double weight) {
        if (!std::isfinite(weight)) {
            throw ValidationError("compile: weight of a loss: got " +
                                  number_text(weight) + ", needs a finite number");
        }
        engine::LossSpec spec{.probe = probe, .weight = weight};
        std::visit([&](const auto& kind) { loss_names.push_back(set(spec, kind)); },
                   loss.kind());
        objective.losses.push_back(spec);
    }
    void add(int probe, const Metric& metric) {
        engine::MetricSpec spec{.probe = probe};
        std::visit([&](const auto& kind) { metric_names.push_back(set(spec, kind)); },
                   metric.kind());
        objective.metrics.push_back(spec);
    }

    engine::Objective objective;
    std::vector<ComparedBy> functions;
    std::vector<std::string> loss_names, metric_names;

private:
    // Each returns what its values are called: as Keras's functions.

    static std::string set(engine::LossSpec& spec, const MeanSquaredError& error) {
        spec.kind = engine::LossKind::mean_squared_error;
        spec.last_step = error.last_step;
        return std::string(error.name);
    }
    std::string set(engine::LossSpec& spec,
                    const SparseCategoricalCrossentropy& entropy) {
        if (entropy.ignore_class) {  // the kernel knows no such class
            return set(spec, detail::comparison(entropy, ""));
        }
        spec.kind = engine::LossKind::sparse_categorical_crossentropy;
        spec.from_logits = entropy.from_logits;
        spec.last_step = entropy.last_step;
        return std::string(entropy.name);
    }
    std::string set(engine::LossSpec& spec, const detail::Comparison& function) {
        spec.kind = engine::LossKind::program;
        spec.value = add_function(true, spec.probe, function);
        return function.name;
    }
    static std::string set(engine::MetricSpec& spec, const Accuracy& accuracy) {
        spec.last_step = accuracy.last_step;
        return std::string(accuracy.name);
    }
    std::string set(engine::MetricSpec& spec, const detail::Comparison& function) {
        spec.value = add_function(false, spec.probe, function);
        return function.name;
    }

    int add_function(bool is_loss, int probe, const detail::Comparison& function) {
        const auto place = static_cast<std::size_t>(probe);
        functions.push_back({probe, function, is_loss,
                             (is_loss ? "loss '" : "metric '") + function.name +
                                 "' on " + detail::describe(*built_.probes[place])});
        return static_cast<int>(functions.size()) - 1;
    }

    const BuiltNetwork& built_;
};

}  // namespace

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
    Compiler compiler(impl.built);
    for (const auto& [probe, loss, weight] : impl.losses_of_probes(options.loss)) {
        compiler.add(impl.probe_index(probe), loss, weight);
    }
    for (const auto& [probe, metric] : impl.metrics_of_probes(options.metrics)) {
        compiler.add(impl.probe_index(probe), metric);
    }
    impl.check_target_kinds(compiler.objective);
    impl.session->set_optimizer(options.optimizer);
    impl.objective = std::move(compiler.objective);
    impl.functions = std::move(compiler.functions);
    impl.loss_names = std::move(compiler.loss_names);
    impl.metric_names = std::move(compiler.metric_names);
    impl.programs.clear();
    impl.compiled = true;
}

}  // namespace nengine

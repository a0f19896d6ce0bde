#include "api/simulator/compiled_objective.hpp"

#include <algorithm>
#include <cmath>

#include "api/numerics/text.hpp"
#include "nengine/error.hpp"

namespace nengine {
namespace {

using detail::Comparison;
using detail::MetricSums;

/// The kernel that a loss has, if it has one.
std::optional<engine::LossKind> kernel_of(const Loss& loss) {
    if (std::holds_alternative<MeanSquaredError>(loss.kind())) {
        return engine::LossKind::mean_squared_error;
    }
    const auto* entropy = std::get_if<SparseCategoricalCrossentropy>(&loss.kind());
    if (entropy != nullptr && !entropy->ignore_class) {
        return engine::LossKind::sparse_categorical_crossentropy;
    }
    return std::nullopt;
}

std::string name_of(const Comparison& function) {
    return function.name;
}
std::string name_of(const MetricSums& metric) {
    return metric.name;
}
template <class Kind>
std::string name_of(const Kind& kind) {
    return std::string(kind.name);
}

/// As a function of symbolic tensors: all losses are, and all metrics.
ComparedBy::Value value_of(const Comparison& function) {
    return function.value;
}
ComparedBy::Value value_of(const MetricSums& metric) {
    return metric.sums;
}
template <class Kind>
ComparedBy::Value value_of(const Kind& kind) {
    return kind;
}

/// Of a call's objective: engine's losses and metrics, and their functions.
class ObjectiveMaker {
public:
    explicit ObjectiveMaker(const std::map<int, ComparedShapes>& shapes)
        : shapes_(shapes) {}

    void add(int probe, const Loss& loss, double weight, const std::string& described) {
        engine::LossSpec spec{.probe = probe, .weight = weight};
        const auto kernel = kernel_of(loss);
        if (kernel && shapes_.at(probe).weight_steps == 0) {
            spec.kind = *kernel;
            set_options(spec, loss);
        } else {
            spec.kind = engine::LossKind::program;
            spec.value =
                add_function(probe, loss.kind(), ComparedBy::Kind::loss, described);
        }
        objective_.losses.push_back(spec);
    }

    void add(int probe, const Metric& metric, const std::string& described) {
        engine::MetricSpec spec{.probe = probe};
        const ComparedShapes& of = shapes_.at(probe);
        const auto* accuracy = std::get_if<Accuracy>(&metric.kind());
        if (accuracy != nullptr && of.size > 1 && of.target_size == 1) {
            spec.last_step = accuracy->last_step;
        } else {
            const bool sums = std::holds_alternative<MetricSums>(metric.kind());
            spec.value = add_function(
                probe, metric.kind(),
                sums ? ComparedBy::Kind::sums : ComparedBy::Kind::mean, described);
        }
        objective_.metrics.push_back(spec);
    }

    std::shared_ptr<const engine::Objective> finish() {
        if (!functions_.empty()) {
            objective_.program = build_objective(functions_, shapes_);
        }
        for (engine::MetricSpec& metric : objective_.metrics) {
            if (metric.value >= 0) {
                const engine::Model& model = *objective_.program->model;
                metric.size = model.signal(model.probe(metric.value).signal).size();
            }
        }
        return std::make_shared<engine::Objective>(std::move(objective_));
    }

private:
    static void set_options(engine::LossSpec& spec, const Loss& loss) {
        if (const auto* error = std::get_if<MeanSquaredError>(&loss.kind())) {
            spec.last_step = error->last_step;
        } else {
            const auto& entropy = std::get<SparseCategoricalCrossentropy>(loss.kind());
            spec.from_logits = entropy.from_logits;
            spec.last_step = entropy.last_step;
        }
    }

    int add_function(int probe, const auto& kind, ComparedBy::Kind what,
                     const std::string& described) {
        functions_.push_back(
            {probe, std::visit([](const auto& value) { return value_of(value); }, kind),
             what, described});
        return static_cast<int>(functions_.size()) - 1;
    }

    const std::map<int, ComparedShapes>& shapes_;
    engine::Objective objective_;
    std::vector<ComparedBy> functions_;
};

}  // namespace

void CompiledObjective::add(int probe, const Loss& loss, double weight,
                            const std::string& on) {
    if (!std::isfinite(weight)) {
        throw ValidationError("compile: weight of a loss: got " + number_text(weight) +
                              ", needs a finite number");
    }
    const std::string name =
        std::visit([](const auto& kind) { return name_of(kind); }, loss.kind());
    losses_.push_back({probe, loss, weight, name, "loss '" + name + "' on " + on});
}

void CompiledObjective::add(int probe, const Metric& metric, const std::string& on) {
    const std::string name =
        std::visit([](const auto& kind) { return name_of(kind); }, metric.kind());
    metrics_.push_back({probe, metric, name, "metric '" + name + "' on " + on});
}

bool CompiledObjective::has_kernel_loss(int probe, engine::LossKind kind) const {
    return std::ranges::any_of(losses_, [&](const LossOf& loss) {
        return loss.probe == probe && kernel_of(loss.loss) == kind;
    });
}

bool CompiledObjective::has_accuracy(int probe) const {
    return std::ranges::any_of(metrics_, [&](const MetricOf& metric) {
        return metric.probe == probe &&
               std::holds_alternative<Accuracy>(metric.metric.kind());
    });
}

/// A probe has one tensor of targets.
void CompiledObjective::check_target_kinds(int probe, std::int64_t size,
                                           const std::string& on) const {
    if (size > 1 && has_kernel_loss(probe, engine::LossKind::mean_squared_error) &&
        has_kernel_loss(probe, engine::LossKind::sparse_categorical_crossentropy)) {
        throw ValidationError("compile: " + on + ": got a loss that compares " +
                              std::to_string(size) +
                              " components and a loss that compares labels, needs "
                              "targets of one kind");
    }
}

std::set<int> CompiledObjective::probes_with_losses() const {
    std::set<int> result;
    for (const LossOf& loss : losses_) {
        result.insert(loss.probe);
    }
    return result;
}

std::set<int> CompiledObjective::probes() const {
    std::set<int> result = probes_with_losses();
    for (const MetricOf& metric : metrics_) {
        result.insert(metric.probe);
    }
    return result;
}

auto CompiledObjective::target_size(int probe) const -> TargetSize {
    if (has_kernel_loss(probe, engine::LossKind::sparse_categorical_crossentropy)) {
        return TargetSize::one;
    }
    if (has_kernel_loss(probe, engine::LossKind::mean_squared_error)) {
        return TargetSize::output;
    }
    return has_accuracy(probe) ? TargetSize::either : TargetSize::any;
}

bool CompiledObjective::compares_labels(int probe, std::int64_t size,
                                        std::int64_t classes) const {
    return size == 1 && (target_size(probe) == TargetSize::one ||
                         (target_size(probe) == TargetSize::either && classes > 1));
}

bool CompiledObjective::needs_target(int probe) const {
    return target_size(probe) != TargetSize::any;
}

std::shared_ptr<const engine::Objective> CompiledObjective::for_shapes(
    const std::map<int, ComparedShapes>& shapes) const {
    auto& made = for_shapes_[shapes];
    if (made == nullptr) {
        ObjectiveMaker maker(shapes);
        for (const LossOf& loss : losses_) {
            maker.add(loss.probe, loss.loss, loss.weight, loss.described);
        }
        for (const MetricOf& metric : metrics_) {
            maker.add(metric.probe, metric.metric, metric.described);
        }
        made = maker.finish();
    }
    return made;
}

EvaluationResult CompiledObjective::named(
    const engine::Scores& scores, const std::vector<std::string>& probe_names) const {
    EvaluationResult result = {{"loss", scores.loss}};
    if (scores.regularization) {
        result["regularization"] = *scores.regularization;
    }
    const auto add = [&](int probe, const std::string& what, double value) {
        const std::string base =
            probe_names[static_cast<std::size_t>(probe)] + '_' + what;
        std::string key = base;
        for (int i = 1; !result.emplace(key, value).second; ++i) {
            key = base + '_' + std::to_string(i);
        }
    };
    std::map<int, double> sums;
    for (std::size_t i = 0; i < losses_.size(); ++i) {
        const LossOf& loss = losses_[i];
        sums[loss.probe] += scores.losses[i];
        if (std::ranges::count(losses_, loss.probe, &LossOf::probe) > 1) {
            add(loss.probe, loss.name, scores.losses[i]);
        }
    }
    for (const auto& [probe, sum] : sums) {
        add(probe, "loss", sum);
    }
    for (std::size_t i = 0; i < metrics_.size(); ++i) {
        const MetricOf& metric = metrics_[i];
        const auto* own = std::get_if<MetricSums>(&metric.metric.kind());
        add(metric.probe, metric.name,
            own != nullptr ? own->finish(scores.metrics[i], scores.items)
                           : scores.metrics[i].front() / scores.items);
    }
    return result;
}

}  // namespace nengine

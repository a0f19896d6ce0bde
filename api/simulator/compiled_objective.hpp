#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "api/builder/build_objective.hpp"
#include "engine/train/objective.hpp"
#include "nengine/simulator.hpp"

namespace nengine {

/// What `compile` was told: losses and metrics of probes. What they are to the engine
/// depends on a call's shapes.
class CompiledObjective {
public:
    /// `on`: the probe, for messages.
    /// @throws ValidationError  a weight that is not finite
    void add(int probe, const Loss& loss, double weight, const std::string& on);
    void add(int probe, const Metric& metric, const std::string& on);
    /// @throws ValidationError  the probe, of so many components, would need targets of
    ///     two kinds
    void check_target_kinds(int probe, std::int64_t size, const std::string& on) const;

    bool has_losses() const { return !losses_.empty(); }
    /// What losses and metrics compare, and losses alone.
    std::set<int> probes() const;
    std::set<int> probes_with_losses() const;

    /// How large targets of a probe have to be.
    enum class TargetSize {
        any,     ///< what the functions take
        one,     ///< labels
        output,  ///< a number for each component
        either   ///< labels, or a number for each component
    };
    TargetSize target_size(int probe) const;
    /// Whether targets of that size are compared as labels of so many classes.
    bool compares_labels(int probe, std::int64_t size, std::int64_t classes) const;
    /// Whether there have to be targets, whatever functions look at.
    bool needs_target(int probe) const;

    /// For a call's shapes; the same object for the same shapes.
    /// @throws ShapeError, ValidationError  as build_objective
    std::shared_ptr<const engine::Objective> for_shapes(
        const std::map<int, ComparedShapes>& shapes) const;

    /// Results by name (EvaluationResult).
    EvaluationResult named(const engine::Scores& scores,
                           const std::vector<std::string>& probe_names) const;

private:
    struct LossOf {
        int probe;
        Loss loss;
        double weight;
        std::string name, described;
    };
    struct MetricOf {
        int probe;
        Metric metric;
        std::string name, described;
    };

    bool has_kernel_loss(int probe, engine::LossKind kind) const;
    bool has_accuracy(int probe) const;

    std::vector<LossOf> losses_;
    std::vector<MetricOf> metrics_;
    mutable std::map<std::map<int, ComparedShapes>,
                     std::shared_ptr<const engine::Objective>>
        for_shapes_;
};

}  // namespace nengine

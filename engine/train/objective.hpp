#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/ir/objective_program.hpp"
#include "kernels/optimizers/clipping.hpp"
#include "kernels/optimizers/optimizers.hpp"

namespace nengine::engine {

using Optimizer = AnyOptimizer;

enum class LossKind {
    mean_squared_error,
    sparse_categorical_crossentropy,
    program  ///< a value of the objective's program
};

/// A loss on one probe, averaged over items, samples and (mean squared error) elements.
struct LossSpec {
    int probe = 0;  ///< index into Model::probes
    LossKind kind{};
    bool from_logits = false;
    bool last_step = false;  ///< compare only the last sample
    double weight = 1;
    int value = -1;  ///< of a program: index into its model's probes
};

/// Accuracy of argmax against whole-number labels; or a value of the objective's
/// program, of any size.
struct MetricSpec {
    int probe = 0;
    bool last_step = false;
    int value = -1;  ///< of a program: index into its model's probes
    Index size = 1;
};

/// The total loss is the sum of weighted losses and of what a model's rules add
/// (engine/ir/parameter_rules.hpp).
struct Objective {
    std::vector<LossSpec> losses;
    std::vector<MetricSpec> metrics;
    std::shared_ptr<const ObjectiveProgram> program = nullptr;

    /// Numbers that are added up: the losses', then the metrics'.
    std::size_t entries() const;
    /// What is observed, first what gradients come back from: a probe for each loss
    /// that is no program's, then those that losses of the program compare;
    std::vector<int> probes() const;
    /// then those that its metrics alone compare, and one for each metric that is no
    /// program's.
    std::vector<int> only_seen() const;
    /// All of them.
    std::vector<int> observed() const;
};

/// Of all items of a call.
struct Scores {
    double loss = 0;             ///< the mean
    std::vector<double> losses;  ///< means, per LossSpec, before its weight
    /// Sums over items, per MetricSpec; of accuracies, the share of an item's samples.
    std::vector<std::vector<double>> metrics;
    double items = 0;
    /// What parameters add to the loss by themselves, which is in `loss` too.
    std::optional<double> regularization = std::nullopt;
};

/// dL/d(what there is) for the items of a minibatch, L the total loss.
struct Gradients {
    std::map<std::string, std::vector<double>> parameters;  ///< by name
    /// By index into Model::inputs, each [batch, steps, size] of what was fed: those
    /// that the loss depends on.
    std::map<int, std::vector<double>> inputs;
};

}  // namespace nengine::engine

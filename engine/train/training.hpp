#pragma once

#include <string>
#include <variant>
#include <vector>

namespace nengine::engine {

enum class LossKind { mean_squared_error, sparse_categorical_crossentropy };

/// A loss on one probe, averaged over items, samples and (mean squared error) elements.
struct LossSpec {
    int probe = 0;  ///< index into Model::probes
    LossKind kind{};
    bool from_logits = false;
    bool last_step = false;  ///< compare only the last sample
    double weight = 1;
};

/// Accuracy of argmax against whole-number labels.
struct MetricSpec {
    int probe = 0;
    bool last_step = false;
};

/// The total loss is the sum of weighted losses.
struct Objective {
    std::vector<LossSpec> losses;
    std::vector<MetricSpec> metrics;

    // Entries: the losses, then the metrics.
    std::size_t entries() const { return losses.size() + metrics.size(); }
    int probe(std::size_t entry) const {
        return entry < losses.size() ? losses[entry].probe
                                     : metrics[entry - losses.size()].probe;
    }
    bool last_step(std::size_t entry) const {
        return entry < losses.size() ? losses[entry].last_step
                                     : metrics[entry - losses.size()].last_step;
    }
};

/// Means over all items of a call.
struct Scores {
    double loss = 0;
    std::vector<double> losses;   ///< per LossSpec, before its weight
    std::vector<double> metrics;  ///< per MetricSpec
};

// Optimizers: Keras's names, formulas and defaults (kernels/optimizer.hpp).

struct Sgd {
    double learning_rate = 0.01, momentum = 0;
    bool nesterov = false;
};
struct RmsProp {
    double learning_rate = 0.001, rho = 0.9, momentum = 0, epsilon = 1e-7;
    bool centered = false;
};
struct Adam {
    double learning_rate = 0.001, beta_1 = 0.9, beta_2 = 0.999, epsilon = 1e-7;
};
using Optimizer = std::variant<Sgd, RmsProp, Adam>;

}  // namespace nengine::engine

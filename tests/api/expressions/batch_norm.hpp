#pragma once

#include <utility>
#include <vector>

#include "tests/api/helpers.hpp"

namespace nengine::test {

/// Batch normalisation as a user would write it.
struct BatchNorm {
    double momentum = 0.9, epsilon = 1e-3;
    Expression gamma = 0.0, beta = 0.0;
    Statistic mean = {}, variance = {};

    void build(NodeBuild& node) {
        const Shape shape = {node.shape_in().back()};
        gamma = node.parameter({.name = "gamma", .shape = shape, .initializer = 1.0});
        beta = node.parameter({.name = "beta", .shape = shape, .initializer = 0.0});
        mean = node.statistic(
            {.name = "moving_mean", .shape = shape, .momentum = momentum});
        variance = node.statistic({.name = "moving_variance",
                                   .shape = shape,
                                   .initial = 1.0,
                                   .momentum = momentum});
    }
    Expression operator()(Expression x) {
        const Along along = {.axes = axes_before_last(x)};
        const Expression now = batch_mean(x, along), spread = batch_variance(x, along);
        mean.follow(now);
        variance.follow(spread);
        const Expression m = where(is_training(), now, mean);
        const Expression v = where(is_training(), spread, variance);
        return (x - m) * rsqrt(v + epsilon) * gamma + beta;
    }

    static std::vector<int> axes_before_last(const Expression& x) {
        std::vector<int> axes;
        for (int axis = 0; axis + 1 < static_cast<int>(x.rank()); ++axis) {
            axes.push_back(axis);
        }
        return axes;
    }
};

inline constexpr std::int64_t n_items = 6, n_steps = 5, width = 3;

/// numpy.random.RandomState(0).randn(6, 5, 3) * 2 + 1
inline Tensor normal_numbers() {
    RandomStream rng(0);
    std::vector<double> numbers;
    for (std::int64_t i = 0; i < n_items * n_steps * width; ++i) {
        numbers.push_back(rng.normal() * 2 + 1);
    }
    return {{n_items, n_steps, width}, numbers};
}

struct Normalised {
    Network net{NetworkOptions{.seed = 1}};
    Node u = net.node(std::vector<double>(width, 0.0), {.label = "u"});
    TensorNode bn;
    Probe p;

    explicit Normalised(Shape shape_in = {width})
        : bn(net.tensor_node(BatchNorm{}, {.label = "bn", .shape_in = shape_in})),
          p(net.probe(bn, {.label = "p"})) {
        net.connect(u, bn, {.synapse = None});
    }
    CompileOptions compared(AnyOptimizer optimizer) const {
        return {.optimizer = std::move(optimizer), .loss = {{p, MeanSquaredError{}}}};
    }
    /// With targets of 0.
    History fit(Simulator& sim, const Tensor& x, FitOptions options = {}) const {
        options.shuffle = false;
        return sim.fit({{u, x}}, {{p, zeros(x)}}, options);
    }
    static Tensor zeros(const Tensor& x) {
        return {x.shape(), std::vector<double>(static_cast<std::size_t>(
                               x.extent(0) * x.extent(1) * width))};
    }
};

}  // namespace nengine::test

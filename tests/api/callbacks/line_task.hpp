#pragma once

#include <string>
#include <utility>
#include <vector>

#include "tests/api/helpers.hpp"

namespace nengine::test {

/// y = 2 x + 1, to be learned from ten items, four at a time.
struct LineTask {
    static constexpr std::int64_t n_items = 10;

    std::vector<std::string> warnings = {};
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node(0.0, {.label = "x"});
    Layer y = net.layer(Dense{.units = 1}, x, {.label = "d"});
    Probe p = net.probe(y, {.label = "y"});
    Data inputs, targets;
    Simulator sim = made();

    LineTask() {
        std::vector<double> in, out;
        for (int i = 0; i < n_items; ++i) {
            in.push_back(0.3 * i - 1.0);
            out.push_back(2.0 * in.back() + 1.0);
        }
        inputs = {{x, Tensor({n_items, 1, 1}, in)}};
        targets = {{p, Tensor({n_items, 1, 1}, out)}};
        sim.compile({.optimizer = SGD{0.125}, .loss = {{p, MeanSquaredError{}}}});
    }
    LineTask(const LineTask&) = delete;
    LineTask& operator=(const LineTask&) = delete;

    History fit(FitOptions options) {
        return sim.fit(inputs, targets, std::move(options));
    }
    /// The loss of `count` items from `first` on.
    double loss(std::int64_t first, std::int64_t count) {
        return sim
            .evaluate({{x, inputs[0].values.items(first, count)}},
                      {{p, targets[0].values.items(first, count)}})
            .at("loss");
    }
    double kernel() const { return sim.parameter("d.kernel").values[0]; }
    void set_kernel(double value) { sim.set_parameter("d.kernel", Array{{value}}); }

private:
    Simulator made() {
        SimulatorOptions options = quiet(4);
        options.seed = 3;
        options.on_warning = [this](const std::string& text) {
            warnings.push_back(text);
        };
        return Simulator(net, options);
    }
};

}  // namespace nengine::test

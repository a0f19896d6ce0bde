#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "helpers.hpp"
#include "nengine/nengine.hpp"
#include "tests/reference/neurons.hpp"

// Brette and Gerstner's neuron (2005) as users have it, against the equations.

namespace nengine::test {
namespace {

using ::testing::HasSubstr;

constexpr int n_neurons = 5;

/// Where a probe has a neuron at a step.
std::size_t at(int step, int neuron) {
    return static_cast<std::size_t>(step) * n_neurons +
           static_cast<std::size_t>(neuron);
}

/// Constant currents, from one that is too small to spike on.
const std::vector<double> currents{0.7, 1.5, 2.5, 4.0, 8.0};

const AdaptiveExponential resting{.initial_state = {{"voltage", 0.0}}};

/// Neurons with these currents, probed for "output" or a state.
struct Driven {
    Network net{{.seed = 3}};
    Ensemble a = net.ensemble(n_neurons, 1,
                              {.gain = std::vector<double>(n_neurons, 1.0),
                               .bias = currents,
                               .neuron_type = resting});
    Probe spikes = net.probe(a.neurons, {.attr = "output"});
    Probe voltage = net.probe(a.neurons, {.attr = "voltage"});
    Probe adaptation = net.probe(a.neurons, {.attr = "adaptation"});
};

TEST(AdaptiveExponential, StepsAsItsEquationsSay) {
    const Driven driven;
    constexpr int n_steps = 600;
    Simulator sim(driven.net, {.dtype = DType::float64, .progress_bar = false});

    sim.run_steps(n_steps);

    const auto spikes = sim.data(driven.spikes).to_vector();
    const auto voltage = sim.data(driven.voltage).to_vector();
    const auto adaptation = sim.data(driven.adaptation).to_vector();
    for (int i = 0; i < n_neurons; ++i) {
        reference::Neuron neuron{
            .type = "AdaptiveExponential", .tau_rc = 0.00937, .coupling = 0.133};
        for (int t = 0; t < n_steps; ++t) {
            const double output =
                reference::step(neuron, 0.001, currents[static_cast<std::size_t>(i)]);
            ASSERT_EQ(spikes[at(t, i)], output) << "step " << t << " neuron " << i;
            ASSERT_NEAR(voltage[at(t, i)], neuron.voltage, 1e-9);
            ASSERT_NEAR(adaptation[at(t, i)], neuron.adaptation, 1e-9);
        }
    }
}

TEST(AdaptiveExponential, SpikesAboveItsThresholdAndSlowsDown) {
    const Driven driven;
    Simulator sim(driven.net, {.progress_bar = false});

    sim.run(1.0);

    const auto spikes = sim.data(driven.spikes).to_vector();
    const auto count = [&](int neuron, int from, int to) {
        double sum = 0;
        for (int t = from; t < to; ++t) {
            sum += spikes[at(t, neuron)];
        }
        return sum * 0.001;
    };
    EXPECT_EQ(count(0, 0, 1000), 0);
    for (int i = 2; i < n_neurons; ++i) {
        EXPECT_GT(count(i, 0, 200), count(i, 800, 1000)) << "neuron " << i;
        EXPECT_GT(count(i, 800, 1000), 0) << "neuron " << i;
        EXPECT_GT(count(i, 0, 1000), count(i - 1, 0, 1000)) << "neuron " << i;
    }
}

TEST(AdaptiveExponential, RepresentsWhatItsEnsembleIsGiven) {
    Network net({.seed = 5});
    auto x = net.node([](double t) { return std::sin(6.28 * t); });
    auto a = net.ensemble(
        200, 1, {.max_rates = Uniform{50, 100}, .neuron_type = AdaptiveExponential{}});
    net.connect(x, a);
    const auto decoded = net.probe(a, {.synapse = 0.05});
    const auto given = net.probe(x, {.synapse = 0.05});
    Simulator sim(net, {.progress_bar = false});

    sim.run(1.0);

    const auto got = sim.data(decoded).to_vector(), want = sim.data(given).to_vector();
    double error = 0, size = 0;
    for (std::size_t t = 200; t < got.size(); ++t) {
        error += std::pow(got[t] - want[t], 2);
        size += std::pow(want[t], 2);
    }
    EXPECT_LT(error, 0.1 * size);  // decoders know nothing of the adaptation
}

TEST(AdaptiveExponential, HasNoRateCurveToTrainThrough) {
    Network net({.seed = 1});
    auto x = net.node(0.5);
    auto a = net.ensemble(10, 1, {.label = "adaptive", .neuron_type = resting});
    net.connect(x, a);
    const auto p = net.probe(a);
    Simulator sim(net, {.progress_bar = false});
    sim.compile({.optimizer = SGD{}, .loss = {{p, MeanSquaredError{}}}});

    EXPECT_THAT(message<BuildError>([&] {
                    sim.fit({{x, Tensor({1, 1, 1}, {0.5})}},
                            {{p, Tensor({1, 1, 1}, {0.5})}}, {.epochs = 1});
                }),
                HasSubstr("adaptive"));
}

}  // namespace
}  // namespace nengine::test

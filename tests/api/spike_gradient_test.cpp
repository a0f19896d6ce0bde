#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Training with spikes that no gradient comes back through.

namespace nengine::test {

namespace {

using ::testing::HasSubstr;

/// Two layers with spiking neurons between them, over some steps.
struct Spiking {
    static constexpr std::int64_t items = 5, steps = 8;
    Network net{NetworkOptions{.seed = 1}};
    Node x;
    Layer before, neurons, after;
    Probe p;
    Tensor inputs, targets;

    explicit Spiking(const NeuronModel& model, bool trains_before)
        : x(net.node({0.0, 0.0}, {.label = "x"})),
          before(net.layer(Dense{.units = 6}, x,
                           {.label = "before", .trainable = trains_before})),
          neurons(untrained(model)),
          after(net.layer(Dense{.units = 1}, neurons, {.label = "after"})),
          p(net.probe(after, {.label = "p", .synapse = Lowpass(0.005)})) {
        std::vector<double> in, wanted;
        for (int i = 0; i < items * steps; ++i) {
            in.insert(in.end(), {40.0 + i % 7, 30.0 - i % 5});
            wanted.push_back(0.3 * (i % 3));
        }
        inputs = Tensor({items, steps, 2}, in);
        targets = Tensor({items, steps, 1}, wanted);
    }
    /// Their biases are before the spikes.
    Layer untrained(const NeuronModel& model) {
        net.config.neurons.trainable = false;
        return net.layer(model, before);
    }
    Simulator simulator(SpikeGradient gradient) const {
        SimulatorOptions options = quiet(2);
        options.seed = 4;
        options.spike_gradient = gradient;
        return Simulator(net, options);
    }
};

TEST(NoSpikeGradient, TrainsWhatIsBehindTheSpikesOnThem) {
    for (const NeuronModel& model :
         {NeuronModel(LIF{.amplitude = 0.01}),
          NeuronModel(SpikingRectifiedLinear{.amplitude = 0.001}),
          NeuronModel(StochasticSpiking{RectifiedLinear{.amplitude = 0.001}})}) {
        const Spiking task(model, false);
        Simulator sim = task.simulator(None);
        const Data x = {{task.x, task.inputs}}, y = {{task.p, task.targets}};

        EXPECT_EQ(sim.predict(x, {.phase = Phase::training})[task.p].to_vector(),
                  sim.predict(x)[task.p].to_vector());

        sim.compile({.optimizer = SGD{.learning_rate = 1e-4},
                     .loss = {{task.p, MeanSquaredError{}}}});
        const double loss = sim.evaluate(x, y).at("loss");
        const Array before = sim.parameter("before.kernel");
        const Array after = sim.parameter("after.kernel");
        const History history = sim.fit(x, y, {.epochs = 20, .shuffle = false});

        EXPECT_EQ(sim.parameter("before.kernel"), before);
        EXPECT_NE(sim.parameter("after.kernel"), after);
        EXPECT_LT(history["loss"].back(), history["loss"].front());
        EXPECT_LT(sim.evaluate(x, y).at("loss"), loss);
    }
}

/// The gradient behind spikes is that of what they were: a loss that is linear there.
TEST(NoSpikeGradient, IsThatOfALinearReadoutOfTheSpikes) {
    const Spiking task(LIF{.amplitude = 0.01}, false);
    Simulator sim = task.simulator(None);
    const Data x = {{task.x, task.inputs}}, y = {{task.p, task.targets}};
    sim.compile({.optimizer = SGD{.learning_rate = 1.0},
                 .loss = {{task.p, MeanSquaredError{}}}});
    const Array start = sim.parameter("after.kernel");
    const auto loss_at = [&](std::size_t i, double change) {
        Array kernel = start;
        kernel.values[i] += change;
        sim.set_parameter("after.kernel", kernel);
        return sim.evaluate(x, y).at("loss");
    };
    std::vector<double> want;
    for (std::size_t i = 0; i < start.values.size(); ++i) {
        want.push_back(-(loss_at(i, 1e-3) - loss_at(i, -1e-3)) / 2e-3);
    }
    sim.set_parameter("after.kernel", start);

    Simulator whole = [&] {
        SimulatorOptions options = quiet(Spiking::items);
        options.seed = 4;
        options.spike_gradient = None;
        return Simulator(task.net, options);
    }();
    whole.compile({.optimizer = SGD{.learning_rate = 1.0},
                   .loss = {{task.p, MeanSquaredError{}}}});
    whole.fit(x, y);
    const Array got = whole.parameter("after.kernel");

    for (std::size_t i = 0; i < want.size(); ++i) {
        EXPECT_NEAR(got.values[i] - start.values[i], want[i],
                    1e-7 * (1 + std::abs(want[i])));
    }
}

TEST(NoSpikeGradient, NamesWhatNothingWouldTrain) {
    const Spiking task(LIF{.amplitude = 0.01}, true);
    Simulator sim = task.simulator(None);
    sim.compile({.loss = {{task.p, MeanSquaredError{}}}});

    EXPECT_THAT(message<BuildError>([&] {
                    sim.fit({{task.x, task.inputs}}, {{task.p, task.targets}});
                }),
                HasSubstr("before."));
}

/// What spikes are to gradients is said by ensemble, config or simulator, the nearest
/// first.
struct Two {
    Network net{NetworkOptions{.seed = 1}};
    Node x = net.node({60.0, 30.0}, {.label = "x"});
    Ensemble a, b;
    Probe of_a, of_b;

    Two()
        : a(ensemble("a")),
          b(ensemble("b")),
          of_a(net.probe(a.neurons, {.label = "of_a"})),
          of_b(net.probe(b.neurons, {.label = "of_b"})) {}
    Ensemble ensemble(const std::string& label) {
        const Ensemble made = net.ensemble(8, 2, {.label = label});
        net.connect(x, made, {.synapse = None});
        return made;
    }
    /// Whether an ensemble does in the training phase what it does in simulations.
    bool spikes(const Probe& p, SpikeGradient of_simulator = RateGradient{}) const {
        SimulatorOptions options = quiet();
        options.seed = 3;
        options.spike_gradient = of_simulator;
        Simulator sim(net, options);
        const auto values = [&](Phase phase) {
            return sim.predict({}, {.n_steps = 20, .phase = phase})[p].to_vector();
        };
        return values(Phase::training) == values(Phase::inference);
    }
};

TEST(SpikeGradients, AreSaidByEnsembleConfigOrSimulator) {
    Two two;
    EXPECT_FALSE(two.spikes(two.of_a));
    EXPECT_TRUE(two.spikes(two.of_a, None));

    two.a.spike_gradient = None;
    EXPECT_TRUE(two.spikes(two.of_a));
    EXPECT_FALSE(two.spikes(two.of_b));

    two.net.config.ensemble.spike_gradient = None;
    two.a.spike_gradient = RateGradient{};
    EXPECT_FALSE(two.spikes(two.of_a, None));
    EXPECT_TRUE(two.spikes(two.of_b));

    two.a.spike_gradient.reset();
    EXPECT_TRUE(two.spikes(two.of_a));
}

TEST(SpikeGradients, AreOptionsOfEnsemblesAndLayers) {
    Network net({.seed = 1});
    const Ensemble a = net.ensemble(4, 1, {.spike_gradient = None});
    const Layer b = net.layer(LIF{}, net.node({1.0}),
                              {.spike_gradient = RateGradient{.lif_smoothing = 0.1}});

    EXPECT_TRUE(std::holds_alternative<NoneType>(*a.spike_gradient));
    EXPECT_EQ(std::get<RateGradient>(*b.ensemble().spike_gradient).lif_smoothing, 0.1);
    EXPECT_FALSE(net.ensemble(4, 1).spike_gradient.has_value());
}

TEST(SpikeGradients, SmoothTheRateCurvesOfOneEnsemble) {
    const auto rates = [](bool by_ensemble, const auto& probe) {
        Two two;
        SimulatorOptions options = quiet();
        options.seed = 3;
        (by_ensemble ? *(two.a.spike_gradient = SpikeGradient())
                     : options.spike_gradient) = RateGradient{.lif_smoothing = 0.2};
        Simulator sim(two.net, options);
        return sim.predict({}, {.n_steps = 3, .phase = Phase::training})[two.*probe]
            .to_vector();
    };

    EXPECT_EQ(rates(true, &Two::of_a), rates(false, &Two::of_a));
    EXPECT_NE(rates(true, &Two::of_b), rates(false, &Two::of_b));
}

TEST(SpikeGradients, NeedSmoothingThatIsNotNegative) {
    Two two;
    two.b.spike_gradient = RateGradient{.lif_smoothing = -0.1};

    EXPECT_THAT(
        message<ValidationError>([&] { Simulator(two.net, quiet()); }),
        testing::AllOf(HasSubstr("b"), HasSubstr("lif_smoothing"), HasSubstr("-0.1")));
}

}  // namespace

}  // namespace nengine::test

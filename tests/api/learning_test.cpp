#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <span>

#include "learning_pair.hpp"
#include "tests/engine/io/files.hpp"

namespace nengine::test {

namespace {

using namespace learning;
using ::testing::HasSubstr;

/// A channel that learns to carry what `u` gives.
struct Channel {
    Network net{NetworkOptions{.seed = 3}};
    Node u = net.node({0.5}, {.label = "u"});
    Ensemble a = net.ensemble(20, 1, {.label = "a"});
    Node out = net.node({.label = "out", .size_in = 1});
    Node error = net.node({.label = "error", .size_in = 1});
    Connection learned;
    Probe weights, p;

    Channel()
        : learned(net.connect(a, out,
                              {.label = "learned",
                               .function = [](double) { return 0.0; },
                               .learning_rule = PES{.learning_rate = 1e-2}})),
          weights(net.probe(learned, {.attr = "weights"})),
          p(net.probe(out)) {
        net.connect(u, a);
        net.connect(out, error);
        net.connect(u, error, {.transform = -1});
        net.connect(error, learned.learning_rule);
    }
};

Tensor inputs(std::int64_t items, std::int64_t steps) {
    std::vector<double> values;
    for (std::int64_t i = 0; i < items * steps; ++i) {
        const std::int64_t item = i / steps;
        values.push_back(std::sin(0.37 * static_cast<double>(i)) +
                         0.1 * static_cast<double>(item));
    }
    return Tensor({items, steps, 1}, values);
}

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
    double largest = a.size() == b.size() ? 0 : INFINITY;
    for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i) {
        largest = std::max(largest, std::abs(a[i] - b[i]));
    }
    return largest;
}

TEST(Learning, RulesButPESSeeNeuronsInTheEnsemblesOrder) {
    Network net({.seed = 3});
    const auto a = net.ensemble(6, 1, {.neuron_type = LIFRate{}});
    const auto b = net.ensemble(6, 1);
    net.connect(net.node([](double t) { return std::sin(50 * t); }), a);
    const auto backwards = net.connect(a.neurons[Slice{.step = -1}], b.neurons,
                                       {.transform = Array::full({6, 6}, 1e-4),
                                        .learning_rule = BCM{.pre_synapse = None}});
    const auto seen = net.probe(backwards.learning_rule, {.attr = "pre_filtered"});
    const auto activities = net.probe(a.neurons);
    Simulator sim(net, quiet());

    sim.run_steps(3);

    EXPECT_EQ(sim.data(seen).to_vector(), sim.data(activities).to_vector());
}

TEST(Learning, EveryItemLearnsByItself) {
    constexpr std::int64_t items = 3, steps = 40;
    const Channel channel;
    const Tensor data = inputs(items, steps);
    Simulator sim(channel.net, quiet(items));

    sim.run_steps(steps, {.data = {{channel.u, data}}});

    const Tensor all = sim.data(channel.weights);
    for (std::int64_t item = 0; item < items; ++item) {
        std::vector<double> own;
        for (std::int64_t step = 0; step < steps; ++step) {
            own.push_back(data(item, step, 0));
        }
        Simulator single(channel.net, quiet(1));
        single.run_steps(steps, {.data = {{channel.u, Tensor({1, steps, 1}, own)}}});
        const Tensor one = single.data(channel.weights);
        for (std::int64_t i = 0; i < one.extent(2); ++i) {
            EXPECT_NEAR(all(item, steps - 1, i), one(0, steps - 1, i), 1e-12);
        }
    }
    EXPECT_GT(std::abs(all(0, steps - 1, 0) - all(2, steps - 1, 0)), 1e-9);
}

TEST(Learning, FiltersOfWhatRLSCarriesSeeTheStepBefore) {
    SinePair pair;
    const auto c = pair.net.connect(pair.a, pair.net.node({.size_in = 1}),
                                    {.learning_rule = RLS{.learning_rate = 1e-2}});
    const auto at_once = pair.net.probe(c.learning_rule, {.attr = "inv_gamma"});
    const auto delayed =
        pair.net.probe(c.learning_rule, {.attr = "inv_gamma", .synapse = 0.0});
    Simulator sim(pair.net, quiet());

    sim.run_steps(30);

    // In Nengo, P is updated: a step later others see it, and one more the delay's.
    for (std::int64_t step = 2; step < 30; ++step) {
        for (std::int64_t i = 0; i < 144; ++i) {
            ASSERT_EQ(sim.data(delayed)(step, i), sim.data(at_once)(step - 2, i));
        }
    }
    EXPECT_NE(sim.data(at_once)(29, 0), sim.data(at_once)(28, 0));
}

TEST(Learning, DataOfAConnectionAreTheWeightsAsBuilt) {
    const Channel channel;
    Simulator sim(channel.net, quiet());
    const auto built = sim.data(channel.learned).weights->values;

    sim.run_steps(100);

    EXPECT_EQ(sim.data(channel.learned).weights->values, built);
    EXPECT_GT(largest_difference(sim.parameter("learned.weights").values, built), 1e-6);
    EXPECT_NEAR(sim.data(channel.weights)(99, 3),
                sim.parameter("learned.weights").values[3], 1e-15);
}

TEST(Learning, AnIsolatedCallKeepsWeightsAndRestoresTheRest) {
    const Channel channel;
    Simulator whole(channel.net, quiet()), parts(channel.net, quiet());

    parts.predict({}, {.n_steps = 50});
    whole.run_steps(50);

    const auto learned = parts.parameter("learned.weights").values;
    EXPECT_LT(largest_difference(learned, whole.parameter("learned.weights").values),
              1e-15);
    EXPECT_EQ(parts.n_steps(), 0);
    // From the first step again, with other weights: the filters start at zero.
    const Tensor again = parts.predict({}, {.n_steps = 1})[channel.p];
    EXPECT_EQ(again(0, 0, 0), 0.0);
    EXPECT_NE(parts.predict({}, {.n_steps = 30})[channel.p](0, 29, 0), 0.0);
}

TEST(Learning, ResetRestoresWeightsUnlessParametersAreKept) {
    const Channel channel;
    Simulator sim(channel.net, quiet());
    const auto built = sim.parameter("learned.weights").values;
    sim.run_steps(50);
    const auto learned = sim.parameter("learned.weights").values;
    const auto course = sim.data(channel.p).to_vector();

    sim.reset({.include_trainable = false});
    EXPECT_EQ(sim.parameter("learned.weights").values, learned);
    sim.reset();
    EXPECT_EQ(sim.parameter("learned.weights").values, built);

    sim.run_steps(50);
    EXPECT_EQ(sim.data(channel.p).to_vector(), course);
}

TEST(Learning, LearnedWeightsAreSavedAndLoadedForAllItems) {
    const TemporaryFolder folder;
    const auto path = folder / "learned.npz";
    const Channel channel;
    Simulator sim(channel.net, quiet()), other(channel.net, quiet(2));
    sim.run_steps(50);
    const auto learned = sim.parameter("learned.weights").values;

    sim.save_params(path);
    other.load_params(path);

    EXPECT_EQ(other.parameter("learned.weights").values, learned);
    other.step();
    const Tensor weights = other.data(channel.weights);
    for (std::int64_t item = 0; item < 2; ++item) {
        EXPECT_NEAR(weights(item, 0, 5), learned[5], 1e-15);
    }
}

TEST(Learning, WeightsAreReadAndWrittenOncePerStep) {
    Channel channel;
    Simulator sim(channel.net, quiet());

    EXPECT_THAT(sim.explain(10), HasSubstr("WeightIncDot"));
    EXPECT_THAT(sim.explain(10), ::testing::Not(HasSubstr("WeightInc ")));
}

// ---- training
// -------------------------------------------------------------------------

TEST(Learning, ALossThroughLearnedWeightsIsRefusedAndOthersTrain) {
    Channel channel;
    auto decoded = channel.net.probe(channel.a, {.label = "decoded"});
    auto dense =
        channel.net.connect(channel.u, channel.net.node({.size_in = 1}),
                            {.label = "dense", .transform = 0.1, .synapse = None});
    auto result = channel.net.probe(dense.post(), {.label = "result"});
    const Tensor x({1, 5, 1}, std::vector<double>(5, 1.0));
    const auto train = [&](const Probe& probe) {
        Simulator sim(channel.net, quiet(1));
        sim.compile({.optimizer = SGD{0.1}, .loss = {{probe, MeanSquaredError{}}}});
        sim.fit({{channel.u, x}}, {{probe, x}}, {.epochs = 1});
        return sim.parameter("dense.weights").values[0];
    };

    EXPECT_GT(train(result), 0.1);
    try {
        train(channel.p);
        FAIL() << "no error";
    } catch (const BuildError& error) {
        EXPECT_THAT(error.what(), HasSubstr("learned.weights"));
    }
}

TEST(Learning, WeightsStayAsTheyWereBeforeAMinibatchThatIsNotFinite) {
    Channel channel;
    auto dense =
        channel.net.connect(channel.u, channel.net.node({.size_in = 1}),
                            {.label = "dense", .transform = 0.1, .synapse = None});
    auto result = channel.net.probe(dense.post());
    auto options = quiet(1);
    options.dtype = DType::float32;
    Simulator sim(channel.net, options);
    sim.compile({.optimizer = SGD{1e-3}, .loss = {{result, MeanSquaredError{}}}});
    const auto fit = [&](double target) {
        sim.fit({{channel.u, inputs(1, 50)}},
                {{result, Tensor({1, 50, 1}, std::vector<double>(50, target))}},
                {.epochs = 1});
    };
    fit(1);
    const auto learned = sim.parameter("learned.weights").values;

    EXPECT_THROW(fit(1e30), SimulationError);

    EXPECT_EQ(sim.parameter("learned.weights").values, learned);
    fit(1);
    EXPECT_NE(sim.parameter("learned.weights").values, learned);
}

// ---- what can be asked of a rule
// ---------------------------------------------------------------------------

TEST(Learning, SizesAreThoseOfWhatTheRuleTakes) {
    SinePair p;
    auto decoded = p.net.connect(p.a, p.b[1], {.learning_rule = PES{}});
    auto neurons = p.net.connect(p.a.neurons, p.b.neurons,
                                 {.transform = Array::full({8, 12}, 0),
                                  .learning_rule = LearningRules{PES{}, BCM{}}});
    auto voja = p.net.connect(p.u, p.b[0], {.learning_rule = Voja{}});

    EXPECT_EQ(decoded.learning_rule.size_in(), 1);
    EXPECT_EQ(neurons.learning_rule.at(0).size_in(), 2);
    EXPECT_EQ(neurons.learning_rule.at(1).size_in(), 0);
    EXPECT_EQ(voja.learning_rule.size_in(), 1);
    EXPECT_EQ(voja.learning_rule.connection(), voja);
}

TEST(Learning, ALargeRateOfPESIsWarnedOf) {
    SinePair p;
    auto c = p.net.connect(
        p.a, p.b[0], {.label = "fast", .learning_rule = PES{.learning_rate = 1.5}});
    p.net.connect(p.u, c.learning_rule);
    std::vector<std::string> warnings;
    SimulatorOptions options = quiet();
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };

    Simulator sim(p.net, options);

    ASSERT_EQ(warnings.size(), 1U);
    EXPECT_THAT(warnings[0], HasSubstr("fast"));
}

}  // namespace
}  // namespace nengine::test

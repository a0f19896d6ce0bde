#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <span>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

namespace nengine::test {

namespace {

using ::testing::HasSubstr;

Array full(std::int64_t rows, std::int64_t cols, double value) {
    return Array({rows, cols},
                 std::vector<double>(static_cast<std::size_t>(rows * cols), value));
}

/// A sine into an ensemble `a`; another, `b`, of two dimensions.
struct Pair {
    Network net{NetworkOptions{.seed = 5}};
    Node u = net.node([](double t) { return std::sin(20 * t); }, {.label = "u"});
    Ensemble a = net.ensemble(12, 1, {.label = "a"});
    Ensemble b = net.ensemble(8, 2, {.label = "b"});

    Pair() { net.connect(u, a, {.label = "ua"}); }
    Probe weights(const Connection& connection) {
        return net.probe(connection, {.attr = "weights"});
    }
};

/// The sum, the sum of magnitudes, the second and the last of the last sample.
std::vector<double> digest(const Tensor& data) {
    const std::int64_t last = data.extent(0) - 1, n = data.extent(1);
    double sum = 0, magnitude = 0;
    for (std::int64_t i = 0; i < n; ++i) {
        sum += data(last, i);
        magnitude += std::abs(data(last, i));
    }
    return {sum, magnitude, data(last, 1), data(last, n - 1)};
}

// ---- the same networks in Nengo 4.1: a digest after 60 steps
// --------------------------

struct NengoCase {
    const char* name;
    std::function<Probe(Pair&)> make;
    std::vector<double> digest;
};

const std::vector<NengoCase>& nengo_cases() {
    static const std::vector<NengoCase> cases{
        {"PES between slices of neurons",
         [](Pair& p) {
             auto c = p.net.connect(p.a.neurons[Slice{.stop = 5}],
                                    p.b.neurons[Slice{.start = 2, .stop = 6}],
                                    {.transform = full(4, 5, 1e-3),
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{0.5}, {-0.5}}});
             return p.weights(c);
         },
         {0.56179934516733721, 0.73803692553201394, 0.11625869769626457,
          0.14589010318992587}},
        {"PES to neurons backwards",
         [](Pair& p) {
             auto c = p.net.connect(p.a.neurons, p.b.neurons[Slice{.step = -2}],
                                    {.transform = full(4, 12, 1e-3),
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{0.5}, {-0.5}}});
             return p.weights(c);
         },
         {0.92370715421383509, 1.6153332289311293, -0.046876343028902458,
          0.052849400832779218}},
        {"PES on solved weights to a slice",
         [](Pair& p) {
             auto c = p.net.connect(p.a, p.b[1],
                                    {.solver = LstsqL2{.weights = true},
                                     .learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule);
             return p.weights(c);
         },
         {-0.39818717169744133, 3.0074246101138962, 0.0078858684484207405,
          0.019333982876041583}},
        {"PES from an ensemble to neurons",
         [](Pair& p) {
             auto c = p.net.connect(
                 p.a, p.b.neurons[Slice{.stop = 3}],
                 {.transform = full(3, 1, 0.1),
                  .learning_rule = PES{.learning_rate = 1e-2, .pre_synapse = None}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{1.0}, {1.0}}});
             return p.weights(c);
         },
         {-3.4781317152768927, 5.8183692990823186, -0.83857149224471117,
          -0.048757157947309171}},
        {"PES with errors for parts",
         [](Pair& p) {
             auto c =
                 p.net.connect(p.a, p.b[Slice{.step = -1}],
                               {.transform = {{1.0}, {0.5}},
                                .learning_rule = PES{.learning_rate = 1e-2,
                                                     .pre_synapse = Alpha{0.003}}});
             p.net.connect(p.u, c.learning_rule[1]);
             p.net.connect(p.u, c.learning_rule[{0}], {.transform = 0.3});
             return p.weights(c);
         },
         {-0.028322256627605971, 0.028538910468799999, -0.00056274609146435902,
          -0.00025639538323367269}},
        {"PES to a list",
         [](Pair& p) {
             auto c = p.net.connect(p.a, p.b[{1}],
                                    {.learning_rule = PES{.learning_rate = 1e-2}});
             p.net.connect(p.u, c.learning_rule);
             return p.weights(c);
         },
         {-0.038897353696504669, 0.038897353696504669, -0.0072746049637925992,
          -0.003086711169785792}},
        {"Voja on two connections",
         [](Pair& p) {
             p.net.connect(p.u, p.b,
                           {.transform = {{1.0}, {1.0}},
                            .learning_rule = Voja{.learning_rate = 0.5}});
             p.net.connect(
                 p.a, p.b[0],
                 {.learning_rule = Voja{.learning_rate = 0.2, .post_synapse = 0.02}});
             return p.net.probe(p.b, {.attr = "scaled_encoders"});
         },
         {456.63031570426642, 535.62198615993316, 89.081838329089706,
          6.951495851691015}},
        {"Oja, PES and Voja at once",
         [](Pair& p) {
             auto c = p.net.connect(
                 p.a.neurons, p.b.neurons,
                 {.transform = full(8, 12, 2e-3),
                  .learning_rule = LearningRules{Oja{.learning_rate = 1e-5},
                                                 PES{.learning_rate = 1e-3}}});
             p.net.connect(p.u, c.learning_rule.at(1), {.transform = {{0.5}, {-0.5}}});
             p.net.connect(p.u, p.b[0], {.learning_rule = Voja{.learning_rate = 0.5}});
             return p.weights(c);
         },
         {1.6068651412215049, 1.6068651412215049, 0.028810285908056347,
          0.0017909903526746919}},
        {"RLS of a function, without a filter",
         [](Pair& p) {
             auto c = p.net.connect(
                 p.a, p.b,
                 {.function =
                      [](std::span<const double> x) {
                          return std::vector{x[0], x[0] * x[0]};
                      },
                  .learning_rule = RLS{.learning_rate = 1e-2, .pre_synapse = None}});
             p.net.connect(p.u, c.learning_rule, {.transform = {{1.0}, {0.2}}});
             return p.weights(c);
         },
         {0.0033995483099652614, 0.012714273187633799, 8.9908373344697396e-07,
          0.0010950787295192538}}};
    return cases;
}

TEST(Learning, WeightsAreNengos) {
    for (const NengoCase& one : nengo_cases()) {
        for (const bool fold : {true, false}) {
            Pair pair;
            const Probe probe = one.make(pair);
            SimulatorOptions options = quiet();
            options.plan.fold = options.plan.fuse = fold;
            Simulator sim(pair.net, options);

            sim.run_steps(60);

            const auto got = digest(sim.data(probe));
            for (std::size_t i = 0; i < got.size(); ++i) {
                EXPECT_NEAR(got[i], one.digest[i], 1e-8 * std::abs(one.digest[1]))
                    << one.name << ", number " << i;
            }
        }
    }
}

// ---- what a simulator keeps
// -----------------------------------------------------------

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
        values.push_back(std::sin(0.37 * static_cast<double>(i)) +
                         0.1 * static_cast<double>(i / steps));
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
    const auto backwards = net.connect(
        a.neurons[Slice{.step = -1}], b.neurons,
        {.transform = full(6, 6, 1e-4), .learning_rule = BCM{.pre_synapse = None}});
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
    Pair pair;
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
    const auto path = std::filesystem::temp_directory_path() / "nengine_learned.npz";
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
    std::filesystem::remove(path);
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

// ---- what can be asked of a rule
// ---------------------------------------------------------------------------

TEST(Learning, SizesAreThoseOfWhatTheRuleTakes) {
    Pair p;
    auto decoded = p.net.connect(p.a, p.b[1], {.learning_rule = PES{}});
    auto neurons = p.net.connect(
        p.a.neurons, p.b.neurons,
        {.transform = full(8, 12, 0), .learning_rule = LearningRules{PES{}, BCM{}}});
    auto voja = p.net.connect(p.u, p.b[0], {.learning_rule = Voja{}});

    EXPECT_EQ(decoded.learning_rule.size_in(), 1);
    EXPECT_EQ(neurons.learning_rule.at(0).size_in(), 2);
    EXPECT_EQ(neurons.learning_rule.at(1).size_in(), 0);
    EXPECT_EQ(voja.learning_rule.size_in(), 1);
    EXPECT_EQ(voja.learning_rule.connection(), voja);
}

TEST(Learning, ALargeRateOfPESIsWarnedOf) {
    Pair p;
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

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// What items, samples and classes count; metrics with a last step on the host; what
// accuracy is.

namespace nengine::test {

namespace {

using ::testing::HasSubstr;

/// Outputs of a layer of `size` numbers that its inputs determine, over two steps.
struct Weighed {
    explicit Weighed(std::int64_t size)
        : n(size),
          x(net.node(std::vector<double>(static_cast<std::size_t>(size), 0.0),
                     {.label = "x"})),
          layer(net.layer(Dense{.units = size}, x, {.label = "d"})),
          p(net.probe(layer, {.label = "p"})),
          inputs(numbers(size, -1, 1)),
          targets(numbers(size, 0, 1)) {}

    Tensor numbers(std::int64_t size, double from, double to) {
        std::uniform_real_distribution<double> draw(from, to);
        std::vector<double> values(static_cast<std::size_t>(items * steps * size));
        for (double& value : values) {
            value = draw(rng);
        }
        return Tensor({items, steps, size}, values);
    }
    Simulator simulator(std::int64_t minibatch = 4) const {
        SimulatorOptions options = quiet(minibatch);
        options.seed = 5;
        return Simulator(net, options);
    }
    /// For each item and step the mean over components of the squared error.
    std::vector<double> errors(Simulator& sim) const {
        const Tensor got = sim.predict({{x, inputs}})[p];
        std::vector<double> result;
        for (std::int64_t row = 0; row < items * steps; ++row) {
            double sum = 0;
            for (std::int64_t i = 0; i < n; ++i) {
                sum += std::pow(got[row * n + i] - targets[row * n + i], 2);
            }
            result.push_back(sum / static_cast<double>(n));
        }
        return result;
    }

    static constexpr std::int64_t items = 6, steps = 2;
    std::int64_t n;
    std::mt19937 rng{3};
    Network net{NetworkOptions{.seed = 1}};
    Node x;
    Layer layer;
    Probe p;
    Tensor inputs, targets;
};

TEST(Weights, OfItemsMultiplyTheirLossesAndLeaveMetricsAlone) {
    Weighed of(3);
    Simulator sim = of.simulator();
    sim.compile({.loss = {{of.p, MeanSquaredError{}}},
                 .metrics = {{of.p, MeanSquaredError{}}}});
    const std::vector<double> weights = {1, 0, 2, 0.5, 3, 0.25};
    const std::vector<double> errors = of.errors(sim);

    const auto got = sim.evaluate({{of.x, of.inputs}}, {{of.p, of.targets}},
                                  {.sample_weight = {{of.p, Tensor({6}, weights)}}});

    double weighted = 0, plain = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        weighted += weights[i / 2] * errors[i] / 12;
        plain += errors[i] / 12;
    }
    EXPECT_NEAR(got.at("loss"), weighted, 1e-12);
    EXPECT_NEAR(got.at("p_loss"), weighted, 1e-12);
    EXPECT_NEAR(got.at("p_mean_squared_error"), plain, 1e-12);
}

TEST(Weights, OfSamplesMultiplyTheirs) {
    Weighed of(3);
    Simulator sim = of.simulator();
    sim.compile({.loss = {{of.p, MeanSquaredError{}}}});
    const std::vector<double> weights = {1, 0, 2, 0.5, 3, 0.25, 0, 0, 1, 1, 4, 2};
    const std::vector<double> errors = of.errors(sim);

    const auto got = sim.evaluate({{of.x, of.inputs}}, {{of.p, of.targets}},
                                  {.sample_weight = {{of.p, Tensor({6, 2}, weights)}}});

    double weighted = 0;
    for (std::size_t i = 0; i < 12; ++i) {
        weighted += weights[i] * errors[i] / 12;
    }
    EXPECT_NEAR(got.at("loss"), weighted, 1e-12);
}

/// Twice the weight is twice the gradient: an item that is there twice.
TEST(Weights, TrainAsItemsThatAreThereMoreOften) {
    Weighed of(2);
    std::vector<double> weights = {2, 1, 1, 0};
    Simulator weighted = of.simulator(4), repeated = of.simulator(4);
    for (Simulator* sim : {&weighted, &repeated}) {
        sim->compile({.optimizer = SGD{0.5}, .loss = {{of.p, MeanSquaredError{}}}});
    }
    const auto items_of = [](const Tensor& from, const std::vector<int>& items) {
        std::vector<double> values;
        for (const int item : items) {
            const std::vector<double> one = from.items(item, 1).to_vector();
            values.insert(values.end(), one.begin(), one.end());
        }
        return Tensor({std::ssize(items), from.extent(1), from.extent(2)}, values);
    };

    weighted.fit({{of.x, of.inputs.items(0, 4)}}, {{of.p, of.targets.items(0, 4)}},
                 {.epochs = 3, .sample_weight = {{of.p, Tensor({4}, weights)}}});
    repeated.fit({{of.x, items_of(of.inputs, {0, 0, 1, 2})}},
                 {{of.p, items_of(of.targets, {0, 0, 1, 2})}}, {.epochs = 3});

    EXPECT_THAT(weighted.parameter("d.kernel").values,
                near_to(repeated.parameter("d.kernel").values));
}

TEST(Weights, OfClassesAreThoseOfTheirSamples) {
    Weighed of(3);
    const std::vector<double> labels = {0, 1, 2, 2, 1, 0, 0, 0, 1, 2, 1, 1};
    const std::map<int, double> of_class = {{0, 0.5}, {2, 3.0}};
    std::vector<double> weights, one_hot;
    for (const double label : labels) {
        const auto found = of_class.find(static_cast<int>(label));
        weights.push_back(found == of_class.end() ? 1.0 : found->second);
        for (int c = 0; c < 3; ++c) {
            one_hot.push_back(label == c ? 1.0 : 0.0);
        }
    }
    const Data x = {{of.x, of.inputs}};
    const auto trained = [&](const Loss& loss, const Tensor& targets,
                             const FitOptions& options) {
        Simulator sim = of.simulator();
        sim.compile({.optimizer = SGD{0.5}, .loss = {{of.p, loss}}});
        const double value = sim.fit(x, {{of.p, targets}}, options)["loss"].front();
        return std::pair(value, sim.parameter("d.kernel").values);
    };
    const Tensor as_labels({6, 2, 1}, labels), as_vectors({6, 2, 3}, one_hot);

    for (const auto& [loss, targets] :
         {std::pair{Loss(SparseCategoricalCrossentropy{.from_logits = true}),
                    as_labels},
          std::pair{Loss(CategoricalCrossentropy{.from_logits = true}), as_vectors}}) {
        FitOptions by_class, by_sample;
        by_class.class_weight = of_class;
        by_sample.sample_weight = {{of.p, Tensor({6, 2}, weights)}};
        const auto got = trained(loss, targets, by_class);
        const auto want = trained(loss, targets, by_sample);
        EXPECT_NEAR(got.first, want.first, 1e-12);
        EXPECT_THAT(got.second, near_to(want.second));
        EXPECT_NE(got.first, trained(loss, targets, {}).first);
    }
}

TEST(Weights, AreChecked) {
    Weighed of(2);
    Simulator sim = of.simulator();
    const auto fails = [&](const Loss& loss, const Tensor& weights) {
        sim.compile({.loss = {{of.p, loss}}});
        return message<Error>([&] {
            sim.evaluate({{of.x, of.inputs}}, {{of.p, of.targets}},
                         {.sample_weight = {{of.p, weights}}});
        });
    };
    const Loss mean_of_all = [](const Expression& y, const Expression& out) {
        return mean(square(out - y));
    };

    EXPECT_THAT(fails(MeanSquaredError{}, Tensor({5}, std::vector<double>(5, 1.0))),
                HasSubstr("5 items"));
    EXPECT_THAT(fails(MeanSquaredError{}, Tensor({6, 3}, std::vector<double>(18, 1.0))),
                HasSubstr("sample_weight of probe 'p'"));
    EXPECT_THAT(fails(mean_of_all, Tensor({6, 2}, std::vector<double>(12, 1.0))),
                HasSubstr("does not give a value for each sample"));
    sim.compile({.metrics = {{of.p, MeanSquaredError{}}}});
    EXPECT_THAT(message<ValidationError>([&] {
                    sim.evaluate({{of.x, of.inputs}}, {{of.p, of.targets}},
                                 {.sample_weight = {{of.p, of.targets}}});
                }),
                HasSubstr("needs a loss on this probe"));
}

/// Of all items at once, whatever the minibatches.
TEST(MetricsOfSums, AreOfAllItems) {
    Weighed of(1);
    std::vector<double> truth;
    for (const double value : of.targets.to_vector()) {
        truth.push_back(value > 0.6 ? 1.0 : 0.0);
    }
    const Tensor targets({6, 2, 1}, truth);
    Simulator sim = of.simulator();
    sim.compile({.loss = {{of.p, MeanSquaredError{}}},
                 .metrics = {{of.p, Precision{.thresholds = 0.1}},
                             {of.p, Recall{.thresholds = 0.0}},
                             {of.p, RootMeanSquaredError{}},
                             {of.p, AUC{}}}});
    const std::vector<double> out =
        Tensor(sim.predict({{of.x, of.inputs}})[of.p]).to_vector();
    double yes = 0, hits = 0, wanted = 0, found = 0, squares = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        yes += out[i] > 0.1 ? 1 : 0;
        hits += out[i] > 0.1 ? truth[i] : 0;
        wanted += truth[i];
        found += out[i] > 0.0 ? truth[i] : 0;
        squares += std::pow(out[i] - truth[i], 2);
    }
    ASSERT_GT(yes, 0);
    ASSERT_GT(wanted, 0);

    const auto got = sim.evaluate({{of.x, of.inputs}}, {{of.p, targets}});

    EXPECT_DOUBLE_EQ(got.at("p_precision"), hits / yes);
    EXPECT_DOUBLE_EQ(got.at("p_recall"), found / wanted);
    EXPECT_NEAR(got.at("p_root_mean_squared_error"), std::sqrt(squares / 12), 1e-12);
    EXPECT_GT(got.at("p_auc"), 0.0);

    sim.set_learning_rate(0.0);
    const History history = sim.fit({{of.x, of.inputs}}, {{of.p, targets}});
    EXPECT_DOUBLE_EQ(history["p_precision"].front(), hits / yes);
    EXPECT_DOUBLE_EQ(history["p_auc"].front(), got.at("p_auc"));
}

TEST(Accuracies, ArePickedBySizesAsInKeras) {
    const auto accuracy = [](Weighed& of, const Tensor& targets) {
        Simulator sim = of.simulator();
        sim.compile({.metrics = {{of.p, Accuracy{}}}});
        const Tensor out = sim.predict({{of.x, of.inputs}})[of.p];
        return std::pair(
            sim.evaluate({{of.x, of.inputs}}, {{of.p, targets}}).at("p_accuracy"), out);
    };
    const auto best = [](const Tensor& t, std::int64_t row, std::int64_t n) {
        std::int64_t at = 0;
        for (std::int64_t i = 1; i < n; ++i) {
            at = t[row * n + i] > t[row * n + at] ? i : at;
        }
        return at;
    };

    Weighed classes(3);
    std::vector<double> labels;
    for (std::int64_t row = 0; row < 12; ++row) {
        labels.push_back(static_cast<double>(best(classes.targets, row, 3)));
    }
    const auto [of_vectors, out] = accuracy(classes, classes.targets);
    const auto [of_labels, same] = accuracy(classes, Tensor({6, 2, 1}, labels));
    double right = 0;
    for (std::int64_t row = 0; row < 12; ++row) {
        right += static_cast<double>(best(out, row, 3)) ==
                         labels[static_cast<std::size_t>(row)]
                     ? 1.0 / 12
                     : 0.0;
    }
    EXPECT_NEAR(of_vectors, right, 1e-12);
    EXPECT_NEAR(of_labels, right, 1e-12);

    Weighed binary(1);
    std::vector<double> truth;
    for (const double value : binary.targets.to_vector()) {
        truth.push_back(value > 0.5 ? 1.0 : 0.0);
    }
    const auto [of_one, decided] = accuracy(binary, Tensor({6, 2, 1}, truth));
    right = 0;
    for (std::int64_t row = 0; row < 12; ++row) {
        const bool is_yes = decided[row] > 0.5;
        right += is_yes == (truth[static_cast<std::size_t>(row)] == 1.0) ? 1.0 / 12 : 0;
    }
    EXPECT_NEAR(of_one, right, 1e-12);
}

}  // namespace

}  // namespace nengine::test

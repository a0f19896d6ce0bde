#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "helpers.hpp"
#include "nengine/nengine.hpp"

// Losses and metrics are over what `predict` shows of a probe.

namespace nengine::test {

namespace {

using ::testing::HasSubstr;
using Values = std::vector<double>;

constexpr int items = 3, steps = 7;

/// Rate neurons without a filter, and one probe of them.
struct Sampled {
    Network net{NetworkOptions{.seed = 3}};
    Node u = net.node(0.0);
    Ensemble a = net.ensemble(30, 1, {.label = "a", .neuron_type = LIFRate{}});
    Connection ua = net.connect(u, a, {.synapse = None});
    Probe p;
    Tensor in;

    explicit Sampled(const ProbeOptions& probe) : p(net.probe(a, probe)) {
        Values x;
        for (int i = 0; i < items * steps; ++i) {
            x.push_back(std::sin(i + 1.0));
        }
        in = Tensor({items, steps, 1}, x);
    }

    Data x() const { return {{u, in}}; }
};

Tensor targets_of(std::int64_t n, std::int64_t samples) {
    Values values;
    for (int i = 0; i < n * samples; ++i) {
        values.push_back(0.3 * std::cos(2.0 * i));
    }
    return Tensor({n, samples, 1}, values);
}

/// The mean of squared errors over samples [first, ...) of what was predicted; targets
/// of one step are held.
double mean_error(const Tensor& got, const Tensor& wanted, std::int64_t first = 0) {
    double sum = 0;
    for (std::int64_t b = 0; b < got.extent(0); ++b) {
        for (std::int64_t t = first; t < got.extent(1); ++t) {
            const double target = wanted(b, wanted.extent(1) == 1 ? 0 : t, 0);
            sum += std::pow(got(b, t, 0) - target, 2);
        }
    }
    return sum / static_cast<double>(got.extent(0) * (got.extent(1) - first));
}

class SampledTargets : public ::testing::TestWithParam<double> {};

TEST_P(SampledTargets, AreComparedWithWhatPredictShows) {
    for (const bool keep_history : {true, false}) {
        Sampled of({.sample_every = GetParam(), .keep_history = keep_history});
        for (const int chunk : {0, 2}) {
            for (const int tile : {0, 1}) {
                for (const std::int64_t minibatch : {2, 3}) {
                    SimulatorOptions options = quiet(minibatch);
                    options.plan.chunk_steps = chunk;
                    options.plan.tile_items = tile;
                    Simulator sim(of.net, options);
                    sim.run_steps(2);  // samples count from the beginning of time
                    const Tensor out = sim.predict(of.x())[of.p];
                    for (const std::int64_t rows : {std::int64_t{1}, out.extent(1)}) {
                        const Tensor y = targets_of(items, rows);
                        sim.compile({.loss = {{of.p, MeanSquaredError{}}}});
                        EXPECT_NEAR(sim.evaluate(of.x(), {{of.p, y}}).at("loss"),
                                    mean_error(out, y), 1e-12);
                        sim.compile(
                            {.loss = {{of.p, MeanSquaredError{.last_step = true}}}});
                        EXPECT_NEAR(sim.evaluate(of.x(), {{of.p, y}}).at("loss"),
                                    mean_error(out, y, out.extent(1) - 1), 1e-12);
                    }
                }
            }
        }
    }
}

/// Training compares the same: without updates the loss is that of `evaluate`, as these
/// neurons are their own rate curve.
TEST_P(SampledTargets, AreComparedTheSameWayInTraining) {
    for (const bool keep_history : {true, false}) {
        for (const bool last_step : {true, false}) {
            Sampled of({.sample_every = GetParam(), .keep_history = keep_history});
            Simulator sim(of.net, quiet(2));
            const Tensor out = sim.predict(of.x())[of.p];
            const Tensor y = targets_of(items, out.extent(1));
            sim.compile({.optimizer = SGD{.learning_rate = 0.0},
                         .loss = {{of.p, MeanSquaredError{.last_step = last_step}}}});
            const double want = sim.evaluate(of.x(), {{of.p, y}}).at("loss");

            const auto history = sim.fit(of.x(), {{of.p, y}});

            EXPECT_NEAR(history["loss"].back(), want, 1e-12);
        }
    }
}

/// Gradients are those of a probe of every step, compared at the sampled steps only:
/// where the targets are what is predicted, nothing is left to learn.
TEST_P(SampledTargets, GiveNoGradientForStepsThatAreNotSampled) {
    Sampled of({.sample_every = GetParam()});
    Simulator sim(of.net, quiet(3));
    const Tensor out = sim.predict(of.x())[of.p];
    sim.compile(
        {.optimizer = SGD{.learning_rate = 1.0}, .loss = {{of.p, MeanSquaredError{}}}});
    const Array before = sim.parameter("a.encoders");

    sim.fit(of.x(), {{of.p, out}}, {.epochs = 2});

    EXPECT_THAT(sim.parameter("a.encoders").values, near_to(before.values));
}

TEST_P(SampledTargets, AreWhatTrainingComesCloserTo) {
    Sampled of({.sample_every = GetParam()});
    Simulator sim(of.net, quiet(3));
    const Tensor out = sim.predict(of.x())[of.p];
    Values half = out.to_vector();
    for (double& value : half) {
        value /= 2;
    }
    const Tensor y(out.shape(), half);
    sim.compile({.optimizer = Adam{0.1}, .loss = {{of.p, MeanSquaredError{}}}});
    const double before = sim.evaluate(of.x(), {{of.p, y}}).at("loss");

    sim.fit(of.x(), {{of.p, y}}, {.epochs = 100});

    const double after = sim.evaluate(of.x(), {{of.p, y}}).at("loss");
    EXPECT_LT(after, 0.2 * before);
    EXPECT_NEAR(after, mean_error(sim.predict(of.x())[of.p], y), 1e-12);
}

// Each step, evenly spaced ones, and uneven ones.
INSTANTIATE_TEST_SUITE_P(Periods, SampledTargets,
                         ::testing::Values(0.001, 0.002, 0.003, 0.0015, 0.0027));

TEST(Targets, OfOtherStepsThanThePredictedSamplesAreRefused) {
    Sampled of({.label = "p", .sample_every = 0.002});
    Simulator sim(of.net, quiet(3));
    sim.compile({.loss = {{of.p, MeanSquaredError{}}}});
    for (const int rows : {2, 4, 7}) {
        const Data y = {{of.p, targets_of(items, rows)}};
        const auto needs = HasSubstr(
            "needs 3, one for each sample of the probe in 7 "
            "steps, or 1 to be held");
        EXPECT_THAT(message<ShapeError>([&] { sim.evaluate(of.x(), y); }), needs);
        EXPECT_THAT(message<ShapeError>([&] { sim.fit(of.x(), y); }), needs);
        EXPECT_THAT(message<ShapeError>([&] { sim.fit(of.x(), y); }),
                    HasSubstr("fit: probe 'p'"));
    }
    EXPECT_THAT(message<ValidationError>([&] {
                    sim.evaluate({}, {{of.p, targets_of(items, 1)}}, {.n_steps = 1});
                }),
                HasSubstr("evaluate: probe 'p': got no sample in 1 steps"));
}

TEST(Targets, OfAProbeThatKeepsItsLastSampleHaveOneStep) {
    Sampled of({.label = "p", .keep_history = false});
    Simulator sim(of.net, quiet(3));
    sim.compile({.loss = {{of.p, MeanSquaredError{}}}});
    EXPECT_THAT(message<ShapeError>([&] {
                    sim.evaluate(of.x(), {{of.p, targets_of(items, 7)}});
                }),
                HasSubstr("needs 1, as the probe keeps its last sample only"));
}

TEST(Targets, OfSampledLabelsCountForLossAndAccuracy) {
    Network net({.seed = 1});
    auto x = net.node({0.0, 0.0});
    auto p = net.probe(x, {.sample_every = 0.0015});
    Simulator sim(net, quiet(1));
    sim.compile({.loss = {{p, SparseCategoricalCrossentropy{.from_logits = true}}},
                 .metrics = {{p, Accuracy{}}, {p, Accuracy{.last_step = true}}}});
    // Steps 2, 3, 5 and 6 are sampled.
    const Tensor in({1, 6, 2}, Values{9, 0, 2, 0, 0, 2, 9, 0, 2, 0, 0, 2});
    const Tensor labels({1, 4, 1}, Values{0, 1, 1, 1});

    const auto got = sim.evaluate({{x, in}}, {{p, labels}});

    const double right = std::log1p(std::exp(-2.0)), wrong = right + 2.0;
    EXPECT_NEAR(got.at("loss"), (3 * right + wrong) / 4, 1e-12);
    EXPECT_EQ(got.at("probe_accuracy"), 0.75);
    EXPECT_EQ(got.at("probe_accuracy_1"), 1.0);
}

}  // namespace

}  // namespace nengine::test

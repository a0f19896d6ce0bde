#include "tests/reference/naive_training.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "engine/operators/dot_inc.hpp"
#include "engine/operators/sim_neurons.hpp"

namespace nengine::reference {

using namespace engine;
namespace {

SignalId signal(Model& model, Shape shape, std::vector<double> initial = {}) {
    Signal made;
    made.name = "s" + std::to_string(model.signal_count());
    made.shape = std::move(shape);
    made.initial = std::move(initial);
    return model.add_signal(std::move(made));
}

/// y = w x, probed, with x fed.
struct Line {
    Line() {
        w = signal(model, {2, 1}, {2, -1});
        const SignalId x = signal(model, {1}), y = signal(model, {2});
        model.inputs.push_back({"x", x, -1});
        model.add(DotInc(w, x, y, false));
        model.probes.push_back({"y", y});
        call.items = 2;
        call.steps = 2;
        call.feeds[0] = {2, 2, 1, {1, 2, 3, 4}};
        call.targets[0] = {2, 1, 2, {0, 0, 1, 1}};
    }
    Model model;
    SignalId w;
    TrainingCall call;
};

TEST(NaiveLoss, MeanSquaredErrorIsTheMeanOverItemsStepsAndElements) {
    Line line;
    line.call.objective.losses = {{.probe = 0}};

    // Rows y - target: (2, -1), (4, -2), (5, -4), (7, -5).
    EXPECT_NEAR(naive_loss(line.model, line.call), (5 + 20 + 41 + 74) / 8.0, 1e-12);
}

TEST(NaiveLoss, LastStepAndWeightsCount) {
    Line line;
    line.call.objective.losses = {{.probe = 0, .last_step = true, .weight = 3}};

    EXPECT_NEAR(naive_loss(line.model, line.call), 3 * (20 + 74) / 4.0, 1e-12);
}

TEST(NaiveLoss, CrossEntropyFromLogitsIsMinusLogSoftmax) {
    Line line;
    line.call.targets[0] = {2, 1, 1, {0, 1}};
    line.call.objective.losses = {{.probe = 0,
                                   .kind = LossKind::sparse_categorical_crossentropy,
                                   .from_logits = true}};

    // The logits of a row differ by 3 x; label 0 is the larger one.
    const double want = (std::log1p(std::exp(-3.0)) + std::log1p(std::exp(-6.0)) +
                         std::log1p(std::exp(9.0)) + std::log1p(std::exp(12.0))) /
                        4;
    EXPECT_NEAR(naive_loss(line.model, line.call), want, 1e-12);
}

TEST(NaiveLoss, CrossEntropyOfProbabilitiesNormalisesThem) {
    Line line;
    line.call.feeds[0] = {2, 2, 1, {1, 1, 1, 1}};
    line.call.targets[0] = {2, 1, 1, {0, 1}};
    line.call.objective.losses = {
        {.probe = 0, .kind = LossKind::sparse_categorical_crossentropy}};

    const double got = naive_loss(line.model, line.call, {{line.w, {3, 1}}});

    EXPECT_NEAR(got, -(std::log(0.75) + std::log(0.25)) / 2, 1e-12);
}

TEST(NaiveDerivativeTest, IsExactForAQuadraticLoss) {
    Line line;
    line.call.objective.losses = {{.probe = 0}};

    const Derivative first = naive_derivative(line.model, line.call, line.w, 0);

    // d/dw0 of the mean of (w0 x - target)^2 / 2 over the rows.
    EXPECT_TRUE(first.trusted);
    EXPECT_NEAR(first.value, (2 * 1 + 4 * 2 + 5 * 3 + 7 * 4) / 4.0, 1e-8);
}

TEST(NaiveDerivativeTest, DoesNotTrustAKink) {
    Model model;
    const SignalId j = signal(model, {1}, {0}), out = signal(model, {1}),
                   amplitude = signal(model, {}, {1});
    model.add(SimNeurons(neuron_type("RectifiedLinear"), j, out, {}, {amplitude}));
    model.probes.push_back({"out", out});
    TrainingCall call;
    call.targets[0] = {1, 1, 1, {1}};
    call.objective.losses = {{.probe = 0}};
    const TrainingCall above = [&] {
        model.signal(j).initial = {0.00003};
        return call;
    }();

    EXPECT_FALSE(naive_derivative(model, above, j, 0).trusted);
    model.signal(j).initial = {0.5};
    EXPECT_TRUE(naive_derivative(model, call, j, 0).trusted);
}

TEST(NaiveDerivativeTest, DoesNotTrustADifferenceOfHugeLosses) {
    Line line;
    line.call.objective.losses = {{.probe = 0}};
    EXPECT_TRUE(naive_derivative(line.model, line.call, line.w, 0).trusted);

    // The second row's error drowns the first row's derivative.
    line.call.targets[0] = {2, 1, 2, {0, 1e7, 1, 1e7}};

    EXPECT_FALSE(naive_derivative(line.model, line.call, line.w, 0).trusted);
}

}  // namespace
}  // namespace nengine::reference

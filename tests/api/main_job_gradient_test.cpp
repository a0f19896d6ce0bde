#include <algorithm>
#include <cmath>
#include <random>

#include "api/builder/build.hpp"
#include "engine/simulation/simulation.hpp"
#include "tests/api/helpers.hpp"
#include "tests/support/train_epoch.hpp"

namespace nengine::test {
namespace {

/// The main job's network on images of 11 x 11, with 2, 3 and 4 filters and 3 classes.
BuiltNetwork tiny_main_job(double synapse) {
    Network net({.seed = 3});
    net.config.ensemble.max_rates = Choice{{100}};
    net.config.ensemble.intercepts = Choice{{0}};
    net.config.connection.synapse = None;
    const LIF lif{.amplitude = 0.01};
    auto input = net.node(std::vector<double>(121, 0.0));
    Layer h = net.layer(Conv2D{.filters = 2, .kernel_size = {3, 3}}, input,
                        {.label = "conv_1", .shape_in = {11, 11, 1}});
    h = net.layer(lif, h, {.label = "lif_1"});
    h = net.layer(Conv2D{.filters = 3, .kernel_size = {3, 3}, .strides = {2, 2}}, h,
                  {.label = "conv_2", .shape_in = {9, 9, 2}});
    h = net.layer(lif, h, {.label = "lif_2"});
    h = net.layer(Conv2D{.filters = 4, .kernel_size = {2, 2}, .strides = {2, 2}}, h,
                  {.label = "conv_3", .shape_in = {4, 4, 3}});
    h = net.layer(lif, h, {.label = "lif_3"});
    h = net.layer(Dense{.units = 3}, h, {.label = "dense"});
    if (synapse > 0) {
        net.probe(h, {.synapse = synapse});
    } else {
        net.probe(h);
    }
    return build(*ObjectView(input).object()->network.lock(), 0.001);
}

struct Batch {
    static constexpr Index items = 3;
    std::vector<double> images, labels{0, 2, 1};
    engine::Feeds feeds;
    engine::Targets targets;

    explicit Batch(Index steps) {
        std::mt19937 random(5);
        std::uniform_real_distribution<double> pixel(0.0, 255.0);
        images.resize(static_cast<std::size_t>(items * steps * 121));
        std::ranges::generate(images, [&] { return pixel(random); });
        feeds[0] = {images.data(), DType::float64, items, steps, 121};
        targets[0] = {labels.data(), DType::float64, items, 1, 1};
    }
};

/// Every parameter's gradient beside central differences, at up to 7 of its elements.
void expect_gradients_are_differences(double synapse, Index steps, Index tile_items) {
    const BuiltNetwork built = tiny_main_job(synapse);
    engine::Simulation simulation(built.model, kernels::Device::cpu(2),
                                  {.minibatch = Batch::items,
                                   .dtype = DType::float64,
                                   .planner = {.tile_items = tile_items}});
    simulation.trainer().set_optimizer(
        SGD{.learning_rate = 0});  // train() only tells the loss
    const Batch batch(steps);
    const engine::Objective objective{
        .losses = {{.kind = engine::LossKind::sparse_categorical_crossentropy,
                    .from_logits = true}}};
    const auto loss = [&] {
        return train_epoch(simulation, steps, batch.feeds, batch.targets, objective,
                           {0, 1, 2})
            .loss;
    };
    const auto gradients =
        simulation.gradients(steps, batch.feeds, batch.targets, objective).parameters;

    ASSERT_EQ(gradients.size(), 11U);  // 4 kernels, 4 biases, 3 populations' biases
    for (const auto& [name, gradient] : gradients) {
        const std::vector<double> values = simulation.parameter(name);
        double largest = 0;
        for (const double g : gradient) {
            largest = std::max(largest, std::abs(g));
        }
        EXPECT_GT(largest, 0) << name;
        for (std::size_t i = 0; i < values.size(); i += 1 + values.size() / 7) {
            constexpr double h = 1e-6;
            std::vector<double> moved = values;
            moved[i] = values[i] + h;
            simulation.set_parameter(name, moved);
            const double above = loss();
            moved[i] = values[i] - h;
            simulation.set_parameter(name, moved);
            const double below = loss();
            simulation.set_parameter(name, values);

            EXPECT_NEAR(gradient[i], (above - below) / (2 * h), 1e-5 * (largest + 1e-3))
                << name << "[" << i << "]";
        }
    }
}

TEST(MainJobGradient, IsTheDerivativeOfTheLoss) {
    expect_gradients_are_differences(0, 1, 0);
}

TEST(MainJobGradient, IsTheDerivativeOfTheLossInTiles) {
    expect_gradients_are_differences(0, 1, 2);
}

TEST(MainJobGradient, GoesBackThroughTimeWhereAFilterFollows) {
    expect_gradients_are_differences(0.005, 6, 0);
}

}  // namespace
}  // namespace nengine::test

#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "emulator.hpp"
#include "engine/simulation/simulation.hpp"
#include "tests/engine/planner/populations.hpp"

// A network that is trained on the emulated device, and what that asks of it.

namespace nengine::test {

using cuda_emulator::Counts;

constexpr Index minibatch = 4, steps = 3;

/// A network that is trained with `items` items, whose place in time is a number each.
struct TrainedNetwork {
    std::shared_ptr<Model> model;
    Simulation simulation;
    Index items;
    std::vector<float> data, targets;
    Objective objective{.losses = {{.probe = 0}}};
    std::vector<double> losses;

    TrainedNetwork(const Device& device, Index count, bool feedback, Optimizer with,
                   int ensembles = 1)
        : TrainedNetwork(
              device, count,
              populations(
                  {.count = ensembles, .feedback = feedback, .trainable = true}),
              std::move(with), ensembles) {}
    /// `width`: how many numbers its input and its probe have.
    TrainedNetwork(const Device& device, Index count, std::shared_ptr<Model> of,
                   Optimizer with, int width = 1)
        : model(std::move(of)),
          simulation(model, device, {.minibatch = minibatch}),
          items(count) {
        simulation.trainer().set_optimizer(with);
        for (Index i = 0; i < items * steps * width; ++i) {
            data.push_back(0.1F * static_cast<float>(i % 11));
            targets.push_back(0.05F * static_cast<float>(i % 7));
        }
    }

    static HostTensor tensor(const std::vector<float>& values, Index size = 1) {
        return {values.data(), DType::float32, std::ssize(values) / steps / size, steps,
                size};
    }
    HostData host() const {
        const Index size = std::ssize(data) / steps / items;
        return {.feeds = {{0, tensor(data, size)}},
                .targets = {{0, tensor(targets, size)}}};
    }

    /// With items that lie on the device; what each epoch has asked for.
    std::vector<Counts> train(int epochs) {
        const HostData given = host();
        const DataSet set =
            simulation.data_for(steps, given.feeds, given.targets, objective);
        const ItemOrder order(simulation.device(), items, minibatch);
        return train_with(epochs, order.minibatches(), [&](Index m) {
            return Batch{set, order.of_minibatch(m), order.valid(m)};
        });
    }
    using BatchOf = std::function<Batch(Index number)>;
    /// @param prepare  called when a minibatch is under way, with the next one's number
    std::vector<Counts> train_with(
        int epochs, Index minibatches, const BatchOf& batch_of,
        const std::function<void(Index)>& prepare = [](Index) {}) {
        const auto entered = simulation.enter("train");
        Trainer& trainer = simulation.trainer();
        const auto trained_for = std::make_shared<Objective>(objective);
        std::vector<Counts> asked;
        for (int epoch = 0; epoch < epochs; ++epoch) {
            const Counts before = cuda_emulator::counts();
            trainer.begin_epoch(trained_for, steps, batch_of);
            for (Index m = 0; m < minibatches; ++m) {
                trainer.step(batch_of(m));
                if (m + 1 < minibatches) {
                    prepare(m + 1);
                }
            }
            losses.push_back(trainer.end_epoch().loss);
            const Counts after = cuda_emulator::counts();
            asked.push_back({after.launches - before.launches,
                             after.graphs - before.graphs, after.waits - before.waits});
        }
        return asked;
    }

    std::vector<std::vector<double>> parameters() const {
        std::vector<std::vector<double>> values;
        for (const ParameterInfo& info : simulation.parameters()) {
            values.push_back(simulation.parameter(info.name));
        }
        return values;
    }
};

}  // namespace nengine::test
